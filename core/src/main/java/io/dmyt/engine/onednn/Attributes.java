package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_data_type_undef;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_binary;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;

import io.dmyt.engine.Operation;
import java.util.List;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;

/** Attributes of primitives, owned by a scope: the scratchpad from outside, and post-ops. */
final class Attributes {
  private Attributes() {}

  /** What a primitive does to its result before it stores it. */
  sealed interface PostOp {
    /** A function of each element. */
    record Apply(Operation.Elementwise function) implements PostOp {
      @Override
      public String toString() {
        return function.text();
      }
    }

    /** Adds a tensor of the result's format. */
    record Add() implements PostOp {
      @Override
      public String toString() {
        return "sum";
      }
    }

    /** Adds what lies already where the result is stored. */
    record Accumulate() implements PostOp {
      @Override
      public String toString() {
        return "sum in place";
      }
    }

    /**
     * Multiplies by a factor for each channel.
     *
     * @param factors (1, channels, 1, 1), floats
     */
    record Scale(Format factors) implements PostOp {
      @Override
      public String toString() {
        return "scale";
      }
    }
  }

  static dnnl_primitive_attr plain(NativeScope scope) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    Dnnl.check(dnnl_primitive_attr_create(attributes), "dnnl_primitive_attr_create");
    scope.own(attributes, a -> dnnl_primitive_attr_destroy(a));
    Dnnl.check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
        "dnnl_primitive_attr_set_scratchpad_mode");
    return attributes;
  }

  static dnnl_primitive_attr with(NativeScope scope, List<PostOp> postOps, Format result) {
    dnnl_primitive_attr attributes = plain(scope);
    if (postOps.isEmpty()) {
      return attributes;
    }
    dnnl_post_ops ops = new dnnl_post_ops();
    Dnnl.check(dnnl_post_ops_create(ops), "dnnl_post_ops_create");
    scope.own(ops, o -> dnnl_post_ops_destroy(o));
    for (PostOp op : postOps) {
      if (op instanceof PostOp.Apply apply) {
        EltwiseFunction f = EltwiseFunction.of(apply.function());
        Dnnl.check(
            dnnl_post_ops_append_eltwise(ops, f.algorithm(), f.alpha(), f.beta()),
            "dnnl_post_ops_append_eltwise");
      } else if (op instanceof PostOp.Scale scale) {
        append(ops, dnnl_binary_mul, scale.factors());
      } else if (op instanceof PostOp.Accumulate) {
        Dnnl.check(
            dnnl_post_ops_append_sum(ops, 1, 0, dnnl_data_type_undef), "dnnl_post_ops_append_sum");
      } else {
        append(ops, dnnl_binary_add, result);
      }
    }
    Dnnl.check(
        dnnl_primitive_attr_set_post_ops(attributes, ops), "dnnl_primitive_attr_set_post_ops");
    return attributes;
  }

  private static void append(dnnl_post_ops ops, int algorithm, Format other) {
    Dnnl.check(
        dnnl_post_ops_append_binary(ops, algorithm, other.description()),
        "dnnl_post_ops_append_binary");
  }
}
