package io.dmyt.engine.onednn;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.RegionProgram;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes a region down as a program of primitives.
 *
 * <p>Values and gradients are stored as the {@link StoragePolicy} says; a primitive for which
 * oneDNN has no kernel of that storage computes in another and has its arguments copied. For
 * inference, batch norm is folded into the convolution before it, and sums and activations behind
 * that are done as the convolution stores its result. For training, batch norm does the ReLU behind
 * it. A value that somebody wants to see is never fused away.
 */
final class Compiler {
  private final RegionProgram source;
  private final ProgramBuilder program;

  private Compiler(RegionProgram source, ProgramBuilder program) {
    this.source = source;
    this.program = program;
  }

  /**
   * @param tuner measures, or null: everything is chosen by rule
   * @throws OneDnnException if a shape has no implementation
   * @throws io.dmyt.engine.UnsupportedShapeException if an operation can't take its shapes
   */
  static Program compile(
      RegionProgram source,
      StoragePolicy policy,
      @Nullable Tuner tuner,
      Parameters parameters,
      Threads threads,
      Arena arena) {
    ProgramBuilder program = new ProgramBuilder(source, policy, parameters, tuner);
    try {
      Compiler compiler = new Compiler(source, program);
      compiler.emit(Compiler::readsNothing);
      compiler.emit(op -> !readsNothing(op));
      if (source.training()) {
        program.goBack();
      }
      return program.build(arena, threads);
    } catch (RuntimeException e) {
      program.scope().close();
      throw e;
    }
  }

  /** Such values come first, so that whatever is before their readers can take them in. */
  private static boolean readsNothing(Operation op) {
    return op instanceof Operation.Weight || op instanceof Operation.Constant;
  }

  private void emit(Predicate<Operation> which) {
    for (int n = 0; n < source.region().nodes().size(); n++) {
      if (source.liveness().live(n) && !program.fused(n) && which.test(source.region().op(n))) {
        emit(n);
      }
    }
  }

  private void emit(int n) {
    program.emit().vertex(program.node(n).vertex());
    Operation op = source.region().op(n);
    if (op instanceof Operation.Input input) {
      input(n, input);
    } else if (op instanceof Operation.Convolution convolution) {
      convolution(n, convolution, op.text());
    } else if (op instanceof Operation.Dense dense) {
      convolution(n, asConvolution(dense), op.text());
    } else if (op instanceof Operation.BatchNorm norm) {
      new BatchNorm(program, n, norm).emit();
    } else if (op instanceof Operation.Elementwise function) {
      Elementwise.apply(program, n, function);
    } else if (op instanceof Operation.Sum) {
      Elementwise.sum(program, n);
    } else if (op instanceof Operation.Product) {
      Elementwise.product(program, n);
    } else if (op instanceof Operation.Pool pool) {
      PoolingEmitter.emit(program, n, pool.pooling(), pool.kernel());
    } else if (op instanceof Operation.GlobalPool pool) {
      KernelGeometry whole = Images.whole(program.value(program.input(n)));
      PoolingEmitter.emit(program, n, pool.pooling(), whole);
    } else if (op instanceof Operation.Concat concat) {
      Slicing.concat(program, n, concat.axis());
    } else if (op instanceof Operation.Slice slice) {
      if (!AttentionSource.readsThrough(program, n)) {
        Slicing.slice(program, n, slice);
      }
    } else if (op instanceof Operation.LayerNorm norm) {
      Normalization.layer(program, n, norm);
    } else if (op instanceof Operation.GroupNorm norm) {
      Normalization.group(program, n, norm);
    } else if (op instanceof Operation.Attention attention) {
      new Attention(program, n, attention).emit();
    } else if (op instanceof Operation.Weight weight) {
      Sequences.weight(program, n, weight.parameter());
    } else if (op instanceof Operation.Constant constant) {
      Sequences.constant(program, n, constant.values());
    } else if (op instanceof Operation.Gather gather) {
      new Gathering(program, n, gather).emit();
    } else if (op instanceof Operation.Rotation rotation) {
      new RotationEmitter(program, n, rotation).emit();
    } else if (op instanceof Operation.Crop crop) {
      Slicing.crop(program, n, crop);
    } else if (op instanceof Operation.Upsample up) {
      Upsampling.emit(program, n, up);
    } else if (op instanceof Operation.Reshape) {
      Sequences.reshape(program, n);
    } else if (op instanceof Operation.Permute permute) {
      Sequences.permute(program, n, permute);
    } else if (op instanceof Operation.ZeroPad pad) {
      Slicing.zeroPad(program, n, pad);
    } else {
      throw new IllegalStateException("not one of oneDNN's operations: " + op);
    }
  }

  private void convolution(int n, Operation.Convolution op, String text) {
    if (program.training()) {
      new TrainedConvolution(program, n, op, text).emit();
    } else {
      new FoldedConvolution(program, n, op, text).emit();
    }
  }

  /** A dense layer is a convolution of images of one pixel. */
  private static Operation.Convolution asConvolution(Operation.Dense dense) {
    Parameter w = dense.weights();
    Parameter weights =
        new Parameter(
            w.offset(),
            new long[] {w.dims()[0], w.dims()[1], 1, 1},
            new long[] {w.strides()[0], w.strides()[1], 1, 1});
    int out = Math.toIntExact(w.dims()[0]);
    return new Operation.Convolution(
        weights, List.of(), dense.bias(), 1, out, KernelGeometry.point());
  }

  /** Row-major images of few channels stay so: blocks would mostly hold padding. */
  private void input(int n, Operation.Input input) {
    long[] shape = program.dims(n);
    Tensor given = program.given(n, input);
    boolean image = shape[2] * shape[3] > 1;
    boolean few = image && shape[1] < program.policy().storage().layout().block();
    Tensor stored = few ? given : program.images().stored(given);
    // The caller's array may be gone on the way back.
    program.set(n, program.training() ? program.emit().inArena(stored) : stored);
  }
}
