package io.dmyt.engine.cuda;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.cuda.ConvolutionShape.Direction;
import java.util.Arrays;
import java.util.List;

/** Emits convolutions by cuDNN. */
final class ConvolutionEmitter {
  private ConvolutionEmitter() {}

  static void emit(ProgramBuilder program, int node, Operation.Convolution c) {
    int input = program.nodes().node(node).inputs().get(0);
    Tensor x = program.value(input);
    Tensor y = program.like(node);
    KernelGeometry k = c.kernel();
    long[] filter = {c.channels(), x.dim(1) / c.groups(), k.kernelHeight(), k.kernelWidth()};
    Tensor w = Tensor.planned(x.type(), filter);
    program.weights().convolution(c, w);
    ConvolutionShape shape =
        new ConvolutionShape(
            list(x.dims()),
            list(filter),
            list(y.dims()),
            list(k.strides()),
            List.of((long) k.top(), (long) k.left()),
            List.of((long) k.dilationHeight(), (long) k.dilationWidth()),
            x.type());
    run(program, c.text(), shape, Direction.FORWARD, x, w, y);
    program.store(node, y);
    program.onBackward(
        node,
        terms -> {
          Tensor dy = program.whole(node, terms);
          Tensor dw = Tensor.planned(x.type(), filter);
          run(program, c.text() + ", weights", shape, Direction.FILTER_GRADIENT, x, dw, dy);
          program.weightGradients().convolution(c, dw);
          if (program.nodes().node(input).learns()) {
            Tensor dx = program.like(input);
            run(program, c.text() + ", input", shape, Direction.INPUT_GRADIENT, dx, w, dy);
            program.gradient(input, Term.of(dx));
          }
        });
  }

  /** Emits one direction over three tensors, whose memory is as the shape says. */
  static void run(
      ProgramBuilder program,
      String what,
      ConvolutionShape shape,
      Direction direction,
      Tensor image,
      Tensor filter,
      Tensor result) {
    ConvolutionPlan plan = ConvolutionPlan.of(shape, direction);
    program.needWorkspace(plan.workspace());
    program.step(
        Step.of(
            what,
            () ->
                plan.run(image.address(), filter.address(), result.address(), program.workspace()),
            image,
            filter,
            result));
  }

  private static List<Long> list(long[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
