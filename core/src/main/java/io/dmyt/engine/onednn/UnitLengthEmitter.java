package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.internal.Address;
import java.nio.FloatBuffer;

/** Emits vectors at length 1, row by row in floats: oneDNN has no such primitive. */
final class UnitLengthEmitter {
  private final ProgramBuilder program;
  private final int node;
  private final double shortest;
  private final int rows;
  private final int features;

  UnitLengthEmitter(ProgramBuilder program, int node, Operation.UnitLength op) {
    this.program = program;
    this.node = node;
    this.shortest = op.shortest();
    long[] d = program.shape(node);
    rows = Math.toIntExact(d[0] * d[1]);
    features = Math.toIntExact(d[2]);
  }

  void emit() {
    int from = program.input(node);
    Emitter emit = program.emit();
    Tensor x = Sequences.rowMajor(program, from, program.value(from));
    Tensor y = emit.tensor(program.plain(node));
    emit.run("unit length", () -> divide(x, y), x, y);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = Sequences.rowMajor(program, node, dy);
          Tensor dx = emit.tensor(program.plain(from));
          emit.run("unit length, gradient", () -> gradient(x, given, dx), x, given, dx);
          program.gradient(from, dx);
        });
  }

  private FloatBuffer floats(Tensor t) {
    return Address.floats(t.address(), (long) rows * features);
  }

  private void divide(Tensor from, Tensor to) {
    FloatBuffer source = floats(from);
    FloatBuffer target = floats(to);
    float[] row = new float[features];
    for (int r = 0; r < rows; r++) {
      source.get(row);
      float factor = (float) (1 / Math.max(length(row), shortest));
      for (int i = 0; i < features; i++) {
        row[i] *= factor;
      }
      target.put(row);
    }
  }

  private void gradient(Tensor from, Tensor gradient, Tensor to) {
    FloatBuffer source = floats(from);
    FloatBuffer given = floats(gradient);
    FloatBuffer target = floats(to);
    float[] row = new float[features];
    float[] d = new float[features];
    for (int r = 0; r < rows; r++) {
      source.get(row);
      given.get(d);
      double length = length(row);
      float factor = (float) (1 / Math.max(length, shortest));
      // Of a vector that is shorter, the divisor is a constant.
      float along = length > shortest ? (float) (product(row, d) / (length * length)) : 0;
      for (int i = 0; i < features; i++) {
        d[i] = factor * (d[i] - along * row[i]);
      }
      target.put(d);
    }
  }

  private double length(float[] row) {
    return Math.sqrt(product(row, row));
  }

  private double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < features; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
