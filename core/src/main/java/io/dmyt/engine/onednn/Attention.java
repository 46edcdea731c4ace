package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import io.dmyt.engine.onednn.Emitter.Arg;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Emits attention: products of all heads' matrices at once, where these lie among the tokens'
 * features, and between them a softmax of the scores in their place.
 */
final class Attention {
  private static final int LAST_AXIS = 4;

  private final ProgramBuilder program;
  private final NativeScope scope;
  private final Emitter emit;
  private final Images images;
  private final int node;
  private final Operation.Attention op;
  private final long examples;
  private final AttentionSource queries;
  private final AttentionSource keys;
  private final AttentionSource values;
  private final AttentionSource result;
  private final @Nullable AttentionBias bias;

  Attention(ProgramBuilder program, int node, Operation.Attention op) {
    this.program = program;
    this.scope = program.scope();
    this.emit = program.emit();
    this.images = program.images();
    this.node = node;
    this.op = op;
    List<Integer> inputs = program.node(node).inputs();
    queries = AttentionSource.of(program, inputs.get(0));
    keys = AttentionSource.of(program, inputs.get(1));
    values = AttentionSource.of(program, inputs.get(2));
    long[] shape = program.shape(node);
    examples = shape[0];
    result = new AttentionSource(node, shape[1], shape[2], 0, shape[2]);
    bias = inputs.size() > 3 ? new AttentionBias(program, node, op.heads()) : null;
  }

  /** The matrices as they lie in memory in one precision. */
  private final class Formats {
    private final Precision precision;
    final Format q;
    final Format k;
    final Format v;
    final Format y;
    final Format scores;

    Formats(Precision precision) {
      this.precision = precision;
      q = queries.matrices(scope, precision, examples, op.heads());
      k = keys.matrices(scope, precision, examples, op.heads());
      v = values.matrices(scope, precision, examples, op.heads());
      y = result.matrices(scope, precision, examples, op.heads());
      long[] dims = {examples, op.heads(), queries.tokens(), keys.tokens()};
      scores = AttentionSource.matrices(scope, precision, dims, Parameter.rowMajorStrides(dims));
    }

    Format transposed(AttentionSource source) {
      return source.transposed(scope, precision, examples, op.heads());
    }

    /** The scores' matrices transposed. */
    Format scoresByKey() {
      long rows = queries.tokens();
      long columns = keys.tokens();
      return AttentionSource.matrices(
          scope,
          precision,
          new long[] {examples, op.heads(), columns, rows},
          new long[] {op.heads() * rows * columns, rows * columns, 1, columns});
    }
  }

  /** All primitives, in the order in which they run. */
  private record Plan(
      dnnl_primitive_desc score,
      List<dnnl_primitive_desc> softmax,
      dnnl_primitive_desc mix,
      List<dnnl_primitive_desc> back) {
    /** Those whose speed decides, which softmax's way back needn't. */
    List<dnnl_primitive_desc> all() {
      List<dnnl_primitive_desc> all = new ArrayList<>();
      all.add(softmax.get(0));
      all.add(score);
      all.add(mix);
      all.addAll(back);
      return all;
    }
  }

  private Plan plan(Formats f) {
    List<dnnl_primitive_desc> back =
        program.training()
            ? List.of(
                product(f.y, f.transposed(values), f.scores, 1),
                product(f.scores, f.k, f.q, op.scale()),
                product(f.scoresByKey(), f.q, f.k, op.scale()),
                product(f.scoresByKey(), f.y, f.v, 1))
            : List.of();
    return new Plan(
        product(f.q, f.transposed(keys), f.scores, op.scale()),
        new SoftmaxPrimitives(scope, f.scores, LAST_AXIS).passes(program.training()),
        product(f.scores, f.v, f.y, 1),
        back);
  }

  private dnnl_primitive_desc product(Format left, Format right, Format to, double scale) {
    return Primitives.matmul(scope, left, right, to, scale);
  }

