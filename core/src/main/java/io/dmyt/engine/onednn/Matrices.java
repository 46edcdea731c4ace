package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Emits products of matrices in the last two dimensions, and softmax over the last one. */
final class Matrices {
  private final ProgramBuilder program;
  private final NativeScope scope;
  private final Emitter emit;
  private final int node;

  Matrices(ProgramBuilder program, int node) {
    this.program = program;
    this.scope = program.scope();
    this.emit = program.emit();
    this.node = node;
  }

  /** A value's matrices, or those transposed. */
  private record View(int node, boolean transposed) {
    View turned() {
      return new View(node, !transposed);
    }
  }

  private Format format(View view, Precision precision) {
    long[] shape = program.shape(view.node());
    int rank = shape.length;
    long[] dims = rank == 3 ? new long[] {shape[0], 1, shape[1], shape[2]} : shape;
    long[] strides = Parameter.rowMajorStrides(dims);
    if (view.transposed()) {
      dims = new long[] {dims[0], dims[1], dims[3], dims[2]};
      strides = new long[] {strides[0], strides[1], strides[3], strides[2]};
    }
    return AttentionSource.matrices(scope, precision, dims, strides);
  }

  private dnnl_primitive_desc product(View left, View right, View to, Precision precision) {
    return Primitives.matmul(
        scope, format(left, precision), format(right, precision), format(to, precision), 1);
  }

  /** A value, or its gradient, row-major. */
  private Tensor rows(int of, Precision precision, Tensor value) {
    Format format = Sequences.rowMajor(scope, precision, program.shape(of));
    return emit.inArena(emit.in(format, value));
  }

  void product(Operation.MatMul op) {
    int first = program.node(node).inputs().get(0);
    int second = program.node(node).inputs().get(1);
    View left = new View(first, op.transposeLeft());
    View right = new View(second, op.transposeRight());
    View to = new View(node, false);
    Precision precision =
        program
            .images()
            .choose(
                program.policy().channelsLast(),
                storage -> List.of(product(left, right, to, storage.precision())))
            .storage()
            .precision();
    Tensor a = rows(first, precision, program.value(first));
    Tensor b = rows(second, precision, program.value(second));
    program.store(node, multiplied(op.text(), left, a, right, b, to, precision));
    program.onBackward(
        node,
        dy -> {
          Tensor given = rows(node, precision, dy);
          String text = op.text() + ", gradient";
          if (program.learns(first)) {
            View dx = new View(first, false);
            program.gradient(
                first,
                op.transposeLeft()
                    ? multiplied(text, right, b, to.turned(), given, dx, precision)
                    : multiplied(text, to, given, right.turned(), b, dx, precision));
          }
          if (program.learns(second)) {
            View dx = new View(second, false);
            program.gradient(
                second,
                op.transposeRight()
                    ? multiplied(text, to.turned(), given, left, a, dx, precision)
                    : multiplied(text, left.turned(), a, to, given, dx, precision));
          }
        });
  }

  private Tensor multiplied(
      String text, View left, Tensor a, View right, Tensor b, View to, Precision precision) {
    Tensor y = emit.tensor(Sequences.rowMajor(scope, precision, program.shape(to.node())));
    emit.run(
        text,
        product(left, right, to, precision),
        new Arg(DNNL_ARG_SRC, emit.over(format(left, precision), a)),
        new Arg(DNNL_ARG_WEIGHTS, emit.over(format(right, precision), b)),
        new Arg(DNNL_ARG_DST, emit.over(format(to, precision), y)));
    return y;
  }

  void softmax() {
    int from = program.input(node);
    long[] shape = program.shape(node);
    long last = shape[shape.length - 1];
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact) / last;
    long[] dims = {count, last};
    Images.Choice choice =
        program
            .images()
            .choose(
                program.policy().channelsLast(),
                storage ->
                    List.of(
                        new SoftmaxPrimitives(scope, flat(storage.precision(), dims), 1)
                            .forward(program.training())));
    Precision precision = choice.storage().precision();
    Format flat = flat(precision, dims);
    Tensor x = rows(from, precision, program.value(from));
    Tensor y = emit.tensor(Sequences.rowMajor(scope, precision, shape));
    Tensor shares = emit.over(flat, y);
    emit.run(
        "softmax",
        choice.first(),
        new Arg(DNNL_ARG_SRC, emit.over(flat, x)),
        new Arg(DNNL_ARG_DST, shares));
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = rows(node, precision, dy);
          Tensor dx = emit.tensor(Sequences.rowMajor(scope, precision, shape));
          new SoftmaxGradient(emit, precision, shares)
              .emit(
                  new SoftmaxPrimitives(scope, flat, 1).backward(choice.first()),
                  shares,
                  emit.over(flat, given),
                  emit.over(flat, dx));
          program.gradient(from, dx);
        });
  }

  private Format flat(Precision precision, long[] dims) {
    return Format.strided(scope, precision, dims, Parameter.rowMajorStrides(dims));
  }
}
