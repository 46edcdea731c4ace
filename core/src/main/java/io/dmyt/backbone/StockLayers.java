package io.dmyt.backbone;

import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;

/** DL4J's own layers, set up as PyTorch's modules. */
final class StockLayers {
  private StockLayers() {}

  static ConvolutionLayer convolution(int in, int out, Kernel window, boolean biased) {
    return new ConvolutionLayer.Builder(window.kernel())
        .stride(window.strides())
        .padding(window.padding())
        .dilation(window.dilations())
        .convolutionMode(window.mode())
        .nIn(in)
        .nOut(out)
        .activation(Activation.IDENTITY)
        .hasBias(biased)
        .build();
  }

  static DepthwiseConvolution2D depthwise(int in, int multiplier, Kernel window, boolean biased) {
    return new DepthwiseConvolution2D.Builder(window.kernel())
        .stride(window.strides())
        .padding(window.padding())
        .dilation(window.dilations())
        .convolutionMode(window.mode())
        .depthMultiplier(multiplier)
        .nIn(in)
        .nOut(in * multiplier)
        .activation(Activation.IDENTITY)
        .hasBias(biased)
        .build();
  }

  static BatchNormalization batchNorm(int size, double eps) {
    return new BatchNormalization.Builder()
        .nIn(size)
        .nOut(size)
        .eps(eps)
        .decay(0.9)
        .useLogStd(false)
        .build();
  }

  /**
   * @param countPadding whether averages count padding as zeros
   */
  static SubsamplingLayer pooling(
      SubsamplingLayer.PoolingType type, Kernel window, boolean countPadding) {
    return new SubsamplingLayer.Builder(type)
        .kernelSize(window.kernel())
        .stride(window.strides())
        .padding(window.padding())
        .convolutionMode(window.mode())
        .avgPoolIncludePadInDivisor(countPadding)
        .build();
  }
}
