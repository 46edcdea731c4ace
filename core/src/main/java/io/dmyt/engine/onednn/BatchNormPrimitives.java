package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;

import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Batch normalisation by oneDNN's flags.
 *
 * <p>The kernels that oneDNN would choose for training reduce over the batch with a barrier at
 * which threads spin. Where another process wants the processor too, a call waits for whole slices
 * of its time: 36 ms instead of 1 with two trainings on two cores. {@code bnorm_tbb_jit} has no
 * such barrier. On a machine of its own it takes up to a sixth longer.
 */
record BatchNormPrimitives(NativeScope scope, Format image, float eps, int flags)
    implements Primitives.Differentiable {
  @Override
  public dnnl_primitive_desc forward(boolean training) {
    return Dnnl.without(this::spins, () -> describeForward(training));
  }

  private dnnl_primitive_desc describeForward(boolean training) {
    return Primitives.create(
        "batch_normalization_forward",
        scope,
        (d, attributes) ->
            dnnl_batch_normalization_forward_primitive_desc_create(
                d,
                Dnnl.engine(),
                Primitives.propagation(training),
                image.description(),
                image.description(),
                eps,
                flags,
                attributes));
  }

  @Override
  public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
    return Dnnl.without(this::spins, () -> describeBackward(forward));
  }

  private dnnl_primitive_desc describeBackward(dnnl_primitive_desc forward) {
    return Primitives.create(
        "batch_normalization_backward",
        scope,
        (d, attributes) ->
            dnnl_batch_normalization_backward_primitive_desc_create(
                d,
                Dnnl.engine(),
                dnnl_backward,
                image.description(),
                image.description(),
                image.description(),
                eps,
                flags,
                forward,
                attributes));
  }

  private boolean spins(String implementation) {
    return (flags & dnnl_use_global_stats) == 0 && implementation.startsWith("bnorm_jit");
  }
}
