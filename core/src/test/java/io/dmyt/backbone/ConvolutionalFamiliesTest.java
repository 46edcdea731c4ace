package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.backbone.layer.AdaptiveAverage;
import io.dmyt.backbone.layer.PathSoftmax;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What distinguishes single families of convolutional networks from all others. */
class ConvolutionalFamiliesTest {

  private static Backbone create(String name, int size, int classes) {
    return Backbones.create(
        name, BackboneOptions.defaults().withImageSize(size).withClasses(classes));
  }

  /** One of each family, with every kind of vertex that it has. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "regnety_002",
        "dla46x_c",
        "ese_vovnet19b_dw",
        "cspresnet50",
        "dpn68b",
        "legacy_seresnet18",
        "skresnet18",
        "resnest50d_4s2x40d",
        "selecsls42b",
        "rexnet_100",
        "hrnet_w18_small"
      })
  void opensAgain(String name, @TempDir Path folder) throws IOException {
    Backbone saved = create(name, 64, 2);
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(saved.graph(), file, false);
    ComputationGraph graph = ModelSerializer.restoreComputationGraph(file);
    INDArray images = images(1, 64);
    assertEquals(saved.embed(images), Backbones.attach(name, graph).embed(images));
  }

  /** timm's is a 1×1 convolution of the embedding. */
  @Test
  void aClassifierThatIsAConvolution() {
    Backbone dla = create("dla46x_c", 64, 3);
    assertArrayEquals(new long[] {3, 256, 1, 1}, dla.get("fc.weight").shape());
    float[] values = Golden.weights("fc.weight", new long[] {3, 256, 1, 1});
    dla.set("fc.weight", Nd4j.create(values, new long[] {3, 256, 1, 1}, 'c'));
    assertArrayEquals(values, dla.get("fc.weight").reshape(-1).toFloatVector());
    assertArrayEquals(values, dla.classifierWeights().reshape(-1).toFloatVector());
    INDArray images = images(2, 64);
    INDArray probabilities = dla.graph().outputSingle(images);
    INDArray logits = dla.logits(dla.embed(images));
    for (int i = 0; i < 2; i++) {
      assertEquals(
          logits.getDouble(i, 2) - logits.getDouble(i, 0),
          Math.log(probabilities.getDouble(i, 2) / probabilities.getDouble(i, 0)),
          1e-4);
    }
  }

  /** The authors' files project in trees of trees as well, to no effect. */
  @ParameterizedTest
  @CsvSource({
    "dla60, level2.project.0.weight, true",
    "dla60, level3.project.0.weight, false",
    "dla60, level3.tree1.project.0.weight, true",
    "dla60, level4.tree1.project.1.bias, false",
    "dla60, level4.tree1.tree1.project.1.bias, true",
    "dla169, level2.project.0.weight, false",
    "dla60, level4.tree1.tree1.tree1.conv1.weight, true"
  })
  void projectionsOfTreesOfTreesAreLeftOut(String model, String tensor, boolean used) {
    assertEquals(
        used ? Optional.of(tensor) : Optional.empty(),
        Backbones.model(model).timmName(tensor, Set.of()));
  }

