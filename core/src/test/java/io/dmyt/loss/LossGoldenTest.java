package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Values, gradients, predictions and triplets are the reference's. */
class LossGoldenTest {
  private static final double TOLERANCE = 1e-5;

  /** The reference's labels for each number of classes. */
  private static final Map<Integer, List<String>> LABELS =
      Map.of(
          2, List.of("Fake", "Real"),
          3, List.of("Face-Swap", "Reenactment", "Real"),
          5, List.of("FaceSwap", "Face2Face", "Real", "Deepfake", "NeuralTexture"),
          6, List.of("FaceSwap", "Face2Face", "FaceShifter", "Real", "Deepfake", "NeuralTexture"));

  @TestFactory
  List<DynamicTest> losses() {
    List<Path> files = Golden.list("loss", ".json");
    assumeFalse(files.isEmpty(), "absent: " + Golden.path("loss"));
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files) {
      int before = tests.size();
      for (JsonNode expected : Golden.read(file)) {
        String name = file.getFileName() + " " + (tests.size() - before);
        tests.add(DynamicTest.dynamicTest(name, () -> check(expected)));
      }
      assertFalse(tests.size() == before, "nothing in " + file);
    }
    return tests;
  }

  private static void check(JsonNode expected) {
    int classes = expected.get("classes").intValue();
    String kind = expected.get("loss").textValue();
    int[] labels = Golden.ints(expected.get("labels"));
    double[] values =
        Golden.doubles(expected.get(kind.equals("CrossEntropy") ? "logits" : "embeddings"));
    INDArray input =
        Nd4j.createFromArray(values)
            .reshape(labels.length, values.length / labels.length)
            .castTo(DataType.FLOAT);
    INDArray oneHot = Batches.oneHot(labels, classes);
    double[] weights =
        expected.get("label_weights").isNull()
            ? new double[0]
            : Golden.doubles(expected.get("label_weights"));
    ClassLoss loss = loss(kind, classes, (int) input.size(1), weights);

    Pair<Double, INDArray> result =
        loss.computeGradientAndScore(oneHot, input, new ActivationIdentity(), null, true);

    double value = expected.get("value").doubleValue();
    Golden.assertClose(value, result.getFirst(), TOLERANCE, 1e-3, "value");
    Golden.assertClose(value, scoreInGraph(loss, input, oneHot), TOLERANCE, 1e-3, "graph's score");
    Golden.assertClose(
        Golden.doubles(expected.get("grad")),
        Batches.doubles(result.getSecond().div(labels.length)),
        TOLERANCE,
        "gradient");
    if (loss instanceof DummyTripletLoss dmyt) {
      assertArrayEquals(
          Golden.ints(expected.get("predictions")), dmyt.dummies().predict(input), "predictions");
    }
    if (loss instanceof TripletLoss triplet) {
      List<TripletMiner.Triplet> triplets = new ArrayList<>();
      for (JsonNode t : expected.get("triplets")) {
        triplets.add(
            new TripletMiner.Triplet(
                t.get(0).intValue(), t.get(1).intValue(), t.get(2).intValue()));
      }
      assertEquals(triplets, TripletMiner.mine(input, labels), "triplets");
      assertEquals(triplets.size(), triplet.lastMined().triplets());
    }
  }

  private static ClassLoss loss(String kind, int classes, int size, double... weights) {
    return switch (kind) {
      case "DmyT" -> {
        assertFalse(!LABELS.containsKey(classes), "no labels are known for " + classes);
        yield new DummyTripletLoss(Dummies.of(LABELS.get(classes), size), weights);
      }
      case "Triplet" -> new TripletLoss(weights);
      case "CrossEntropy" -> new CrossEntropyLoss(weights);
      default -> fail("unknown loss " + kind);
    };
  }

  private static double scoreInGraph(ClassLoss loss, INDArray input, INDArray labels) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "out",
                    new LossLayer.Builder(loss).activation(Activation.IDENTITY).build(),
                    "in")
                .setOutputs("out")
                .build());
    graph.init();
    return graph.score(new DataSet(input.dup(), labels.dup()), true);
  }
}
