package io.dmyt.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Descriptions of primitives, owned by a scope. All take their scratchpad from outside. */
final class Primitives {
  private Primitives() {}

  /** What a convolution does to its result before it stores it. */
  sealed interface PostOp {
    /** A function of each element. */
    record Apply(Op.Activation function) implements PostOp {}

    /** Adds a tensor of that format. */
    record Add(Format other) implements PostOp {}
  }

  private static dnnl_primitive_attr attributes(NativeScope scope, List<PostOp> postOps) {
    dnnl_primitive_attr attr = new dnnl_primitive_attr();
    Dnnl.check(dnnl_primitive_attr_create(attr), "dnnl_primitive_attr_create");
    scope.own(attr, a -> dnnl_primitive_attr_destroy(a));
    Dnnl.check(
        dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user),
        "dnnl_primitive_attr_set_scratchpad_mode");
    if (!postOps.isEmpty()) {
      dnnl_post_ops ops = new dnnl_post_ops();
      Dnnl.check(dnnl_post_ops_create(ops), "dnnl_post_ops_create");
      scope.own(ops, o -> dnnl_post_ops_destroy(o));
      for (PostOp op : postOps) {
        if (op instanceof PostOp.Apply apply) {
          Op.Activation f = apply.function();
          Dnnl.check(
              dnnl_post_ops_append_eltwise(ops, f.algorithm(), f.alpha(), f.beta()),
              "dnnl_post_ops_append_eltwise");
        } else if (op instanceof PostOp.Add add) {
          Dnnl.check(
              dnnl_post_ops_append_binary(ops, dnnl_binary_add, add.other().description()),
              "dnnl_post_ops_append_binary");
        }
      }
      Dnnl.check(dnnl_primitive_attr_set_post_ops(attr, ops), "dnnl_primitive_attr_set_post_ops");
    }
    return attr;
  }

  private static dnnl_primitive_attr attributes(NativeScope scope) {
    return attributes(scope, List.of());
  }

  static dnnl_primitive_desc reorder(NativeScope scope, Format from, Format to) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_reorder_primitive_desc_create(
            d,
            from.description(),
            Dnnl.engine(),
            to.description(),
            Dnnl.engine(),
            attributes(scope)),
        "dnnl_reorder_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  /** A convolution's geometry. */
  record Geometry(long[] strides, long[] gaps, long[] before, long[] after) {
    static Geometry of(Window w, long height, long width) {
      return new Geometry(
          w.strides(), w.gaps(), w.paddingBefore(height, width), w.paddingAfter(height, width));
    }
  }

  static dnnl_primitive_desc convolution(
      NativeScope scope,
      boolean training,
      Format from,
      Format weights,
      Format bias,
      Format to,
      Geometry g,
      List<PostOp> postOps) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_convolution_forward_primitive_desc_create(
            d,
            Dnnl.engine(),
            training ? dnnl_forward_training : dnnl_forward_inference,
            dnnl_convolution_direct,
            from.description(),
            weights.description(),
            bias == null ? null : bias.description(),
            to.description(),
            g.strides(),
            g.gaps(),
            g.before(),
            g.after(),
            attributes(scope, postOps)),
        "dnnl_convolution_forward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc convolutionData(
      NativeScope scope,
      Format from,
      Format weights,
      Format to,
      Geometry g,
      dnnl_primitive_desc forward) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
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
            attributes(scope)),
        "dnnl_convolution_backward_data_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc convolutionWeights(
      NativeScope scope,
      Format from,
      Format weights,
      Format bias,
      Format to,
      Geometry g,
      dnnl_primitive_desc forward) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_convolution_backward_weights_primitive_desc_create(
            d,
            Dnnl.engine(),
            dnnl_convolution_direct,
            from.description(),
            weights.description(),
            bias == null ? null : bias.description(),
            to.description(),
            g.strides(),
            g.gaps(),
            g.before(),
            g.after(),
            forward,
            attributes(scope)),
        "dnnl_convolution_backward_weights_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc norm(
      NativeScope scope, boolean training, Format f, float eps, int flags) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_batch_normalization_forward_primitive_desc_create(
            d,
            Dnnl.engine(),
            training ? dnnl_forward_training : dnnl_forward_inference,
            f.description(),
            f.description(),
            eps,
            flags,
            attributes(scope)),
        "dnnl_batch_normalization_forward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc normBackward(
      NativeScope scope, Format f, float eps, int flags, dnnl_primitive_desc forward) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_batch_normalization_backward_primitive_desc_create(
            d,
            Dnnl.engine(),
            dnnl_backward,
            f.description(),
            f.description(),
            f.description(),
            eps,
            flags,
            forward,
            attributes(scope)),
        "dnnl_batch_normalization_backward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc apply(
      NativeScope scope, boolean training, Format f, int algorithm, float alpha, float beta) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_eltwise_forward_primitive_desc_create(
            d,
            Dnnl.engine(),
            training ? dnnl_forward_training : dnnl_forward_inference,
            algorithm,
            f.description(),
            f.description(),
            alpha,
            beta,
            attributes(scope)),
        "dnnl_eltwise_forward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc applyBackward(
      NativeScope scope,
      Format f,
      int algorithm,
      float alpha,
      float beta,
      dnnl_primitive_desc forward) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_eltwise_backward_primitive_desc_create(
            d,
            Dnnl.engine(),
            algorithm,
            f.description(),
            f.description(),
            f.description(),
            alpha,
            beta,
            forward,
            attributes(scope)),
        "dnnl_eltwise_backward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc pool(
      NativeScope scope,
      boolean training,
      int algorithm,
      Format from,
      Format to,
      long[] kernel,
      Geometry g) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_pooling_forward_primitive_desc_create(
            d,
            Dnnl.engine(),
            training ? dnnl_forward_training : dnnl_forward_inference,
            algorithm,
            from.description(),
            to.description(),
            g.strides(),
            kernel,
            g.gaps(),
            g.before(),
            g.after(),
            attributes(scope)),
        "dnnl_pooling_forward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc poolBackward(
      NativeScope scope,
      int algorithm,
      Format from,
      Format to,
      long[] kernel,
      Geometry g,
      dnnl_primitive_desc forward) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_pooling_backward_primitive_desc_create(
            d,
            Dnnl.engine(),
            algorithm,
            from.description(),
            to.description(),
            g.strides(),
            kernel,
            g.gaps(),
            g.before(),
            g.after(),
            forward,
            attributes(scope)),
        "dnnl_pooling_backward_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc binary(
      NativeScope scope, int algorithm, Format a, Format b, Format to) {
    dnnl_primitive_desc d = new dnnl_primitive_desc();
    Dnnl.check(
        dnnl_binary_primitive_desc_create(
            d,
            Dnnl.engine(),
            algorithm,
            a.description(),
            b.description(),
            to.description(),
            attributes(scope)),
        "dnnl_binary_primitive_desc_create");
    return Dnnl.own(scope, d);
  }

  static dnnl_primitive_desc sum(NativeScope scope, List<Format> from, Format to) {
    try (PointerPointer<dnnl_memory_desc> array = array(from);
        FloatPointer ones = new FloatPointer(from.size());
        PointerPointer<dnnl_primitive_desc> out = new PointerPointer<>(1)) {
      for (int i = 0; i < from.size(); i++) {
        ones.put(i, 1);
      }
      Dnnl.check(
          dnnl_sum_primitive_desc_create(
              out, Dnnl.engine(), to.description(), from.size(), ones, array, attributes(scope)),
          "dnnl_sum_primitive_desc_create");
      return Dnnl.own(scope, out.get(dnnl_primitive_desc.class, 0));
    }
  }

  static dnnl_primitive_desc concat(NativeScope scope, List<Format> from, Format to) {
    try (PointerPointer<dnnl_memory_desc> array = array(from);
        PointerPointer<dnnl_primitive_desc> out = new PointerPointer<>(1)) {
      Dnnl.check(
          dnnl_concat_primitive_desc_create(
              out, Dnnl.engine(), to.description(), from.size(), 1, array, attributes(scope)),
          "dnnl_concat_primitive_desc_create");
      return Dnnl.own(scope, out.get(dnnl_primitive_desc.class, 0));
    }
  }

  private static PointerPointer<dnnl_memory_desc> array(List<Format> formats) {
    PointerPointer<dnnl_memory_desc> array = new PointerPointer<>(formats.size());
    for (int i = 0; i < formats.size(); i++) {
      array.put(i, formats.get(i).description());
    }
    return array;
  }
}