  /** Branches of other sizes would meet: PyTorch fails there too. */
  @Test
  void imagesWhoseMapsDoNotMeetAreRefused() {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(100);
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Backbones.create("hrnet_w18_small", options));
    assertTrue(e.getMessage().contains("a multiple of 32"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  /** As PyTorch's {@code MaxPool2d(3, 2, ceil_mode=True)}: 5 pixels give 2, 6 give 3. */
  @Test
  void whatIsLeftOverAtTheEdgeIsPooledToo() {
    for (int size = 4; size < 10; size++) {
      Model model =
          new Model(
              new BackboneSpec("pooling", "test", size, 3, "fc", 1e-5),
              net -> {
                net.relu("relu", NetworkBuilder.INPUT);
                net.ceilingMaxPool("pool", "relu");
              });
      Architecture architecture = Architecture.of(model, BackboneOptions.defaults());
      ComputationGraph graph = architecture.create(BackboneOptions.defaults());
      INDArray images = images(1, size);
      INDArray pooled = value(graph, "pool", images);
      int out = size / 2;
      assertArrayEquals(new long[] {1, 3, out, out}, pooled.shape());
      assertEquals(out, architecture.sizes(size).of("pool").height());
      for (int i = 0; i < out * out; i++) {
        float expected = 0;
        for (int y = 2 * (i / out); y < Math.min(size, 2 * (i / out) + 3); y++) {
          for (int x = 2 * (i % out); x < Math.min(size, 2 * (i % out) + 3); x++) {
            expected = Math.max(expected, images.getFloat(0, 1, y, x));
          }
        }
        assertEquals(expected, pooled.getFloat(0, 1, i / out, i % out));
      }
    }
  }

  /** As timm's VGG does before its dense layers; what is large enough stays as it is. */
  @ParameterizedTest
  @CsvSource({"3, 7", "4, 7", "7, 7", "9, 9"})
  void smallMapsAreSpread(int size, int spread) {
    Model model =
        new Model(
            new BackboneSpec("spreading", "test", size, 3, "fc", 1e-5),
            net -> {
              net.function("spread", new AdaptiveAverage(7), NetworkBuilder.INPUT);
              net.relu("relu");
            });
    Architecture architecture = Architecture.of(model, BackboneOptions.defaults());
    INDArray images = images(1, size);
    INDArray value = value(architecture.create(BackboneOptions.defaults()), "relu", images);
    assertArrayEquals(new long[] {1, 3, spread, spread}, value.shape());
    assertEquals(spread, architecture.sizes(size).of("spread").height());
    for (int i = 0; i < spread * spread; i++) {
      int top = (i / spread) * size / spread;
      int left = (i % spread) * size / spread;
      int bottom = (int) Math.ceil((i / spread + 1) * size / (double) spread);
      int right = (int) Math.ceil((i % spread + 1) * size / (double) spread);
      double sum = 0;
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          sum += images.getDouble(0, 2, y, x);
        }
      }
      double mean = sum / (bottom - top) / (right - left);
      assertEquals(Math.max(0, mean), value.getDouble(0, 2, i / spread, i % spread), 1e-6);
    }
  }

  /** The layout that {@link PathSoftmax} documents, value by value. */
  @Test
  void pathsCountOneAltogether() {
    int paths = 3;
    int groups = 2;
    int width = 5;
    int channels = paths * groups * width;
    Consumer<NetworkBuilder> wide = net -> net.conv("wide", channels, Kernel.of(1, 1, 0));
    INDArray scores = embedding(channels, wide);
    INDArray weights =
        embedding(
            channels,
            wide.andThen(net -> net.function("softmax", new PathSoftmax(paths, groups), "wide")));
    for (int b = 0; b < 2; b++) {
      for (int g = 0; g < groups; g++) {
        for (int w = 0; w < width; w++) {
          double[] powers = new double[paths];
          for (int p = 0; p < paths; p++) {
            powers[p] = Math.exp(scores.getDouble(b, (g * paths + p) * width + w));
          }
          double sum = Arrays.stream(powers).sum();
          for (int p = 0; p < paths; p++) {
            assertEquals(powers[p] / sum, weights.getDouble(b, (p * groups + g) * width + w), 1e-6);
          }
        }
      }
    }
  }

  /** Of images of one pixel: what the layers give. The same name draws the same weights. */
  private static INDArray embedding(int channels, Consumer<NetworkBuilder> layers) {
    BackboneSpec spec = new BackboneSpec("layers", "test", 1, channels, "fc", 1e-5);
    Architecture architecture =
        Architecture.of(new Model(spec, layers), BackboneOptions.defaults());
    return new Backbone(architecture, architecture.create(BackboneOptions.defaults()))
        .embed(images(2, 1));
  }

  private static INDArray value(ComputationGraph graph, String vertex, INDArray images) {
    return graph.output(List.of(vertex), false, new INDArray[] {images}, null)[0];
  }

  private static INDArray images(int batch, int size) {
    return Nd4j.create(Golden.images("input", batch, size), new long[] {batch, 3, size, size}, 'c');
  }
}
