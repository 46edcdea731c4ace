package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;

import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.internal.Address;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;

/**
 * Writes the steps of a program one after another and knows, at the end, when each tensor is first
 * and last used.
 */
final class Emitter {

  /** One argument of a primitive. */
  record Arg(int id, Tensor tensor) {}

  /** When a step runs. */
  enum Phase {
    /** Before a way forward, if parameters have changed. */
    PREPARE,
    FORWARD,
    BACKWARD
  }

  /** What a step is: its vertex, what it does, and oneDNN's implementation, if it has one. */
  record Kernel(String vertex, String action, String implementation) {}

  /** 1 in bfloat16. */
  private static final short ONE = 0x3F80;

  private final NativeScope scope;
  private final List<Tensor> tensors = new ArrayList<>();
  private final List<Tensor> scratchpads = new ArrayList<>();
  private final List<Kernel> kernels = new ArrayList<>();
  private final Map<Phase, List<Runnable>> steps = new EnumMap<>(Phase.class);
  private Phase phase = Phase.FORWARD;
  private String vertex = "";
  private int step;
  private long scratch;

  Emitter(NativeScope scope) {
    this.scope = scope;
    for (Phase each : Phase.values()) {
      steps.put(each, new ArrayList<>());
    }
  }

  NativeScope scope() {
    return scope;
  }

  /** The steps that follow run in this phase. */
  void into(Phase next) {
    phase = next;
  }

  List<Runnable> steps(Phase of) {
    return Objects.requireNonNull(steps.get(of));
  }

  /** The steps that follow belong to this vertex. */
  void vertex(String name) {
    vertex = name;
  }

  /** A tensor in the arena. */
  Tensor tensor(Format format) {
    return known(Tensor.inArena(scope, format));
  }

  /** A tensor whose memory is given, or will be. */
  Tensor elsewhere(Format format) {
    return known(Tensor.elsewhere(scope, format));
  }

  /** A tensor with memory of its own for as long as the scope is open. */
  Tensor kept(Format format) {
    Tensor t = elsewhere(format);
    BytePointer block =
        scope.own(new BytePointer(format.bytes() + Address.ALIGNMENT - 1), BytePointer::deallocate);
    return t.at(Address.align(block.address()));
  }

  /** A row-major matrix of ones. */
  Tensor ones(Precision precision, long height, long width) {
    long[] dims = {height, width};
    Tensor ones = kept(Format.strided(scope, precision, dims, Parameter.rowMajorStrides(dims)));
    if (precision == Precision.BF16) {
      ShortBuffer values = Address.shorts(ones.address(), height * width);
      while (values.hasRemaining()) {
        values.put(ONE);
      }
    } else {
      FloatBuffer values = Address.floats(ones.address(), height * width);
      while (values.hasRemaining()) {
        values.put(1);
      }
    }
    return ones;
  }

  /** {@code from} itself if it is in the arena, else a copy there. */
  Tensor inArena(Tensor from) {
    if (from.arena()) {
      return from;
    }
    Tensor copy = tensor(from.format());
    reorder(from, copy);
    return copy;
  }

  /** The memory of a tensor in the arena, seen in another format. */
  Tensor over(Format format, Tensor whole) {
    return over(format, whole, 0);
  }

  /** The same, from so many bytes behind its begin on. */
  Tensor over(Format format, Tensor whole, long bytes) {
    Tensor t = tensor(format);
    t.replaces(whole, bytes);
    return t;
  }

  private Tensor known(Tensor t) {
    tensors.add(t);
    return t;
  }

  /** What a way back keeps from the way forward: one more argument of both, or none. */
  List<Arg> workspace(dnnl_primitive_desc forward) {
    dnnl_memory_desc d = Dnnl.query(forward, dnnl_query_workspace_md);
    return d == null || dnnl_memory_desc_get_size(d) == 0
        ? List.of()
        : List.of(new Arg(DNNL_ARG_WORKSPACE, tensor(Format.chosen(scope, d))));
  }

  /** Emits a primitive. */
  void run(String action, dnnl_primitive_desc description, Arg... args) {
    run(action, description, List.of(args));
  }

  /** Emits a primitive. */
  void run(String action, dnnl_primitive_desc description, List<Arg> args) {
    List<Arg> all = new ArrayList<>(args);
    dnnl_memory_desc pad = Dnnl.query(description, dnnl_query_scratchpad_md);
    long bytes = pad == null ? 0 : dnnl_memory_desc_get_size(pad);
    if (bytes > 0) {
      Tensor scratchpad = Tensor.elsewhere(scope, Format.chosen(scope, pad));
      scratchpads.add(scratchpad);
      scratch = Math.max(scratch, bytes);
      all.add(new Arg(DNNL_ARG_SCRATCHPAD, scratchpad));
    }
    dnnl_primitive primitive = Dnnl.primitive(scope, description);
    dnnl_exec_arg_t array = scope.own(new dnnl_exec_arg_t(all.size()), a -> a.deallocate());
    for (int i = 0; i < all.size(); i++) {
      Arg arg = all.get(i);
      array.position(i).arg(arg.id()).memory(arg.tensor().memory());
      arg.tensor().usedBy(step);
    }
    array.position(0);
    kernels.add(new Kernel(vertex, action, Dnnl.implementation(description)));
    int count = all.size();
    String what = vertex + ": " + action;
    add(() -> Dnnl.check(dnnl_primitive_execute(primitive, Dnnl.stream(), count, array), what));
  }

  /** Emits a step in Java that touches {@code used}. */
  void run(String action, Runnable body, Tensor... used) {
    for (Tensor t : used) {
      t.usedBy(step);
    }
    kernels.add(new Kernel(vertex, action, "java"));
    add(body);
  }

  private void add(Runnable body) {
    steps(phase).add(body);
    step++;
  }

  /** Emits a copy that changes the format. */
  void reorder(Tensor from, Tensor to) {
    run(
        "reorder",
        Primitives.reorder(scope, from.format(), to.format()),
        new Arg(DNNL_ARG_SRC, from),
        new Arg(DNNL_ARG_DST, to));
  }

  /** {@code from} in {@code format}: itself if it is already, else a copy in the arena. */
  Tensor in(Format format, Tensor from) {
    if (from.format().same(format)) {
      return from;
    }
    Tensor copy = tensor(format);
    reorder(from, copy);
    return copy;
  }

  List<Tensor> tensors() {
    return tensors;
  }

  List<Tensor> scratchpads() {
    return scratchpads;
  }

  long scratchBytes() {
    return scratch;
  }

  List<Kernel> kernels() {
    return kernels;
  }
}
