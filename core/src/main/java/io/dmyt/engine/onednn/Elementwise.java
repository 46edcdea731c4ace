package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;

import io.dmyt.engine.Operation;
import io.dmyt.engine.UnsupportedShapeException;
import io.dmyt.engine.onednn.Emitter.Arg;
import java.util.Arrays;
import java.util.List;

/**
 * Emits functions of each element, sums and products. A value of height and width 1 is spread over
 * the others', and one example over a batch, or both; its gradient is the sum over these.
 */
final class Elementwise {
  private Elementwise() {}

  static void apply(ProgramBuilder program, int node, Operation.Elementwise f) {
    Emitter emit = program.emit();
    Images images = program.images();
    boolean training = program.training();
    int from = program.input(node);
    EltwiseFunction function = EltwiseFunction.of(f);
    boolean fromOutput = training && function.fromOutput() != 0;
    int algorithm = fromOutput ? function.fromOutput() : function.algorithm();
    Tensor value = program.value(from);
    long[] d = value.format().dims();
    Images.Choice choice =
        images.choose(
            storage ->
                new Primitives.Eltwise(
                        program.scope(),
                        storage.format(program.scope(), d),
                        algorithm,
                        function.alpha(),
                        function.beta())
                    .passes(training));
    Tensor x = images.as(choice.storage(), value);
    Tensor y = images.image(choice.storage(), d);
    emit.run(f.text(), choice.first(), new Arg(DNNL_ARG_SRC, x), new Arg(DNNL_ARG_DST, y));
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor dx = images.image(choice.storage(), d);
          emit.run(
              f.text() + ", gradient",
              choice.last(),
              fromOutput ? new Arg(DNNL_ARG_DST, y) : new Arg(DNNL_ARG_SRC, x),
              new Arg(DNNL_ARG_DIFF_DST, images.as(choice.storage(), dy)),
              new Arg(DNNL_ARG_DIFF_SRC, dx));
          program.gradient(from, dx);
        });
  }

  static void sum(ProgramBuilder program, int node) {
    List<Integer> from = program.node(node).inputs();
    List<Tensor> parts = from.stream().map(program::value).toList();
    Tensor y = total(program.images(), parts);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          for (int i : from) {
            if (program.learns(i)) {
              program.gradient(i, gathered(program, dy, program.value(i)));
            }
          }
        });
  }

  private static Tensor total(Images images, List<Tensor> parts) {
    Tensor largest = largest(parts);
    if (parts.stream().noneMatch(part -> Images.spread(part, largest))) {
      return images.total(parts);
    }
    Tensor total = largest;
    boolean skipped = false;
    for (Tensor part : parts) {
      if (part == largest && !skipped) {
        skipped = true;
      } else {
        total = images.binary(dnnl_binary_add, total, part);
      }
    }
    return total;
  }

  static void product(ProgramBuilder program, int node) {
    Images images = program.images();
    List<Integer> from = program.node(node).inputs();
    Tensor largest = largest(from.stream().map(program::value).toList());
    boolean inOrder = program.value(from.get(0)) == largest;
    int first = from.get(inOrder ? 0 : 1);
    int second = from.get(inOrder ? 1 : 0);
    Tensor x = program.value(first);
    Tensor s = program.value(second);
    program.store(node, images.binary(dnnl_binary_mul, x, s));
    program.onBackward(
        node,
        dy -> {
          if (program.learns(first)) {
            program.gradient(first, images.binary(dnnl_binary_mul, dy, s));
          }
          if (program.learns(second)) {
            Tensor ds = images.binary(dnnl_binary_mul, dy, x);
            program.gradient(second, gathered(program, ds, s));
          }
        });
  }

  /** The gradient of a value that was spread over one of {@code dy}'s shape, if it was. */
  private static Tensor gathered(ProgramBuilder program, Tensor dy, Tensor value) {
    if (!Images.spread(value, dy)) {
      return dy;
    }
    long[] d = value.format().dims();
    long[] whole = dy.format().dims();
    boolean overBatch = d[0] < whole[0];
    boolean overPlaces = d[2] * d[3] < whole[2] * whole[3];
    if (overBatch) {
      return Sequences.batchSum(program, dy, overPlaces);
    }
    return overPlaces ? program.images().spatialSum(dy) : dy;
  }

  /**
   * The first of the largest values.
   *
   * @throws UnsupportedShapeException unless each is of its shape or can be spread over it
   */
  private static Tensor largest(List<Tensor> values) {
    Tensor largest = values.get(0);
    for (Tensor value : values) {
      if (Images.spread(largest, value)) {
        largest = value;
      }
    }
    long[] d = largest.format().dims();
    for (Tensor value : values) {
      long[] e = value.format().dims();
      boolean batch = e[0] == d[0] || e[0] == 1;
      boolean place = (e[2] == d[2] && e[3] == d[3]) || (e[2] == 1 && e[3] == 1);
      if (!batch || e[1] != d[1] || !place) {
        throw new UnsupportedShapeException(
            Arrays.toString(e) + " is spread over " + Arrays.toString(d));
      }
    }
    return largest;
  }
}
