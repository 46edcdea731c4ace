package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Attributes.PostOp;
import io.dmyt.engine.onednn.Primitives.Differentiable;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Descriptions of the primitives that transformers need. */
final class SequencePrimitives {
  private SequencePrimitives() {}

  /**
   * Layer normalisation over the last dimension, by oneDNN's flags.
   *
   * @param rows (examples, tokens, features)
   * @param statistics (examples, tokens)
   */
  record Norm(NativeScope scope, Format rows, Format statistics, float eps, int flags)
      implements Differentiable {
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

  /** Softmax along a dimension. */
  record Softmax(NativeScope scope, Format format, int axis) implements Differentiable {
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

  /** The product of the matrices in the last two dimensions, scaled. */
  static dnnl_primitive_desc matmul(
      NativeScope scope, Format left, Format right, Format to, double scale) {
    List<PostOp> scaling =
        scale == 1
            ? List.of()
            : List.of(
                new PostOp.Apply(new Operation.Elementwise(ElementwiseFunction.LINEAR, scale, 0)));
    return Primitives.create(
        "matmul",
        scope,
        Attributes.with(scope, scaling, to),
        (d, attributes) ->
            dnnl_matmul_primitive_desc_create(
                d,
                Dnnl.engine(),
                left.description(),
                right.description(),
                null,
                to.description(),
                attributes));
  }
}
