package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.onednn.Attributes.PostOp;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Descriptions of primitives, owned by a scope. All take their scratchpad from outside. */
final class Primitives {
  private Primitives() {}

  /** A primitive with one way back, for which oneDNN wants to know the way forward. */
  interface Differentiable {
    dnnl_primitive_desc forward(boolean training);

    dnnl_primitive_desc backward(dnnl_primitive_desc forward);

    /** The way forward, and for training the way back behind it. */
    default List<dnnl_primitive_desc> passes(boolean training) {
      dnnl_primitive_desc forward = forward(training);
      return training ? List.of(forward, backward(forward)) : List.of(forward);
    }
  }

  /** How a kernel slides over an image: a window where it meets one of known size. */
  record Geometry(long[] kernel, long[] strides, long[] gaps, long[] before, long[] after) {
    static Geometry of(KernelGeometry w, long height, long width) {
      return new Geometry(
          w.kernel(),
          w.strides(),
          w.gaps(),
          w.paddingBefore(height, width),
          w.paddingAfter(height, width));
    }
  }

  /** A function of each element by oneDNN's name. */
  record Eltwise(NativeScope scope, Format image, int algorithm, float alpha, float beta)
      implements Differentiable {
    @Override
    public dnnl_primitive_desc forward(boolean training) {
      return create(
          "eltwise_forward",
          scope,
          (d, attributes) ->
              dnnl_eltwise_forward_primitive_desc_create(
                  d,
                  Dnnl.engine(),
                  propagation(training),
                  algorithm,
                  image.description(),
                  image.description(),
                  alpha,
                  beta,
                  attributes));
    }

    @Override
    public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
      return create(
          "eltwise_backward",
          scope,
          (d, attributes) ->
              dnnl_eltwise_backward_primitive_desc_create(
                  d,
                  Dnnl.engine(),
                  algorithm,
                  image.description(),
                  image.description(),
                  image.description(),
                  alpha,
                  beta,
                  forward,
                  attributes));
    }
  }

  /** Pooling by oneDNN's name. */
  record Pool(NativeScope scope, int algorithm, Format from, Format to, Geometry g)
      implements Differentiable {
    @Override
    public dnnl_primitive_desc forward(boolean training) {
      return create(
          "pooling_forward",
          scope,
          (d, attributes) ->
              dnnl_pooling_forward_primitive_desc_create(
                  d,
                  Dnnl.engine(),
                  propagation(training),
                  algorithm,
                  from.description(),
                  to.description(),
                  g.strides(),
                  g.kernel(),
                  g.gaps(),
                  g.before(),
                  g.after(),
                  attributes));
    }

    @Override
    public dnnl_primitive_desc backward(dnnl_primitive_desc forward) {
      return create(
          "pooling_backward",
          scope,
          (d, attributes) ->
              dnnl_pooling_backward_primitive_desc_create(
                  d,
                  Dnnl.engine(),
                  algorithm,
                  from.description(),
                  to.description(),
                  g.strides(),
                  g.kernel(),
                  g.gaps(),
                  g.before(),
                  g.after(),
                  forward,
                  attributes));
    }
  }

  static dnnl_primitive_desc reorder(NativeScope scope, Format from, Format to) {
    return create(
        "reorder",
        scope,
        (d, attributes) ->
            dnnl_reorder_primitive_desc_create(
                d, from.description(), Dnnl.engine(), to.description(), Dnnl.engine(), attributes));
  }

  static dnnl_primitive_desc binary(
      NativeScope scope, int algorithm, Format a, Format b, Format to) {
    return create(
        "binary",
        scope,
        (d, attributes) ->
            dnnl_binary_primitive_desc_create(
                d,
                Dnnl.engine(),
                algorithm,
                a.description(),
                b.description(),
                to.description(),
                attributes));
  }

  static dnnl_primitive_desc sum(NativeScope scope, List<Format> from, Format to) {
    try (FloatPointer ones = new FloatPointer(from.size())) {
      for (int i = 0; i < from.size(); i++) {
        ones.put(i, 1);
      }
      return createFromMany(
          "sum",
          scope,
          from,
          (d, many, attributes) ->
              dnnl_sum_primitive_desc_create(
                  d, Dnnl.engine(), to.description(), from.size(), ones, many, attributes));
    }
  }

  /** One after another along an axis. */
  static dnnl_primitive_desc concat(NativeScope scope, int axis, List<Format> from, Format to) {
    return createFromMany(
        "concat",
        scope,
        from,
        (d, many, attributes) ->
            dnnl_concat_primitive_desc_create(
                d, Dnnl.engine(), to.description(), from.size(), axis, many, attributes));
  }

  /** The product of the matrices in the last two dimensions, scaled. */
  static dnnl_primitive_desc matmul(
      NativeScope scope, Format left, Format right, Format to, double scale) {
    List<PostOp> scaling =
        scale == 1
            ? List.of()
            : List.of(
                new PostOp.Apply(new Operation.Elementwise(ElementwiseFunction.LINEAR, scale, 0)));
    return create(
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

  /** What oneDNN calls a way forward. */
  static int propagation(boolean training) {
    return training ? dnnl_forward_training : dnnl_forward_inference;
  }

  /** A call that fills in a description and returns oneDNN's status. */
  interface Creation {
    int call(dnnl_primitive_desc description, dnnl_primitive_attr attributes);
  }

  static dnnl_primitive_desc create(String name, NativeScope scope, Creation creation) {
    return create(name, scope, Attributes.plain(scope), creation);
  }

  static dnnl_primitive_desc create(
      String name, NativeScope scope, dnnl_primitive_attr attributes, Creation creation) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(creation.call(d, attributes), "dnnl_" + name + "_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  /** The same of any number of inputs. */
  private interface CreationFromMany {
    int call(
        PointerPointer<dnnl_primitive_desc> description,
        PointerPointer<dnnl_memory_desc> from,
        dnnl_primitive_attr attributes);
  }

  private static dnnl_primitive_desc createFromMany(
      String name, NativeScope scope, List<Format> from, CreationFromMany creation) {
    try (PointerPointer<dnnl_memory_desc> many = new PointerPointer<>(from.size());
        PointerPointer<dnnl_primitive_desc> d = new PointerPointer<>(1)) {
      for (int i = 0; i < from.size(); i++) {
        many.put(i, from.get(i).description());
      }
      Dnnl.check(
          creation.call(d, many, Attributes.plain(scope)),
          "dnnl_" + name + "_primitive_desc_create");
      return Dnnl.own(scope, d.get(dnnl_primitive_desc.class, 0));
    }
  }
}
