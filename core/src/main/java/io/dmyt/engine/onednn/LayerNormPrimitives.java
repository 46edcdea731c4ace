package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_layer_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_layer_normalization_forward_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Layer normalisation over the last dimension, by oneDNN's flags.
 *
 * @param rows (examples, tokens, features)
 * @param statistics (examples, tokens)
 */
record LayerNormPrimitives(NativeScope scope, Format rows, Format statistics, float eps, int flags)
    implements Primitives.Differentiable {
  @Override
  public dnnl_primitive_desc forward(boolean training) {
    return Primitives.create(
        "layer_normalization_forward",
        scope,
        (d, attributes) ->
            dnnl_layer_normalization_forward_primitive_desc_create(
                d,
                Dnnl.engine(),
                Primitives.propagation(training),
                rows.description(),
                rows.description(),
                statistics.description(),
                eps,
                flags,
                attributes));
  }

  @Override
  public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
    return Primitives.create(
        "layer_normalization_backward",
        scope,
        (d, attributes) ->
            dnnl_layer_normalization_backward_primitive_desc_create(
                d,
                Dnnl.engine(),
                dnnl_backward,
                rows.description(),
                rows.description(),
                rows.description(),
                statistics.description(),
                eps,
                flags,
                forward,
                attributes));
  }
}
