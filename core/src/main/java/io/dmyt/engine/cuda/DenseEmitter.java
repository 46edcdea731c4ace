package io.dmyt.engine.cuda;

import io.dmyt.engine.Operation;
import io.dmyt.engine.cuda.ConvolutionShape.Direction;
import java.util.List;

/** Emits dense layers of vectors: to cuDNN they are convolutions of images of one pixel. */
final class DenseEmitter {
  private DenseEmitter() {}

  static void emit(ProgramBuilder program, int node, Operation.Dense op) {
    int input = program.nodes().node(node).inputs().get(0);
    Tensor x = program.value(input);
    long[] matrix = op.weights().dims();
    Tensor w = Tensor.planned(x.type(), matrix);
    Tensor y = Tensor.planned(x.type(), program.nodes().node(node).dims());
    boolean stored = x.type() == program.type(4);
    (stored ? program.weights() : program.floats()).tensor(op.weights(), w);
    ConvolutionShape shape =
        new ConvolutionShape(
            pixel(x.dims()),
            pixel(matrix),
            pixel(y.dims()),
            List.of(1L, 1L),
            List.of(0L, 0L),
            List.of(1L, 1L),
            x.type());
    ConvolutionEmitter.run(program, op.text(), shape, Direction.FORWARD, x, w, y);
    program.store(node, y);
    program.onBackward(
        node,
        terms -> {
          Tensor dy = program.whole(node, terms);
          Tensor dw = Tensor.planned(x.type(), matrix);
          ConvolutionEmitter.run(
              program, op.text() + ", weights", shape, Direction.FILTER_GRADIENT, x, dw, dy);
          (stored ? program.weightGradients() : program.floatGradients()).tensor(op.weights(), dw);
          if (program.nodes().node(input).learns()) {
            Tensor dx = Tensor.planned(x.type(), x.dims());
            ConvolutionEmitter.run(
                program, op.text() + ", input", shape, Direction.INPUT_GRADIENT, dx, w, dy);
            program.gradient(input, Term.of(dx));
          }
        });
  }

  private static List<Long> pixel(long[] matrix) {
    return List.of(matrix[0], matrix[1], 1L, 1L);
  }
}