  void emit() {
    Storage storage =
        images
            .choose(
                program.policy().channelsLast(),
                candidate -> plan(new Formats(candidate.precision())).all())
            .storage();
    Formats f = new Formats(storage.precision());
    Plan plan = plan(f);
    Tensor q = read(queries, f.q, storage);
    Tensor k = read(keys, f.k, storage);
    Tensor v = read(values, f.v, storage);
    Tensor shares = emit.tensor(f.scores);
    Tensor y = images.image(storage, program.dims(node));
    multiply("scores", plan.score(), q, over(f.transposed(keys), k), shares);
    if (bias != null) {
      bias.add(shares, storage.precision());
    }
    emit.run(
        "softmax",
        plan.softmax().get(0),
        new Arg(DNNL_ARG_SRC, shares),
        new Arg(DNNL_ARG_DST, shares));
    multiply("means", plan.mix(), shares, v, emit.over(f.y, y));
    program.store(node, y);
    program.onBackward(
        node,
        dy -> {
          Tensor given = emit.over(f.y, emit.inArena(images.as(storage, dy)));
          List<Tensor> gradients = gradients(storage);
          Tensor dq = write(queries, f.q, gradients.get(0), storage);
          Tensor dk = write(keys, f.k, gradients.get(1), storage);
          Tensor dv = write(values, f.v, gradients.get(2), storage);
          Tensor ds = emit.tensor(f.scores);
          List<dnnl_primitive_desc> back = plan.back();
          multiply("values' gradient", back.get(3), over(f.scoresByKey(), shares), given, dv);
          multiply("shares' gradient", back.get(0), given, over(f.transposed(values), v), ds);
          new SoftmaxGradient(emit, storage.precision(), shares)
              .emit(plan.softmax().get(1), shares, ds, ds);
          if (bias != null) {
            bias.gradients(ds, storage.precision());
          }
          multiply("queries' gradient", back.get(1), ds, k, dq);
          multiply("keys' gradient", back.get(2), over(f.scoresByKey(), ds), q, dk);
          hand(gradients);
        });
  }

  private void multiply(
      String what, dnnl_primitive_desc product, Tensor left, Tensor right, Tensor to) {
    emit.run(
        what,
        product,
        new Arg(DNNL_ARG_SRC, left),
        new Arg(DNNL_ARG_WEIGHTS, right),
        new Arg(DNNL_ARG_DST, to));
  }

  private Tensor over(Format format, Tensor part) {
    return emit.over(format, part);
  }

  private Tensor read(AttentionSource source, Format format, Storage storage) {
    Tensor sequence = emit.inArena(images.as(storage, program.value(source.node())));
    return source.in(emit, format, sequence, storage.precision());
  }

  private Tensor write(AttentionSource source, Format format, Tensor sequence, Storage storage) {
    return source.in(emit, format, sequence, storage.precision());
  }

  /** Whether queries, keys and values are all of one sequence, each another part. */
  private boolean together() {
    Set<Long> begins = new HashSet<>(List.of(queries.first(), keys.first(), values.first()));
    return queries.node() == keys.node()
        && keys.node() == values.node()
        && begins.size() == 3
        && queries.size() + keys.size() + values.size() == queries.row();
  }

  /** Where the gradients of queries, keys and values go, with zeros where none does. */
  private List<Tensor> gradients(Storage storage) {
    if (together()) {
      Tensor all = images.image(storage, program.dims(queries.node()));
      return List.of(all, all, all);
    }
    List<Tensor> gradients = new ArrayList<>();
    for (AttentionSource source : List.of(queries, keys, values)) {
      Tensor sequence = images.image(storage, program.dims(source.node()));
      if (!source.whole()) {
        emit.run(
            "zeros", () -> Address.zero(sequence.address(), sequence.format().bytes()), sequence);
      }
      gradients.add(sequence);
    }
    return gradients;
  }

  private void hand(List<Tensor> gradients) {
    List<AttentionSource> sources = List.of(queries, keys, values);
    for (int i = 0; i < (together() ? 1 : 3); i++) {
      int from = sources.get(i).node();
      if (program.learns(from)) {
        program.gradient(from, gradients.get(i));
      }
    }
  }
}
