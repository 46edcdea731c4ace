package io.dmyt.backbone.layer;

import io.dmyt.engine.KernelGeometry;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;

/** What convolutions of computed weights have in common. */
final class Convolutions {
  private Convolutions() {}

  /**
   * How images [batch, channels, height, width] are convolved with weights [kernel, kernel, in,
   * out].
   *
   * @param kernel height and width in pixels, odd
   * @param same whether images are padded as TensorFlow does, not by (kernel − 1) / 2 on each side
   */
  static Conv2DConfig config(int kernel, int stride, boolean same) {
    int padding = same ? 0 : (kernel - 1) / 2;
    return Conv2DConfig.builder()
        .kH(kernel)
        .kW(kernel)
        .sH(stride)
        .sW(stride)
        .pH(padding)
        .pW(padding)
        .paddingMode(same ? PaddingMode.SAME : PaddingMode.VALID)
        .dataFormat("NCHW")
        .weightsFormat(WeightsFormat.YXIO)
        .build();
  }

  /** How such a convolution slides over images. */
  static KernelGeometry geometry(int kernel, int stride, boolean same) {
    int padding = same ? 0 : (kernel - 1) / 2;
    return KernelGeometry.of(
        new int[] {kernel, kernel},
        new int[] {stride, stride},
        new int[] {padding, padding},
        new int[] {1, 1},
        same ? ConvolutionMode.Same : ConvolutionMode.Truncate);
  }

  /** The height and width of what such a convolution makes. */
  static int[] outputSize(int height, int width, int stride) {
    return new int[] {(height + stride - 1) / stride, (width + stride - 1) / stride};
  }
}
