package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaMemsetAsync;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.cuda.Mover.Box;
import io.dmyt.internal.Address;
import java.util.List;

/** Emits what only brings elements to other places. */
final class MoveEmitter {
  private final ProgramBuilder program;
  private final int node;
  private final List<Integer> inputs;

  MoveEmitter(ProgramBuilder program, int node) {
    this.program = program;
    this.node = node;
    inputs = program.nodes().node(node).inputs();
  }

  private void copy(String what, Box from, Box to) {
    program.step(Mover.copy(program.module(), what, from, to));
  }

  private void zero(Tensor tensor) {
    program.step(
        Step.of(
            "zeros",
            () ->
                Cuda.check(
                    cudaMemsetAsync(
                        new Address(tensor.address()), 0, tensor.bytes(), Cuda.stream()),
                    "cudaMemsetAsync"),
            tensor));
  }

  private boolean learns(int input) {
    return program.nodes().node(input).learns();
  }

  void concat(int axis) {
    Tensor y = program.like(node);
    long from = 0;
    for (int input : inputs) {
      Tensor x = program.value(input);
      copy("concatenation", Box.of(x), Box.of(y).part(axis, from, x.dim(axis)));
      from += x.dim(axis);
    }
    program.store(node, y);
    program.onBackward(
        node,
        terms -> {
          Tensor dy = program.whole(node, terms);
          long at = 0;
          for (int input : inputs) {
            Tensor dx = program.like(input);
            if (learns(input)) {
              Box part = Box.of(dy).part(axis, at, dx.dim(axis));
              copy("concatenation, gradient", part, Box.of(dx));
              program.gradient(input, Term.of(dx));
            }
            at += dx.dim(axis);
          }
        });
  }

  void slice(Operation.Slice op) {
    int input = inputs.get(0);
    Tensor y = program.like(node);
    Box part = Box.of(program.value(input)).part(op.axis(), op.from(), op.size());
    copy("subset", part, Box.of(y));
    program.store(node, y);
    program.onBackward(
        node,
        terms -> {
          Tensor dx = program.like(input);
          zero(dx);
          Tensor dy = program.whole(node, terms);
          copy("subset, gradient", Box.of(dy), Box.of(dx).part(op.axis(), op.from(), op.size()));
          program.gradient(input, Term.of(dx));
        });
  }

  void pad(Operation.ZeroPad op) {
    int input = inputs.get(0);
    Tensor x = program.value(input);
    Tensor y = program.like(node);
    zero(y);
    copy("zero padding", Box.of(x), inner(y, x, op));
    program.store(node, y);
    program.onBackward(
        node,
        terms -> {
          Tensor dx = program.like(input);
          Tensor dy = program.whole(node, terms);
          copy("zero padding, gradient", inner(dy, dx, op), Box.of(dx));
          program.gradient(input, Term.of(dx));
        });
  }

  private static Box inner(Tensor framed, Tensor inside, Operation.ZeroPad op) {
    return Box.of(framed).part(2, op.top(), inside.dim(2)).part(3, op.left(), inside.dim(3));
  }

  /** A parameter as a value. */
  static void weight(ProgramBuilder program, int node, Parameter parameter) {
    program.store(node, program.parameter(parameter));
    program.onBackward(node, terms -> program.parameterGradient(parameter, terms));
  }
}
