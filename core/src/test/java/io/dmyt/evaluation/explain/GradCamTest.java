package io.dmyt.evaluation.explain;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.Golden;
import io.dmyt.GoldenDetector;
import io.dmyt.LossKind;
import io.dmyt.SvmRule;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Requires;
import io.dmyt.loss.Dummies;
import io.dmyt.svm.EmbeddingSvm;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class GradCamTest {
  private static final List<String> CLASSES = List.of("deepfake", "faceswap", "real");

  /** A 1×1 convolution of three channels to two, ReLU, and the two means. */
  private static ComputationGraph tiny() {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "conv",
                    new ConvolutionLayer.Builder(1, 1)
                        .activation(Activation.IDENTITY)
                        .nIn(3)
                        .nOut(2)
                        .build(),
                    "in")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "conv")
                .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "relu")
                .addLayer(
                    "loss",
                    new LossLayer.Builder(LossFunctions.LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "mean")
                .setOutputs("loss")
                .build());
    graph.init();
    // Channel 0 is red minus green, channel 1 is blue.
    graph
        .getLayer("conv")
        .getParam("W")
        .assign(Nd4j.create(new float[] {1, -1, 0, 0, 0, 1}, new long[] {2, 3, 1, 1}, 'c'));
    return graph;
  }

  /**
   * y = 2 mean(A₀) − 3 mean(A₁) over 2 × 2 places: α = (2/4, −3/4), and the map is max(0, A₀/2 −
   * 3A₁/4).
   */
  @Test
  void tinyNetwork_byHand() {
    INDArray image =
        Nd4j.create(
            new float[] {
              // red
              5, 2, 1, 4,
              // green
              1, 0, 3, 0,
              // blue
              0, 1, 2, 3
            },
            new long[] {1, 3, 2, 2},
            'c');
    HeatMap map =
        GradCam.of(tiny())
            .explain(image, e -> Nd4j.create(new float[] {2, -3}, new long[] {1, 2}, 'c'))
            .get(0);
    // A₀ = max(0, red − green) = 4, 2, 0, 4 and A₁ = 0, 1, 2, 3.
    assertArrayEquals(new float[] {2, 0.25f, 0, 0}, map.values(), 1e-6f);
    assertEquals(2, map.max(), 1e-6);
  }

  @Test
  void evidenceInACorner_lightsThatCorner() {
    Random random = new Random(7);
    for (int corner = 0; corner < 4; corner++) {
      INDArray image = Nd4j.zeros(DataType.FLOAT, 1, 3, 8, 8);
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          boolean inside = y / 4 == corner / 2 && x / 4 == corner % 2;
          image.putScalar(new int[] {0, inside ? 0 : 1, y, x}, 1 + random.nextFloat());
        }
      }
      HeatMap map =
          GradCam.of(tiny())
              .explain(image, e -> Nd4j.create(new float[] {1, 0}, new long[] {1, 2}, 'c'))
              .get(0);
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          boolean inside = y / 4 == corner / 2 && x / 4 == corner % 2;
          assertEquals(
              inside, map.values()[8 * y + x] > 0, "corner %d at %d %d".formatted(corner, y, x));
        }
      }
    }
  }

  private static Detector detector(String backbone, LossKind loss, int size, Engine engine) {
    int embedding = Backbones.spec(backbone).embeddingSize();
    Detector detector =
        Detector.create(
            new DetectorSpec(
                backbone,
                CLASSES,
                "real",
                Preprocessing.imageNet(size),
                loss,
                loss.hasClassifier() ? null : Dummies.of(CLASSES, embedding),
                null),
            3,
            engine);
    GoldenDetector.setWeights(detector.backbone());
    return detector;
  }

  private static INDArray images(int count, int size) {
    return Nd4j.createFromArray(Golden.images("input", count, size)).reshape(count, 3, size, size);
  }

  /**
   * The last map with more than one place; from it the network's own embedding follows, and its
   * gradient is that of finite differences. At 32 pixels the map before the pooling is a single
   * place, and the gradient goes through whole blocks.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 64, layer4.1.act2, 2",
    "resnet18, 32, layer3.1.act2, 2",
    "mobilenetv3_large_100, 64, blocks.6.0.act1, 2",
    "mobilenetv2_100, 64, act2, 2",
    "efficientnet_b0, 32, blocks.5.0.act1, 2",
    "densenet121, 32, features.transition3.conv, 2",
    "xception, 96, act4, 3",
    "vit_tiny_patch16_224, 64, blocks.10.add2, 4",
    "vit_deit_tiny_distilled_patch16_224, 64, blocks.10.add2, 4"
  })
  void gradientOfTheTail_isThatOfDifferences(String backbone, int size, String cut, int side) {
    try (Detector detector = detector(backbone, LossKind.DMYT, size, Engines.best())) {
      INDArray images = images(2, size);
      Tail tail = Tail.of(detector.graph(), images);
      assertEquals(cut, tail.cut());
      INDArray map = tail.map(images);
      assertEquals(side, tail.places().height());
      assertEquals(side, tail.places().map(map).size(3));
      Golden.assertClose(
          detector.features(images).dup('c').data().asDouble(),
          tail.embedding(map).dup('c').data().asDouble(),
          1e-4,
          "embedding");

      Nd4j.getRandom().setSeed(5);
      INDArray direction = Nd4j.rand(DataType.FLOAT, 2, detector.spec().dummies().size());
      INDArray step = Nd4j.randn(DataType.FLOAT, map.shape());
      double h = 1e-3 * map.norm2Number().doubleValue() / step.norm2Number().doubleValue();
      INDArray gradient = tail.gradient(map, e -> direction.dup());
      double expected =
          tail.embedding(map.add(step.mul(h)))
                  .subi(tail.embedding(map.sub(step.mul(h))))
                  .muli(direction)
                  .sumNumber()
                  .doubleValue()
              / (2 * h);
      double norm = gradient.norm2Number().doubleValue();
      Golden.assertClose(
          expected, gradient.mul(step).sumNumber().doubleValue(), 1e-2, norm, "derivative");
    }
  }

  /** The engine and DL4J's own layers see the same. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, CROSS_ENTROPY",
    "mobilenetv3_large_100, DMYT",
    "vit_tiny_patch16_224, DMYT",
    "vit_deit_tiny_distilled_patch16_224, CROSS_ENTROPY"
  })
  @Requires(Requires.Machine.FAST_ENGINE)
  void mapIsTheSameOnAnyEngine(String backbone, LossKind loss) {
    INDArray images = images(2, 64);
    try (Detector fast = detector(backbone, loss, 64, Engines.best());
        Detector plain = detector(backbone, loss, 64, Engines.dl4j())) {
      List<HeatMap> expected = GradCam.of(plain).fake(images);
      List<HeatMap> actual = GradCam.of(fast).fake(images);
      for (int i = 0; i < 2; i++) {
        close(expected.get(i), actual.get(i), 1e-3);
      }
    }
  }

  private static void close(HeatMap expected, HeatMap actual, double tolerance) {
    assertTrue(expected.max() > 0, "an empty map says nothing");
    Golden.assertClose(doubles(expected), doubles(actual), tolerance, "heat map");
  }

  private static double[] doubles(HeatMap map) {
    double[] values = new double[map.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = map.values()[i];
    }
    return values;
  }

  /** The direction is the gradient of the logit by which P(fake) is computed. */
  @Test
  void fakeDirection_isTheFakesSharesAgainstTheReal() {
    try (Detector detector = detector("resnet18", LossKind.DMYT, 96, Engines.best())) {
      INDArray images = images(1, 96);
      Tail tail = Tail.of(detector.graph(), images);
      INDArray map = tail.map(images);
      double h = 1e-3;
      INDArray e = tail.embedding(map).castTo(DataType.DOUBLE);
      HeatMap fake = GradCam.of(detector).fake(images).get(0);
      // The direction by differences of the logit itself, over each feature of the embedding.
      INDArray direction = Nd4j.create(DataType.FLOAT, 1, 512);
      for (int f = 0; f < 512; f++) {
        direction.putScalar(0, f, (logit(detector, e, f, h) - logit(detector, e, f, -h)) / (2 * h));
      }
      HeatMap expected = GradCam.of(detector.graph()).explain(images, x -> direction).get(0);
      close(expected, fake, 1e-3);
    }
  }

  /** An SVM's map is that of its margin's differences; a class's is that of its own margin. */
  @Test
  void svmsDirection_isThatOfTheMargin() {
    int count = 6;
    try (Detector detector = detector("resnet18", LossKind.TRIPLET, 96, Engines.best())) {
      INDArray images = images(count, 96);
      GradCam explained = GradCam.of(detector);
      assertThrows(IllegalStateException.class, () -> explained.fake(images));
      assertThrows(IllegalStateException.class, () -> explained.ofClass(images, "real"));
      INDArray embeddings = detector.embed(images);
      // Samples around the images', so that some of these are on either side.
      INDArray samples =
          Nd4j.concat(0, embeddings.mul(0.7), embeddings.mul(1.3)).castTo(DataType.FLOAT);
      EmbeddingSvm svm = EmbeddingSvm.fit(samples, new int[] {0, 1, 2, 2, 0, 1, 2, 2, 0, 1, 1, 2});
      detector.setRule(SvmRule.of(detector.spec(), svm), null);
      float h = 1e-2f;
      INDArray margin = Nd4j.create(DataType.FLOAT, count, 512);
      INDArray ofClass = Nd4j.create(DataType.FLOAT, count, 512);
      float[][] rows = embeddings.toFloatMatrix();
      for (int i = 0; i < count; i++) {
        for (int f = 0; f < 512; f++) {
          float before = rows[i][f];
          rows[i][f] = before + h;
          double[] up = svm.decisions(rows[i]);
          rows[i][f] = before - h;
          double[] down = svm.decisions(rows[i]);
          rows[i][f] = before;
          double fakes = svm.fakeMargin(up, 2) - svm.fakeMargin(down, 2);
          margin.putScalar(i, f, fakes / (2 * h));
          // The pairs are (0, 1), (0, 2) and (1, 2).
          ofClass.putScalar(i, f, (up[1] - down[1]) / (2 * h));
        }
      }
      same(detector, images, margin, explained.fake(images));
      same(detector, images, margin.neg(), explained.ofClass(images, "real"));
      same(detector, images, ofClass, explained.ofClass(images, "deepfake"));
    }
  }

  private static void same(
      Detector detector, INDArray images, INDArray direction, List<HeatMap> actual) {
    List<HeatMap> expected = GradCam.of(detector.graph()).explain(images, x -> direction.dup());
    double[] wanted = expected.stream().flatMapToDouble(m -> DoubleStream.of(doubles(m))).toArray();
    assertTrue(DoubleStream.of(wanted).max().orElseThrow() > 0, "empty maps say nothing");
    double[] found = actual.stream().flatMapToDouble(m -> DoubleStream.of(doubles(m))).toArray();
    Golden.assertClose(wanted, found, 1e-2, "heat maps");
  }

  private static double logit(Detector detector, INDArray embedding, int feature, double h) {
    INDArray moved = embedding.dup();
    moved.putScalar(0, feature, moved.getDouble(0, feature) + h);
    return detector.rule().decide(moved).logits()[0];
  }

  /** Sanity check of Adebayo et al., NeurIPS 2018: the map has to depend on the weights. */
  @Test
  void otherWeights_otherMap() {
    INDArray images = images(1, 96);
    try (Detector detector = detector("resnet18", LossKind.DMYT, 96, Engines.best())) {
      GradCam explained = GradCam.of(detector);
      HeatMap before = explained.ofClass(images, "deepfake").get(0);
      Nd4j.getRandom().setSeed(11);
      for (String layer : List.of("conv1.weight", "layer4.1.conv2.weight")) {
        INDArray weights = detector.backbone().get(layer);
        double scale = weights.stdNumber().doubleValue();
        detector.backbone().set(layer, Nd4j.randn(DataType.FLOAT, weights.shape()).muli(scale));
        HeatMap after = explained.ofClass(images, "deepfake").get(0);
        double difference = difference(before.scaled(3, 3), after.scaled(3, 3));
        assertTrue(difference > 0.02, layer + " changes the map by " + difference);
        detector.backbone().set(layer, weights);
        close(before, explained.ofClass(images, "deepfake").get(0), 1e-5);
      }
      assertFault("no class nobody", () -> explained.ofClass(images, "nobody"));
    }
  }

  /** ‖a − b‖ / ‖a‖ */
  private static double difference(float[] a, float[] b) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < a.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += a[i] * a[i];
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void saysWhatCanNotBeExplained() {
    assertFault(
        "more than one place", () -> Tail.of(tiny(), Nd4j.zeros(DataType.FLOAT, 1, 3, 1, 1)));
  }
}
