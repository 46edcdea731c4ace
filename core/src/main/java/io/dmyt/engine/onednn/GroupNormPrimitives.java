package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_group_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_group_normalization_forward_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Group normalisation, by oneDNN's flags.
 *
 * @param image (examples, channels, height, width)
 */
record GroupNormPrimitives(NativeScope scope, Format image, int groups, float eps, int flags)
    implements Primitives.Differentiable {
  @Override
  public dnnl_primitive_desc forward(boolean training) {
    return Primitives.create(
        "group_normalization_forward",
        scope,
        (d, attributes) ->
            dnnl_group_normalization_forward_primitive_desc_create(
                d,
                Dnnl.engine(),
                Primitives.propagation(training),
                image.description(),
                image.description(),
                groups,
                eps,
                flags,
                attributes));
  }

  @Override
  public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
    return Primitives.create(
        "group_normalization_backward",
        scope,
        (d, attributes) ->
            dnnl_group_normalization_backward_primitive_desc_create(
                d,
                Dnnl.engine(),
                dnnl_backward,
                image.description(),
                image.description(),
                image.description(),
                groups,
                eps,
                flags,
                forward,
                attributes));
  }
}
