package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;

import io.dmyt.engine.onednn.Attributes.PostOp;
import io.dmyt.engine.onednn.Primitives.Geometry;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * The three primitives of a convolution.
 *
 * @param weights their format, or their gradient's
 * @param bias its format and its gradient's, or null
 */
record ConvolutionPrimitives(
    NativeScope scope, Format from, Format weights, @Nullable Format bias, Format to, Geometry g) {

  dnnl_primitive_desc forward(boolean training, List<PostOp> postOps) {
    return fastest(() -> describeForward(training, postOps));
  }

  private dnnl_primitive_desc describeForward(boolean training, List<PostOp> postOps) {
    return Primitives.create(
        "convolution_forward",
        scope,
        Attributes.with(scope, postOps, to),
        (d, attributes) ->
            dnnl_convolution_forward_primitive_desc_create(
                d,
                Dnnl.engine(),
                Primitives.propagation(training),
                dnnl_convolution_direct,
                from.description(),
                weights.description(),
                biasDescription(),
                to.description(),
                g.strides(),
                g.gaps(),
                g.before(),
                g.after(),
                attributes));
  }

  /** From the result's gradient to the input's. */
  dnnl_primitive_desc inputGradient(dnnl_primitive_desc forward) {
    return fastest(() -> describeInputGradient(forward));
  }

  /**
   * oneDNN's choice, but for the cases in which another of its kernels is always faster. By the CPU
   * time of single kernels (oneDNN 3.11, AVX-512 BF16): depthwise, {@code brdgmm_dw} takes 4 to 70
   * % longer than {@code jit_dw}, and for a strided input's gradient in bfloat16 {@code
   * brgconv_strided} 45 to 200 times as long; for windows of one pixel in bfloat16 {@code brgconv}
   * takes 1 to 45 % longer than {@code jit_bf16_1x1}.
   */
  private dnnl_primitive_desc fastest(Supplier<dnnl_primitive_desc> describe) {
    if (depthwise()) {
      return Dnnl.instead(
          name -> name.startsWith("brdgmm_dw") || name.startsWith("brgconv_strided"),
          "jit_dw",
          describe);
    }
    if (pointwise()) {
      return Dnnl.instead(
          name -> name.startsWith("brg") && name.endsWith(":avx512_core_bf16"),
          "jit_bf16_1x1",
          describe);
    }
    return describe.get();
  }

  private boolean depthwise() {
    long[] w = weights.dims();
    return w.length == 5 && w[2] == 1;
  }

  private boolean pointwise() {
    long[] w = weights.dims();
    return w.length == 4 && w[2] * w[3] == 1;
  }

  private dnnl_primitive_desc describeInputGradient(dnnl_primitive_desc forward) {
    return Primitives.create(
        "convolution_backward_data",
        scope,
        (d, attributes) ->
            dnnl_convolution_backward_data_primitive_desc_create(
                d,
                Dnnl.engine(),
                dnnl_convolution_direct,
                from.description(),
                weights.description(),
                to.description(),
                g.strides(),
                g.gaps(),
                g.before(),
                g.after(),
                forward,
                attributes));
  }

  /** From the result's gradient to the weights' and the bias's. */
  dnnl_primitive_desc weightsGradient(dnnl_primitive_desc forward) {
    return Primitives.create(
        "convolution_backward_weights",
        scope,
        (d, attributes) ->
            dnnl_convolution_backward_weights_primitive_desc_create(
                d,
                Dnnl.engine(),
                dnnl_convolution_direct,
                from.description(),
                weights.description(),
                biasDescription(),
                to.description(),
                g.strides(),
                g.gaps(),
                g.before(),
                g.after(),
                forward,
                attributes));
  }

  private @Nullable dnnl_memory_desc biasDescription() {
    return bias == null ? null : bias.description();
  }
}
