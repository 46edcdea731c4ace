package io.dmyt.engine.onednn;

import io.dmyt.engine.Operation;
import io.dmyt.internal.Address;
import java.util.Arrays;
import java.util.BitSet;
import org.bytedeco.javacpp.Pointer;

/**
 * Emits a choice of entries along an axis: of a row-major value it is (outer, entries, inner), of
 * which whole runs of neighbouring entries are copied at once. oneDNN has no such primitive.
 */
final class Gathering {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final int node;
  private final int from;
  private final int[] entries;
  private final int of;
  private final int outer;
  private final int inner;

  Gathering(ProgramBuilder program, int node, Operation.Gather op) {
    this.program = program;
    this.emit = program.emit();
    this.node = node;
    this.from = program.input(node);
    this.entries = op.entries();
    long[] d = program.shape(from);
    this.of = Math.toIntExact(d[op.axis()]);
    this.outer = product(d, 0, op.axis());
    this.inner = product(d, op.axis() + 1, d.length);
  }

  private static int product(long[] dims, int first, int end) {
    return Math.toIntExact(Arrays.stream(dims, first, end).reduce(1, Math::multiplyExact));
  }

  void emit() {
    boolean permutes = permutes();
    // Sums of gradients are taken in floats.
    boolean floats = program.training() && !permutes;
    Format source = floats ? program.plain(from) : Sequences.rows(program, from);
    Format target = floats ? program.plain(node) : Sequences.rows(program, node);
    int width = Math.toIntExact(source.bytes() / ((long) outer * of * inner));
    Tensor x = emit.inArena(emit.in(source, program.value(from)));
    Tensor y = emit.tensor(target);
    emit.run("gather", () -> copy(x, of, y, entries, width), x, y);
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = emit.inArena(emit.in(target, dy));
          Tensor dx = emit.tensor(source);
          if (permutes) {
            int[] back = inverse();
            emit.run("gather, gradient", () -> copy(given, of, dx, back, width), given, dx);
          } else {
            emit.run("gather, gradient", () -> scatter(given, dx), given, dx);
          }
          program.gradient(from, dx);
        });
  }

  /** Whether every entry is taken once. */
  private boolean permutes() {
    BitSet taken = new BitSet(of);
    Arrays.stream(entries).forEach(taken::set);
    return entries.length == of && taken.cardinality() == of;
  }

  private int[] inverse() {
    int[] inverse = new int[of];
    for (int i = 0; i < of; i++) {
      inverse[entries[i]] = i;
    }
    return inverse;
  }

  /** Copies the chosen of {@code count} entries, {@code width} bytes an element. */
  private void copy(Tensor from, int count, Tensor to, int[] chosen, int width) {
    long entry = (long) inner * width;
    Address source = new Address(from.address());
    Address target = new Address(to.address());
    for (int o = 0; o < outer; o++) {
      long begin = from.address() + (long) o * count * entry;
      long written = to.address() + (long) o * chosen.length * entry;
      for (int i = 0; i < chosen.length; ) {
        int run = 1;
        while (i + run < chosen.length && chosen[i + run] == chosen[i] + run) {
          run++;
        }
        source.moveTo(begin + chosen[i] * entry);
        target.moveTo(written + i * entry);
        Pointer.memcpy(target, source, run * entry);
        i += run;
      }
    }
  }

  /** Adds each entry's gradient to that of the one that it was taken from. */
  private void scatter(Tensor dy, Tensor dx) {
    float[] given = Address.read(dy.address(), (long) outer * entries.length * inner);
    float[] sums = new float[outer * of * inner];
    int read = 0;
    for (int o = 0; o < outer; o++) {
      for (int entry : entries) {
        int at = (o * of + entry) * inner;
        for (int i = 0; i < inner; i++) {
          sums[at + i] += given[read + i];
        }
        read += inner;
      }
    }
    Address.write(dx.address(), sums);
  }
}
