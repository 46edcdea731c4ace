package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.internal.Address;
import java.nio.FloatBuffer;

/** Emits the rotation of pairs of features, token by token in place of floats: oneDNN has none. */
final class RotationEmitter {
  private final ProgramBuilder program;
  private final int node;
  private final Operation.Rotation op;
  private final int features;
  private final int tokens;
  private final int examples;

  RotationEmitter(ProgramBuilder program, int node, Operation.Rotation op) {
    this.program = program;
    this.node = node;
    this.op = op;
    long[] d = program.shape(node);
    examples = Math.toIntExact(d[0]);
    tokens = Math.toIntExact(d[1]);
    features = Math.toIntExact(d[2]);
  }

  void emit() {
    int from = program.input(node);
    Emitter emit = program.emit();
    float[][] cosines = table(Math::cos);
    float[][] sines = table(Math::sin);
    float[][] back = table(angle -> -Math.sin(angle));
    Tensor x = Sequences.rowMajor(program, from, program.value(from));
    Tensor y = emit.tensor(program.plain(node));
    emit.run(op.text(), () -> turn(x, y, cosines, sines), x, y);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = Sequences.rowMajor(program, node, dy);
          Tensor dx = emit.tensor(program.plain(from));
          emit.run(op.text() + ", gradient", () -> turn(given, dx, cosines, back), given, dx);
          program.gradient(from, dx);
        });
  }

  private interface Trigonometric {
    double of(double angle);
  }

  private float[][] table(Trigonometric function) {
    double[][] angles = op.angles();
    float[][] table = new float[tokens][angles[0].length];
    for (int t = 0; t < tokens; t++) {
      for (int p = 0; p < table[t].length; p++) {
        table[t][p] = (float) function.of(angles[t][p]);
      }
    }
    return table;
  }

  private void turn(Tensor from, Tensor to, float[][] cosines, float[][] sines) {
    long length = (long) examples * tokens * features;
    FloatBuffer source = Address.floats(from.address(), length);
    FloatBuffer target = Address.floats(to.address(), length);
    float[] row = new float[features];
    float[] turned = new float[features];
    int pairs = cosines[0].length;
    // A pair's second feature lies so far behind its first one, the next pair's so far.
    int distance = op.halves() ? pairs : 1;
    int step = op.halves() ? 1 : 2;
    for (int token = 0; token < examples * tokens; token++) {
      source.get(row);
      System.arraycopy(row, 0, turned, 0, features);
      float[] cos = cosines[token % tokens];
      float[] sin = sines[token % tokens];
      for (int head = 0; head < op.heads(); head++) {
        int first = head * 2 * pairs;
        for (int p = 0; p < pairs; p++) {
          float a = row[first + p * step];
          float b = row[first + p * step + distance];
          turned[first + p * step] = a * cos[p] - b * sin[p];
          turned[first + p * step + distance] = b * cos[p] + a * sin[p];
        }
      }
      target.put(turned);
    }
  }
}
