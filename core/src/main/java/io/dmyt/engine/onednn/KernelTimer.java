package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Runs primitives over memory of its own, which is freed at the end, and times them. */
final class KernelTimer implements AutoCloseable {
  private static final int RUNS = 4;

  /** A small number, as two in bfloat16 and as one in single precision. */
  private static final int FILLING = 0x3c;

  private static final int[] ARGUMENTS = {
    DNNL_ARG_SRC,
    DNNL_ARG_DST,
    DNNL_ARG_WEIGHTS,
    DNNL_ARG_BIAS,
    DNNL_ARG_DIFF_SRC,
    DNNL_ARG_DIFF_DST,
    DNNL_ARG_DIFF_WEIGHTS,
    DNNL_ARG_DIFF_BIAS,
    DNNL_ARG_MEAN,
    DNNL_ARG_VARIANCE,
    DNNL_ARG_SCALE,
    DNNL_ARG_SHIFT,
    DNNL_ARG_DIFF_SCALE,
    DNNL_ARG_DIFF_SHIFT,
    DNNL_ARG_WORKSPACE,
    DNNL_ARG_SCRATCHPAD
  };

  private final Map<Integer, BytePointer> memory = new LinkedHashMap<>();

  /**
   * The fewest seconds that a primitive takes; infinite for one that does not run with the
   * arguments that it describes.
   *
   * @param hopeless no more than one run is made of a primitive that takes longer
   */
  double seconds(dnnl_primitive_desc description, double hopeless) {
    try (NativeScope scope = new NativeScope()) {
      dnnl_primitive primitive = Dnnl.primitive(scope, description);
      List<Arg> args = arguments(scope, description);
      dnnl_exec_arg_t array = scope.own(new dnnl_exec_arg_t(args.size()), a -> a.deallocate());
      for (int i = 0; i < args.size(); i++) {
        array.position(i).arg(args.get(i).id()).memory(args.get(i).tensor().memory());
      }
      array.position(0);
      double best = Double.POSITIVE_INFINITY;
      for (int run = 0; run < RUNS && !(best > hopeless); run++) {
        long start = System.nanoTime();
        if (dnnl_primitive_execute(primitive, Dnnl.stream(), args.size(), array) != dnnl_success) {
          return Double.POSITIVE_INFINITY;
        }
        Dnnl.check(dnnl_stream_wait(Dnnl.stream()), "dnnl_stream_wait");
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      return best;
    }
  }

  private List<Arg> arguments(NativeScope scope, dnnl_primitive_desc description) {
    List<Arg> args = new ArrayList<>();
    for (int id : ARGUMENTS) {
      add(args, scope, description, id);
    }
    for (int id : operands(description)) {
      add(args, scope, description, id);
    }
    return args;
  }

  /**
   * The arguments that post-ops read. Asked for one of a post-op that reads none, such as a sum in
   * place, oneDNN answers with whatever lies in its memory.
   */
  static List<Integer> operands(dnnl_primitive_desc description) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    Dnnl.check(
        dnnl_primitive_desc_get_attr(description, attributes), "dnnl_primitive_desc_get_attr");
    dnnl_post_ops postOps = new dnnl_post_ops();
    Dnnl.check(
        dnnl_primitive_attr_get_post_ops(attributes, postOps), "dnnl_primitive_attr_get_post_ops");
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < dnnl_post_ops_len(postOps); i++) {
      if (dnnl_post_ops_get_kind(postOps, i) == dnnl_binary) {
        ids.add(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 1) | DNNL_ARG_SRC_1);
      }
    }
    return ids;
  }

  private void add(List<Arg> args, NativeScope scope, dnnl_primitive_desc description, int id) {
    dnnl_memory_desc found = dnnl_primitive_desc_query_md(description, dnnl_query_exec_arg_md, id);
    if (found != null && dnnl_memory_desc_get_size(found) > 0) {
      Format format = Format.chosen(scope, found);
      args.add(new Arg(id, Tensor.elsewhere(scope, format).at(address(id, format.bytes()))));
    }
  }

  private long address(int id, long bytes) {
    BytePointer block = memory.get(id);
    if (block == null || block.capacity() < bytes + Address.ALIGNMENT) {
      if (block != null) {
        block.deallocate();
      }
      block = new BytePointer(bytes + Address.ALIGNMENT);
      Pointer.memset(block, FILLING, block.capacity());
      memory.put(id, block);
    }
    return Address.align(block.address());
  }

  @Override
  public void close() {
    memory.values().forEach(BytePointer::deallocate);
    memory.clear();
  }
}
