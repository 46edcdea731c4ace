package sample;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.Prediction;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.loss.Dummies;
import io.dmyt.loss.DummyTripletLoss;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Runs the README's examples of dmyt4j as a library; a test compares the two. */
public final class Library {
  private Library() {}

  public static void main(String[] arguments) throws IOException {
    loss();
    detector();
    // ND4J leaves threads behind that are no daemons.
    System.exit(0);
  }

  private static void loss() {
    GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(10))
            .addLayer("embedding", new DenseLayer.Builder().nOut(64).build(), "in");

    Dummies dummies = Dummies.of(List.of("fake", "real"), 64);
    LossLayer loss = new LossLayer.Builder(new DummyTripletLoss(dummies)).activation(Activation.IDENTITY).build();
    graph.addLayer("loss", loss, "embedding").setOutputs("loss");

    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    network.fit(new DataSet(Nd4j.rand(4, 10), Nd4j.eye(2).repeat(0, 2)));
    require(network.score() > 0, "the loss is " + network.score());
    accelerated(network);
  }

  private static void accelerated(ComputationGraph graph) {
    ComputationGraph fast = Engines.best().accelerate(graph);

    float loss = (float) fast.score(new DataSet(Nd4j.ones(1, 10), Nd4j.eye(2).getRow(0, true)));
    require(loss > 0, "the loss on oneDNN is " + loss);
  }

  private static void detector() throws IOException {
    saveUntrained(Path.of("detector.zip"));
    ImageIO.write(
        new BufferedImage(80, 60, BufferedImage.TYPE_INT_RGB), "png", Path.of("face.png").toFile());

    try (Detector detector = Detector.load(Path.of("detector.zip"))) {
      List<Prediction> predictions = detector.predict(List.of(Path.of("face.png")));
      double fake = predictions.get(0).fakeProbability();
    }

    try (Detector detector = Detector.load(Path.of("detector.zip"))) {
      Prediction prediction = detector.predict(List.of(Path.of("face.png"))).get(0);
      double fake = prediction.fakeProbability();
      require(fake > 0 && fake < 1, "P(fake) is " + fake);
      require(prediction.label().equals(fake > 0.5 ? "fake" : "real"), "the class is wrong");
    }
  }

  private static void saveUntrained(Path file) throws IOException {
    List<String> classes = List.of("fake", "real");
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
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
