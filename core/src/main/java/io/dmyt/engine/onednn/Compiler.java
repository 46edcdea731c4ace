package io.dmyt.engine.onednn;

import java.util.List;
import java.util.Set;

/**
 * Writes a region down as a program for inputs of given shapes.
 *
 * <p>Values and gradients are stored as the {@link Plan} says; a primitive for which oneDNN has no
 * kernel of that kind computes in another and has its arguments copied. For inference, batch norm
 * is folded into the convolution before it, and sums and activations behind that are done as the
 * convolution stores its result. For training, batch norm does the ReLU behind it. A value that
 * somebody wants to see is never fused away.
 */
final class Compiler {
  private final Region region;
  private final List<long[]> shapes;
  private final ProgramBuilder program;

  private Compiler(Region region, List<long[]> shapes, ProgramBuilder program) {
    this.region = region;
    this.shapes = shapes;
    this.program = program;
  }

  /**
   * @param shapes of the network's inputs, each (examples, channels, height, width)
   * @param wanted the vertices whose values are to be seen
   * @param ends those of them whose gradients will be given
   * @throws OneDnnException if a shape has no implementation
   * @throws UnsupportedShapeException if the region can't take the shapes
   */
  static Program compile(
      Region region,
      Plan plan,
      List<long[]> shapes,
      boolean training,
      Set<String> wanted,
      Set<String> ends,
      Parameters parameters,
      Arena arena) {
    Liveness liveness = new Liveness(region, wanted);
    ProgramBuilder program = new ProgramBuilder(region, liveness, plan, training, parameters);
    try {
      Compiler compiler = new Compiler(region, shapes, program);
      for (int n = 0; n < region.nodes().size(); n++) {
        if (liveness.live(n) && !program.fused(n)) {
          compiler.emit(n);
        }
      }
      if (training) {
        program.goBack(ends);
      }
      return program.build(arena);
    } catch (RuntimeException e) {
      program.scope().close();
      throw e;
    }
  }

  private void emit(int n) {
    program.emit().vertex(program.node(n).vertex());
    Op op = region.op(n);
    if (op instanceof Op.Input input) {
      input(n, input);
    } else if (op instanceof Op.Convolution convolution) {
      if (program.training()) {
        new TrainedConvolution(program, n, convolution).emit();
      } else {
        new FoldedConvolution(program, n, convolution).emit();
      }
    } else if (op instanceof Op.Norm norm) {
      new BatchNorm(program, n, norm).emit();
    } else if (op instanceof Op.Activation function) {
      Elementwise.apply(program, n, function);
    } else if (op instanceof Op.Sum) {
      Elementwise.sum(program, n);
    } else if (op instanceof Op.Product) {
      Elementwise.product(program, n);
    } else if (op instanceof Op.Pool pool) {
      Pooling.emit(program, n, pool.algorithm(), pool.window());
    } else if (op instanceof Op.GlobalPool pool) {
      KernelGeometry whole = Images.whole(program.value(program.input(n)));
      Pooling.emit(program, n, pool.algorithm(), whole);
    } else if (op instanceof Op.Concat) {
      Slicing.concat(program, n);
    } else if (op instanceof Op.Subset subset) {
      Slicing.subset(program, n, subset);
    } else if (op instanceof Op.ZeroPad pad) {
      Slicing.zeroPad(program, n, pad);
    }
  }

  /** Row-major images of few channels stay so: blocks would mostly hold padding. */
  private void input(int n, Op.Input input) {
    long[] shape = shapes.get(input.number());
    Tensor given = program.given(input, shape);
    boolean few = shape[1] < program.plan().storage().layout().block();
    if (!few) {
      program.set(n, program.images().stored(given));
    } else if (program.training()) {
      // The caller's array may be gone on the way back.
      Tensor copy = program.emit().tensor(given.format());
      program.emit().reorder(given, copy);
      program.set(n, copy);
    } else {
      program.set(n, given);
    }
  }
}
