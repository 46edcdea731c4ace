package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;

import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Emits what attention adds to its scores, and the way back from there. All that is added is summed
 * up once for as many kinds of examples as there are.
 */
final class AttentionBias {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final List<Integer> inputs;
  private final int heads;

  /** Examples of one kind. */
  private final long repeats;

  private final int kinds;

  /** Scores of one head. */
  private final int each;

  AttentionBias(ProgramBuilder program, int node, int heads) {
    this.program = program;
    this.emit = program.emit();
    this.heads = heads;
    List<Integer> all = program.node(node).inputs();
    this.inputs = all.subList(3, all.size());
    this.kinds =
        inputs.stream()
            .mapToInt(i -> Math.toIntExact(program.shape(i)[0]))
            .reduce(1, AttentionBias::leastCommonMultiple);
    long[] d = program.shape(inputs.get(0));
    this.each = Math.toIntExact(d[2] * d[3]);
    this.repeats = program.shape(node)[0] / kinds;
  }

  private static int leastCommonMultiple(int a, int b) {
    int c = a;
    while (c % b != 0) {
      c += a;
    }
    return c;
  }

  /** The scores of all kinds in a row, a row for each repetition. */
  private Format rows(Precision precision, long count) {
    long[] dims = {count, (long) kinds * heads * each};
    return Format.strided(program.scope(), precision, dims, Parameter.rowMajorStrides(dims));
  }

  /** Adds it to the scores, (examples, heads, queries, keys) in that precision. */
  void add(Tensor scores, Precision precision) {
    Tensor sum = emit.tensor(rows(Precision.F32, 1));
    List<Tensor> parts = new ArrayList<>();
    inputs.forEach(i -> parts.add(Sequences.rowMajor(program, i, program.value(i))));
    parts.add(sum);
    emit.run("biases", () -> total(parts, sum), parts.toArray(Tensor[]::new));
    Format rows = rows(precision, repeats);
    Tensor view = emit.over(rows, scores);
    emit.run(
        "scores and biases",
        Primitives.binary(program.scope(), dnnl_binary_add, rows, sum.format(), rows),
        new Arg(DNNL_ARG_SRC, view),
        new Arg(DNNL_ARG_SRC_1, sum),
        new Arg(DNNL_ARG_DST, view));
  }

  private void total(List<Tensor> parts, Tensor sum) {
    float[] total = new float[kinds * heads * each];
    for (int p = 0; p < inputs.size(); p++) {
      long[] d = program.shape(inputs.get(p));
      float[] part = Address.read(parts.get(p).address(), d[0] * d[1] * each);
      for (int block = 0; block < kinds * heads; block++) {
        int from = source(d, block) * each;
        int to = block * each;
        for (int i = 0; i < each; i++) {
          total[to + i] += part[from + i];
        }
      }
    }
    Address.write(sum.address(), total);
  }

  /** Which matrix of an input of these dimensions is added to a kind's head. */
  private int source(long[] d, int block) {
    int kind = block / heads % Math.toIntExact(d[0]);
    return d[1] == 1 ? kind : kind * heads + block % heads;
  }

  /** Takes the scores' gradient to the inputs that learn. */
  void gradients(Tensor scores, Precision precision) {
    List<Integer> learning = inputs.stream().filter(program::learns).toList();
    if (learning.isEmpty()) {
      return;
    }
    Tensor sum = emit.tensor(rows(Precision.F32, 1));
    long[] strides = {repeats, 1};
    Format row = Format.strided(program.scope(), precision, new long[] {1, repeats}, strides);
    Tensor ones = ones(row);
    Format rows = rows(precision, repeats);
    emit.run(
        "sum over examples",
        Primitives.matmul(program.scope(), row, rows, sum.format(), 1),
        new Arg(DNNL_ARG_SRC, ones),
        new Arg(DNNL_ARG_WEIGHTS, emit.over(rows, scores)),
        new Arg(DNNL_ARG_DST, sum));
    for (int input : learning) {
      Tensor gradient = emit.tensor(program.plain(input));
      emit.run(
          "biases' gradient", () -> gather(sum, gradient, program.shape(input)), sum, gradient);
      program.gradient(input, gradient);
    }
  }

  private Tensor ones(Format row) {
    Tensor floats = emit.kept(Format.plain(program.scope(), 1, repeats));
    float[] one = new float[Math.toIntExact(repeats)];
    Arrays.fill(one, 1);
    Address.write(floats.address(), one);
    return emit.in(row, floats);
  }

  private void gather(Tensor sum, Tensor gradient, long[] d) {
    float[] all = Address.read(sum.address(), (long) kinds * heads * each);
    float[] gathered = new float[Math.toIntExact(d[0] * d[1] * each)];
    for (int block = 0; block < kinds * heads; block++) {
      int to = source(d, block) * each;
      int from = block * each;
      for (int i = 0; i < each; i++) {
        gathered[to + i] += all[from + i];
      }
    }
    Address.write(gradient.address(), gathered);
  }
}
