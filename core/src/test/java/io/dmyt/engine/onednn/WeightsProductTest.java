package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.Twins;
import io.dmyt.engine.onednn.Primitives.Geometry;
import io.dmyt.internal.Address;
import java.nio.ShortBuffer;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

@Requires(Requires.Machine.ONEDNN)
class WeightsProductTest {

  /** Large convolutions over small images; at the end those that their own kernel does as fast. */
  @ParameterizedTest
  @CsvSource({
    "256, 256, 7, 3, 3, 1, 1, true",
    "256, 272, 7, 3, 3, 1, 1, true",
    "256, 256, 14, 3, 3, 2, 1, true",
    "256, 256, 9, 3, 3, 1, 2, true",
    "256, 256, 6, 1, 5, 1, 1, true",
    "256, 256, 8, 2, 3, 1, 1, true",
    "256, 256, 9, 3, 3, 1, 1, false",
    "240, 256, 7, 3, 3, 1, 1, false",
  })
  void gradientsOfLargeConvolutionsOverSmallImagesAreProducts(
      int in, int out, int size, int height, int width, int stride, int dilation, boolean product) {
    Assumptions.assumeTrue(Dnnl.bf16Instructions(), "no instructions for bfloat16");
    for (boolean bias : List.of(false, true)) {
      ComputationGraphConfiguration graph =
          new NeuralNetConfiguration.Builder()
              .graphBuilder()
              .addInputs("in")
              .addLayer(
                  "convolution",
                  new ConvolutionLayer.Builder(height, width)
                      .nIn(in)
                      .nOut(out)
                      .stride(stride, stride)
                      .dilation(dilation, dilation)
                      .convolutionMode(
                          dilation > 1 ? ConvolutionMode.Truncate : ConvolutionMode.Same)
                      .hasBias(bias)
                      .activation(Activation.TANH)
                      .build(),
                  "in")
              .addLayer("mean", new GlobalPoolingLayer(PoolingType.AVG), "convolution")
              .addLayer(
                  "out",
                  new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                      .nIn(out)
                      .nOut(3)
                      .activation(Activation.IDENTITY)
                      .build(),
                  "mean")
              .setOutputs("out")
              .build();
      try (Twins twins = Twins.of(graph, OneDnnTests.engine(StoragePolicy.of(Precision.BF16)))) {
        long gathered =
            OneDnnTests.kernels(twins, true, Twins.random(1, 3, in, size, size)).stream()
                .filter(k -> k.action().equals("columns"))
                .count();
        assertEquals(product ? 1 : 0, gathered);
        twins.sameGradients(Twins.random(2, 3, in, size, size), Nd4j.eye(3));
      }
    }
  }

  /** Three channels of a 2 × 3 image, each value its place in memory plus 1. */
  @Test
  void columnsAreTheTapsOfEachChannel() {
    KernelGeometry kernel = new KernelGeometry(2, 2, 1, 2, 1, 0, 1, 1, false);
    long[] from = {1, 3, 2, 3};
    long[] to = {1, 5, kernel.outHeight(2), kernel.outWidth(3)};
    assertArrayEquals(new long[] {1, 5, 3, 1}, to);
    short[] found = new short[3 * 12];
    try (BytePointer images = new BytePointer(18 * Short.BYTES);
        BytePointer columns = new BytePointer((long) Short.BYTES * found.length)) {
      ShortBuffer values = Address.shorts(images.address(), 18);
      for (int i = 0; i < 18; i++) {
        values.put(i, (short) (i + 1));
      }
      Address.shorts(columns.address(), found.length).put(0, new short[found.length]);
      Columns.gather(from, to, Geometry.of(kernel, 2, 3), images.address(), columns.address());
      Address.shorts(columns.address(), found.length).get(0, found);
    }
    short[] expected = {
      0, 0, 1, 4, 0, 0, 2, 5, 0, 0, 3, 6, // the row above is padding
      1, 4, 10, 13, 2, 5, 11, 14, 3, 6, 12, 15, // both rows of the image
      10, 13, 0, 0, 11, 14, 0, 0, 12, 15, 0, 0, // the row below is padding
    };
    assertArrayEquals(expected, found);
  }
}
