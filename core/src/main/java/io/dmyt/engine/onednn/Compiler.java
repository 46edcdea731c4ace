package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.engine.RegionProgram;
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
    } else {
      Operations.ALL.emit(program, n, op);
    }
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
