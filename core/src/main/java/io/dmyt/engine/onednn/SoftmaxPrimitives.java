package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_accurate;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_forward_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Softmax along a dimension. */
record SoftmaxPrimitives(NativeScope scope, Format format, int axis)
    implements Primitives.Differentiable {
  @Override
  public dnnl_primitive_desc forward(boolean training) {
    return Primitives.create(
        "softmax_forward",
        scope,
        (d, attributes) ->
            dnnl_softmax_forward_primitive_desc_create(
                d,
                Dnnl.engine(),
                Primitives.propagation(training),
                dnnl_softmax_accurate,
                format.description(),
                format.description(),
                axis,
                attributes));
  }

  @Override
  public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
    return Primitives.create(
        "softmax_backward",
        scope,
        (d, attributes) ->
            dnnl_softmax_backward_primitive_desc_create(
                d,
                Dnnl.engine(),
                dnnl_softmax_accurate,
                format.description(),
                format.description(),
                format.description(),
                axis,
                forward,
                attributes));
  }
}
