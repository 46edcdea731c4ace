package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import io.dmyt.loss.DummyLayout;
import io.dmyt.loss.DummyTripletLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What the README shows works, and is what the README shows. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");

  @TempDir Path folder;

  /** The README has these lines, whatever their indentation and breaks. */
  private static void assertShown(String code) throws IOException {
    String readme = Files.readString(README).replaceAll("\\s+", "");
    assertTrue(readme.contains(code.replaceAll("\\s+", "")), "not in the README: " + code);
  }

  @Test
  void putsTheLossIntoSomebodysGraph() throws IOException {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(10))
            .addLayer("embedding", new DenseLayer.Builder().nOut(64).build(), "in");

    Dummies dummies = Dummies.of(List.of("fake", "real"), 64);
    LossLayer loss =
        new LossLayer.Builder(new DummyTripletLoss(dummies))
            .activation(Activation.IDENTITY)
            .build();
    graph.addLayer("loss", loss, "embedding").setOutputs("loss");

    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    network.fit(new DataSet(Nd4j.rand(4, 10), Nd4j.eye(2).repeat(0, 2)));
    assertTrue(network.score() > 0);
    assertShown(
        """
        Dummies dummies = Dummies.of(List.of("fake", "real"), 64);
        LossLayer loss = new LossLayer.Builder(new DummyTripletLoss(dummies))
            .activation(Activation.IDENTITY).build();
        graph.addLayer("loss", loss, "embedding").setOutputs("loss");
        """);
  }

  @Test
  void scoresImages() throws IOException {
    List<String> classes = List.of("fake", "real");
    Path file = folder.resolve("detector.zip");
    Path image = Golden.path("images/source/photo.jpg");
    try (Detector detector =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                classes,
                "real",
                Preprocessing.imageNet(64),
                LossKind.DMYT,
                Dummies.of(classes, 512),
                null),
            1)) {
      detector.save(file);
    }

    try (Detector detector = Detector.load(file)) {
      List<Prediction> predictions = detector.predict(List.of(image));
      double fake = predictions.get(0).fakeProbability();

      assertTrue(fake > 0 && fake < 1, "P(fake) " + fake);
      assertEquals(classes.get(fake > 0.5 ? 0 : 1), predictions.get(0).label());
    }
    assertShown(
        """
        try (Detector detector = Detector.load(Path.of("detector.zip"))) {
          List<Prediction> predictions = detector.predict(List.of(Path.of("face.png")));
          double fake = predictions.get(0).fakeProbability();
        }
        """);
  }

  @Test
  void showsALayoutThatReads() throws IOException {
    Matcher json =
        Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    assertTrue(json.find());
    Path file = Files.writeString(folder.resolve("dummies.json"), json.group(1));
    List<String> classes = List.of("Deepfakes", "FaceSwap", "original");
    Dummies dummies = Dummies.of(classes, DummyLayout.read(file), 512);
    assertEquals(384, dummies.ones(1).from());
    assertEquals(2, dummies.realIndex());
  }
}
