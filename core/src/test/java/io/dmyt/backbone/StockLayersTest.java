package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** That DL4J's parts, as {@link NetworkBuilder} sets them, compute what PyTorch's do. */
class StockLayersTest {

  /** Padding must lose to negative values: it is no zero. */
  @ParameterizedTest
  @CsvSource({"3, 2, 1, 7", "3, 2, 1, 8", "3, 2, 0, 7", "2, 2, 0, 8"})
  void maxPooling(int kernel, int stride, int padding, int size) {
    Consumer<NetworkBuilder> pool =
        net -> net.maxPool("tested", Kernel.of(kernel, stride, padding));
    check(pool, size, (image, y, x) -> pooled(image, y, x, kernel, stride, padding, true));
  }

  /** PyTorch divides by the whole window, padding and all. */
  @ParameterizedTest
  @CsvSource({"3, 1, 1, 7", "2, 2, 0, 8", "2, 2, 0, 7"})
  void averagePooling(int kernel, int stride, int padding, int size) {
    Consumer<NetworkBuilder> pool =
        net -> net.averagePool("tested", NetworkBuilder.INPUT, Kernel.of(kernel, stride, padding));
    check(pool, size, (image, y, x) -> pooled(image, y, x, kernel, stride, padding, false));
  }

  /** TensorFlow's padding puts an odd pixel at the bottom and right. */
  @ParameterizedTest
  @CsvSource({"3, 2, 7, 1", "3, 2, 8, 0", "5, 2, 8, 1", "5, 2, 7, 2"})
  void samePadding(int kernel, int stride, int size, int top) {
    float[] weights = new float[kernel * kernel];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i + 1;
    }
    Consumer<NetworkBuilder> conv =
        net -> net.depthwise("tested", NetworkBuilder.INPUT, Kernel.same(kernel, stride));
    Consumer<ComputationGraph> set =
        graph ->
            graph
                .getLayer("tested")
                .getParam("W")
                .assign(
                    Nd4j.create(weights, new long[] {kernel, kernel, 1, 1}, 'c')
                        .castTo(DataType.DOUBLE)
                        .broadcast(kernel, kernel, 3, 1));
    check(
        conv,
        set,
        size,
        (image, y, x) -> {
          double sum = 0;
          for (int i = 0; i < kernel; i++) {
            for (int j = 0; j < kernel; j++) {
              sum +=
                  weights[i * kernel + j]
                      * at(image, y * stride - top + i, x * stride - top + j, 0);
            }
          }
          return sum;
        });
  }

  @ParameterizedTest
  @EnumSource(ActivationFunction.class)
  void activations(ActivationFunction act) {
    DoubleUnaryOperator expected =
        switch (act) {
          case RELU -> x -> Math.max(x, 0);
          case LEAKY_RELU -> x -> x > 0 ? x : 0.01 * x;
          case ELU -> x -> x > 0 ? x : Math.exp(x) - 1;
          case RELU6 -> x -> Math.min(Math.max(x, 0), 6);
          case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
          case SILU -> x -> x / (1 + Math.exp(-x));
          case GELU -> x -> x * normalDistribution(x);
          case HARD_SIGMOID -> x -> Math.min(Math.max(x + 3, 0), 6) / 6;
          case HARD_SWISH -> x -> x * Math.min(Math.max(x + 3, 0), 6) / 6;
        };
    check(net -> net.act("tested", act), 9, (image, y, x) -> expected.applyAsDouble(image[y][x]));
  }

  /** Simpson's rule over the density, from 0 on. */
  private static double normalDistribution(double x) {
    int steps = 1000;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double t = x * i / steps;
      int weight = i == 0 || i == steps ? 1 : i % 2 == 0 ? 2 : 4;
      sum += weight * Math.exp(-t * t / 2);
    }
    return 0.5 + sum * x / steps / 3 / Math.sqrt(2 * Math.PI);
  }

  /**
   * A feature map that two vertices read must reach the second as it was. DL4J's activation layer
   * works on its input in place at inference; only a workspace between the two keeps it whole.
   */
  @Test
  void anActivationLeavesItsInputAlone() {
    ComputationGraph graph = graph(StockLayersTest::residual, g -> {});
    INDArray image = Nd4j.create(new double[] {-1, -2, 3}, new long[] {1, 3, 1, 1}, 'c');
    double[] expected = {-1, -2, 6};
    assertArrayEquals(expected, graph.outputSingle(image).toDoubleVector());
    INDArray[] images = {image};
    INDArray embedding = graph.output(List.of(NetworkBuilder.EMBEDDING), false, images, null)[0];
    assertArrayEquals(expected, embedding.toDoubleVector());
  }

  /**
   * DL4J's fault that {@link Backbone#embed} goes around: without workspaces, and so in {@code
   * feedForward}, the activation has overwritten what the sum reads.
   */
  @Test
  void dl4jOverwritesAnActivationsInputWithoutWorkspaces() {
    ComputationGraph graph = graph(StockLayersTest::residual, g -> {});
    INDArray image = Nd4j.create(new double[] {-1, -2, 3}, new long[] {1, 3, 1, 1}, 'c');
    INDArray sum = graph.feedForward(image, false).get("tested");
    assertArrayEquals(new double[] {0, 0, 6}, sum.reshape(-1).toDoubleVector());
  }

  private static void residual(NetworkBuilder net) {
    String in = net.mean("in", NetworkBuilder.INPUT);
    net.add("tested", net.relu("active", in), in);
  }

  private interface Pixel {
    double of(double[][] image, int y, int x);
  }

  private static void check(Consumer<NetworkBuilder> layer, int size, Pixel expected) {
    check(layer, graph -> {}, size, expected);
  }

  /** Compares every pixel of three channels, whose values are between -8 and 8. */
  private static void check(
      Consumer<NetworkBuilder> layer,
      Consumer<ComputationGraph> prepare,
      int size,
      Pixel expected) {
    ComputationGraph graph = graph(layer, prepare);
    double[][][] image = new double[3][size][size];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          image[c][y][x] = (31 * c + 17 * y + 7 * x) % 16.5 - 8;
        }
      }
    }
    INDArray in = Nd4j.createFromArray(new double[][][][] {image});
    INDArray out = graph.feedForward(in, false).get("tested");
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < out.size(2); y++) {
        for (int x = 0; x < out.size(3); x++) {
          assertEquals(
              expected.of(image[c], y, x),
              out.getDouble(0, c, y, x),
              1e-7,
              "channel " + c + ", row " + y + ", column " + x);
        }
      }
    }
    long[] shape = out.shape();
    assertEquals(
        new ActivationSizes(graph.getConfiguration(), size, size).of("tested"),
        new ActivationSizes.Size((int) shape[2], (int) shape[3]),
        () -> "inferred size of " + Arrays.toString(shape));
  }

  private static ComputationGraph graph(
      Consumer<NetworkBuilder> layer, Consumer<ComputationGraph> prepare) {
    BackboneSpec spec = new BackboneSpec("test", "test", 8, 3, "fc", 1e-5);
    BackboneOptions options = BackboneOptions.defaults().withDataType(DataType.DOUBLE);
    ComputationGraph graph = Architecture.of(new Model(spec, layer), options).create(options);
    prepare.accept(graph);
    return graph;
  }

  private static double pooled(
      double[][] image, int y, int x, int kernel, int stride, int padding, boolean max) {
    double result = max ? Double.NEGATIVE_INFINITY : 0;
    for (int i = 0; i < kernel; i++) {
      for (int j = 0; j < kernel; j++) {
        int row = y * stride - padding + i;
        int column = x * stride - padding + j;
        result =
            max
                ? Math.max(result, at(image, row, column, Double.NEGATIVE_INFINITY))
                : result + at(image, row, column, 0) / (kernel * kernel);
      }
    }
    return result;
  }

  private static double at(double[][] image, int y, int x, double outside) {
    return y < 0 || x < 0 || y >= image.length || x >= image.length ? outside : image[y][x];
  }
}
