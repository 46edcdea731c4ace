package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;

import io.dmyt.engine.onednn.Attributes.PostOp;
import io.dmyt.engine.onednn.Primitives.Geometry;
import java.util.List;
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

  /**
   * From the result's gradient to the input's. For bfloat16 and strides oneDNN's choice is a kernel
   * made for dense convolutions, which for depthwise ones takes 45 to 200 times as long as {@code
   * jit_dw}.
   */
  dnnl_primitive_desc inputGradient(dnnl_primitive_desc forward) {
    return Dnnl.without(
        name -> depthwise() && name.startsWith("brgconv_strided"),
        () -> describeInputGradient(forward));
  }

  private boolean depthwise() {
    long[] w = weights.dims();
    return w.length == 5 && w[2] == 1;
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
