package io.dmyt.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dmyt.onednn.Emitter.Arg;
import io.dmyt.onednn.Primitives.Geometry;
import io.dmyt.onednn.Primitives.PostOp;
import io.dmyt.onednn.Region.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.dnnl.dnnl_primitive_desc;

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
  private final List<Node> nodes;
  private final boolean training;
  private final Plan plan;
  private final Set<Integer> wanted = new HashSet<>();
  private final Parameters parameters;
  private final NativeScope scope;
  private final Emitter emit;
  private final Images images;

  private final List<Runnable> prepare = new ArrayList<>();
  private final List<Runnable> forward = new ArrayList<>();
  private final List<Runnable> backward = new ArrayList<>();

  private final boolean[] needed;
  private final int[] consumers;
  private final Tensor[] values;
  private final Map<Integer, String> fused = new LinkedHashMap<>();
  private final List<Runnable> backwardEmitters = new ArrayList<>();
  private final List<List<Tensor>> gradients = new ArrayList<>();
  private final boolean[] trains;

  private final Map<Integer, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> epsilons = new LinkedHashMap<>();
  private final List<Program.Target> targets = new ArrayList<>();
  private final Set<String> ends;

  private Compiler(
      Region region,
      Plan plan,
      boolean training,
      Set<String> wantedVertices,
      Set<String> ends,
      Parameters parameters) {
    this.plan = plan;
    this.ends = ends;
    this.region = region;
    this.nodes = region.nodes();
    this.training = training;
    this.parameters = parameters;
    this.scope = new NativeScope();
    this.emit = new Emitter(scope);
    this.images = new Images(scope, emit, plan);
    wantedVertices.forEach(v -> wanted.add(region.node(v)));
    needed = new boolean[nodes.size()];
    consumers = new int[nodes.size()];
    values = new Tensor[nodes.size()];
    trains = new boolean[nodes.size()];
    wanted.forEach(n -> needed[n] = true);
    for (int n = nodes.size() - 1; n >= 0; n--) {
      gradients.add(new ArrayList<>());
      if (needed[n]) {
        for (int input : nodes.get(n).inputs()) {
          needed[input] = true;
          consumers[input]++;
        }
      }
    }
    for (int n = 0; n < nodes.size(); n++) {
      Op op = nodes.get(n).op();
      trains[n] = op instanceof Op.Convolution || op instanceof Op.Norm;
      for (int input : nodes.get(n).inputs()) {
        trains[n] |= trains[input];
      }
    }
  }

  /**
   * @param shapes of the network's inputs, each (examples, channels, height, width)
   * @param wanted the vertices whose values are to be seen
   * @param ends those of them whose gradients will be given
   * @throws OneDnnException if a shape has no implementation
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
    Compiler c = new Compiler(region, plan, training, wanted, ends, parameters);
    try {
      return c.compile(shapes, arena);
    } catch (RuntimeException e) {
      c.scope.close();
      throw e;
    }
  }

  private Program compile(List<long[]> shapes, Arena arena) {
    emit.into(forward);
    for (int n = 0; n < nodes.size(); n++) {
      if (needed[n] && !fused.containsKey(n)) {
        emit.vertex(nodes.get(n).vertex());
        forward(n, shapes);
      }
    }
    if (training) {
      emit.into(backward);
      outputs.forEach(
          (vertex, shown) -> {
            emit.vertex(vertex);
            int node = region.node(vertex);
            if (trains[node] && ends.contains(vertex)) {
              Tensor given = emit.elsewhere(shown.format());
              epsilons.put(vertex, given);
              gradient(node, given);
            }
          });
      for (int i = backwardEmitters.size() - 1; i >= 0; i--) {
        backwardEmitters.get(i).run();
      }
    }
    return new Program(
        scope, emit, arena, prepare, forward, backward, inputs, outputs, epsilons, targets, flat(),
        fused());
  }

  private Set<String> flat() {
    Set<String> flat = new HashSet<>(outputs.keySet());
    flat.removeIf(vertex -> !region.flat(region.node(vertex)));
    return flat;
  }

  private Map<String, String> fused() {
    Map<String, String> byVertex = new LinkedHashMap<>();
    region
        .absorbed()
        .forEach(
            (node, by) -> {
              if (!needed[node] && needed[by]) {
                byVertex.put(nodes.get(node).vertex(), "in " + nodes.get(by).vertex());
              }
            });
    fused.forEach((node, text) -> byVertex.merge(nodes.get(node).vertex(), text, (a, b) -> b));
    return byVertex;
  }

  // Forward

  private void forward(int n, List<long[]> shapes) {
    Node node = nodes.get(n);
    Op op = node.op();
    if (op instanceof Op.Input input) {
      input(n, input, shapes.get(input.number()));
    } else if (op instanceof Op.Convolution convolution) {
      convolution(n, convolution, values[node.inputs().get(0)]);
    } else if (op instanceof Op.Norm norm) {
      norm(n, norm, values[node.inputs().get(0)]);
    } else if (op instanceof Op.Activation activation) {
      activation(n, activation, values[node.inputs().get(0)]);
    } else if (op instanceof Op.Pool pool) {
      Tensor x = values[node.inputs().get(0)];
      long[] d = x.format().dims();
      Window w = pool.window();
      pool(n, pool.algorithm(), x, w, w.outHeight(d[2]), w.outWidth(d[3]));
    } else if (op instanceof Op.GlobalPool pool) {
      Tensor x = values[node.inputs().get(0)];
      pool(n, pool.algorithm(), x, Images.whole(x), 1, 1);
    } else if (op instanceof Op.Sum) {
      sum(n, node.inputs());
    } else if (op instanceof Op.Product) {
      product(n, node.inputs().get(0), node.inputs().get(1));
    } else if (op instanceof Op.Concat) {
      concat(n, node.inputs());
    } else if (op instanceof Op.Subset subset) {
      subset(n, subset, values[node.inputs().get(0)]);
    } else if (op instanceof Op.ZeroPad pad) {
      zeroPad(n, pad, values[node.inputs().get(0)]);
    }
  }

  /** Row-major images of few channels stay so: blocks would mostly hold padding. */
  private void input(int n, Op.Input input, long[] shape) {
    Tensor given = emit.elsewhere(Format.plain(scope, shape));
    inputs.put(input.number(), given);
    boolean few = shape[1] < plan.storage().layout().block();
    if (!few) {
      set(n, emit.in(plan.storage().format(scope, shape), given));
    } else if (training) {
      // The caller's array may be gone on the way back.
      Tensor copy = emit.tensor(given.format());
      emit.reorder(given, copy);
      set(n, copy);
    } else {
      set(n, given);
    }
  }

  /** The value of a node is there: shown, if wanted. */
  private void set(int n, Tensor value) {
    boolean input = nodes.get(n).op() instanceof Op.Input;
    values[n] = input ? value : images.stored(value);
    if (wanted.contains(n)) {
      Tensor shown = emit.elsewhere(Format.plain(scope, value.format().dims()));
      emit.reorder(value, shown);
      String vertex = nodes.get(n).vertex();
      outputs.put(vertex, shown);
    }
  }

  /** A part of the gradient of a node's value. */
  private void gradient(int n, Tensor part) {
    gradients.get(n).add(images.stored(part));
  }

  /** The only reader of a node's value that nobody wants to see, or -1. */
  private int onlyReader(int n) {
    if (consumers[n] != 1 || wanted.contains(n)) {
      return -1;
    }
    for (int reader = n + 1; reader < nodes.size(); reader++) {
      if (needed[reader] && nodes.get(reader).inputs().contains(n)) {
        return reader;
      }
    }
    return -1;
  }

  private void convolution(int n, Op.Convolution c, Tensor x) {
    long[] d = x.format().dims();
    Window w = c.window();
    long[] to = {d[0], c.channels(), w.outHeight(d[2]), w.outWidth(d[3])};
    Geometry g = Geometry.of(w, d[2], d[3]);
    if (training) {
      trainedConvolution(n, c, x, to, g);
      return;
    }
    int last = n;
    Op.Norm norm = null;
    List<Function<Kind, PostOp>> postOps = new ArrayList<>();
    Map<Integer, Tensor> addends = new LinkedHashMap<>();
    for (int next = onlyReader(n); next >= 0; next = onlyReader(next)) {
      Node reader = nodes.get(next);
      if (reader.op() instanceof Op.Norm foldable && norm == null && postOps.isEmpty()) {
        norm = foldable;
      } else if (reader.op() instanceof Op.Activation f) {
        postOps.add(kind -> new PostOp.Apply(f));
      } else if (reader.op() instanceof Op.Sum && addable(reader, last, to)) {
        addends.put(postOps.size(), values[other(reader, last)]);
        postOps.add(kind -> new PostOp.Add(kind.format(scope, to)));
      } else {
        break;
      }
      fused.put(next, "in " + nodes.get(n).vertex());
      last = next;
    }
    boolean biased = c.bias() != null || norm != null;
    Format bias = biased ? Format.plain(scope, c.channels()) : null;
    Images.Choice choice =
        images.choose(
            kind ->
                List.of(
                    Primitives.convolution(
                        scope,
                        false,
                        source(kind, x),
                        Format.any(scope, kind.precision(), c.weights().dims()),
                        bias,
                        kind.format(scope, to),
                        g,
                        postOps.stream().map(op -> op.apply(kind)).toList())));
    Kind kind = choice.kind();
    Tensor y = images.image(kind, to);
    List<Arg> args = new ArrayList<>();
    args.add(new Arg(DNNL_ARG_SRC, emit.in(source(kind, x), x)));
    args.add(new Arg(DNNL_ARG_DST, y));
    addends.forEach(
        (i, addend) ->
            args.add(
                new Arg(
                    DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (i + 1) | DNNL_ARG_SRC_1,
                    images.as(kind, addend))));
    emit.into(prepare);
    Format chosen = images.chosen(choice.first(), dnnl_query_weights_md);
    args.add(new Arg(DNNL_ARG_WEIGHTS, inferenceWeights(c, norm, chosen)));
    if (biased) {
      args.add(new Arg(DNNL_ARG_BIAS, inferenceBias(c, norm, bias)));
    }
    emit.into(forward);
    emit.run(c.text(), choice.first(), args.toArray(Arg[]::new));
    set(last, y);
  }

  /**
   * What a convolution of a kind reads: oneDNN's kernels for blocks take few channels row-major.
   */
  private Format source(Kind kind, Tensor x) {
    long[] d = x.format().dims();
    boolean few = d[1] < kind.layout().block() && kind.precision() == Precision.F32;
    return few && x.format().same(Format.plain(scope, d)) ? x.format() : kind.format(scope, d);
  }

  /** Whether the other summand is there already, of the same shape. */
  private boolean addable(Node sum, int self, long[] dims) {
    if (sum.inputs().size() != 2) {
      return false;
    }
    Tensor other = values[other(sum, self)];
    return other != null && Arrays.equals(other.format().dims(), dims);
  }

  private static int other(Node sum, int self) {
    return sum.inputs().get(0) == self ? sum.inputs().get(1) : sum.inputs().get(0);
  }

  private Tensor inferenceWeights(Op.Convolution c, Op.Norm norm, Format chosen) {
    Op.Parameter w = c.weights();
    Tensor weights = emit.elsewhere(chosen);
    Parameters.keep(scope, weights);
    if (norm == null) {
      emit.reorder(weights(c), weights);
      return weights;
    }
    Tensor scaled = emit.tensor(Format.strided(scope, w.dims(), w.strides()));
    emit.run("fold", () -> Folding.weights(parameters, c, norm, scaled.address()), scaled);
    emit.reorder(scaled, weights);
    return weights;
  }

  private Tensor inferenceBias(Op.Convolution c, Op.Norm norm, Format format) {
    Tensor bias = emit.elsewhere(format);
    Parameters.keep(scope, bias);
    emit.run("fold", () -> Folding.bias(parameters, c, norm, bias.address()), bias);
    return bias;
  }

  private Tensor parameter(Op.Parameter p) {
    return emit.elsewhere(Format.strided(scope, p.dims(), p.strides())).at(parameters.address(p));
  }

  /** A convolution's weights as the network has them, or a copy if they lie apart. */
  private Tensor weights(Op.Convolution c) {
    if (c.parts().isEmpty()) {
      return parameter(c.weights());
    }
    Tensor all = emit.tensor(Format.plain(scope, c.weights().dims()));
    for (int group = 0; group < c.parts().size(); group++) {
      emit.reorder(parameter(c.parts().get(group)), group(all, c, group));
    }
    return all;
  }

  private Tensor group(Tensor all, Op.Convolution c, int group) {
    long[] offsets = {group, 0, 0, 0, 0};
    return emit.over(all.format().part(scope, c.parts().get(group).dims(), offsets), all);
  }

  private Tensor target(Op.Parameter p) {
    Tensor t = emit.elsewhere(Format.strided(scope, p.dims(), p.strides()));
    targets.add(new Program.Target(t, p));
    return t;
  }

  private void trainedConvolution(int n, Op.Convolution c, Tensor x, long[] to, Geometry g) {
    Op.Parameter w = c.weights();
    Format bias = c.bias() == null ? null : Format.plain(scope, c.channels());
    Function<Kind, dnnl_primitive_desc> describe =
        kind ->
            Primitives.convolution(
                scope,
                true,
                source(kind, x),
                Format.any(scope, kind.precision(), w.dims()),
                bias,
                kind.format(scope, to),
                g,
                List.of());
    Images.Choice choice = images.choose(kind -> List.of(describe.apply(kind)));
    Tensor source = weights(c);
    Tensor y = images.image(choice.kind(), to);
    List<Arg> args = new ArrayList<>();
    args.add(new Arg(DNNL_ARG_SRC, emit.in(source(choice.kind(), x), x)));
    args.add(new Arg(DNNL_ARG_DST, y));
    Format chosen = images.chosen(choice.first(), dnnl_query_weights_md);
    args.add(new Arg(DNNL_ARG_WEIGHTS, emit.in(chosen, source)));
    if (bias != null) {
      args.add(new Arg(DNNL_ARG_BIAS, parameter(c.bias())));
    }
    emit.run(c.text(), choice.first(), args.toArray(Arg[]::new));
    set(n, y);
    int from = nodes.get(n).inputs().get(0);
    onBackward(
        n,
        dy -> {
          weightGradient(c, x, dy, g, bias, describe);
          if (trains[from]) {
            gradient(from, inputGradient(c, x, dy, g, source, describe));
          }
        });
  }

  private void weightGradient(
      Op.Convolution c,
      Tensor x,
      Tensor dy,
      Geometry g,
      Format bias,
      Function<Kind, dnnl_primitive_desc> forwards) {
    Op.Parameter w = c.weights();
    Images.Choice choice =
        images.choose(
            c.depthwise() ? plan.depthwiseWeights() : plan.kinds(),
            kind ->
                List.of(
                    Primitives.convolutionWeights(
                        scope,
                        source(kind, x),
                        Format.any(scope, Precision.F32, w.dims()),
                        bias,
                        kind.format(scope, dy.format().dims()),
                        g,
                        forwards.apply(kind))));
    boolean apart = !c.parts().isEmpty();
    Format plain = Format.strided(scope, w.dims(), w.strides());
    Tensor target = apart ? emit.tensor(plain) : target(w);
    Format format = images.chosen(choice.first(), dnnl_query_diff_weights_md);
    Tensor dw = format.same(plain) ? target : emit.tensor(format);
    List<Arg> args = new ArrayList<>();
    args.add(new Arg(DNNL_ARG_SRC, emit.in(source(choice.kind(), x), x)));
    args.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)));
    args.add(new Arg(DNNL_ARG_DIFF_WEIGHTS, dw));
    if (bias != null) {
      args.add(new Arg(DNNL_ARG_DIFF_BIAS, target(c.bias())));
    }
    emit.run(c.text() + ", weights' gradient", choice.first(), args.toArray(Arg[]::new));
    if (dw != target) {
      emit.reorder(dw, target);
    }
    for (int group = 0; group < c.parts().size(); group++) {
      emit.reorder(group(target, c, group), target(c.parts().get(group)));
    }
  }

  private Tensor inputGradient(
      Op.Convolution c,
      Tensor x,
      Tensor dy,
      Geometry g,
      Tensor weights,
      Function<Kind, dnnl_primitive_desc> forwards) {
    long[] d = x.format().dims();
    Images.Choice choice =
        images.choose(
            kind ->
                List.of(
                    Primitives.convolutionData(
                        scope,
                        kind.format(scope, d),
                        Format.any(scope, kind.precision(), c.weights().dims()),
                        kind.format(scope, dy.format().dims()),
                        g,
                        forwards.apply(kind))));
    Format format = images.chosen(choice.first(), dnnl_query_weights_md);
    Tensor dx = images.image(choice.kind(), d);
    emit.run(
        c.text() + ", input's gradient",
        choice.first(),
        new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)),
        new Arg(DNNL_ARG_WEIGHTS, emit.in(format, weights)),
        new Arg(DNNL_ARG_DIFF_SRC, dx));
    return dx;
  }

  private void norm(int n, Op.Norm norm, Tensor value) {
    int reader = onlyReader(n);
    boolean relu = reader >= 0 && nodes.get(reader).op() instanceof Op.Activation f && f.relu();
    int last = relu ? reader : n;
    if (relu) {
      fused.put(reader, "in " + nodes.get(n).vertex());
    }
    int flags =
        dnnl_use_scale
            | dnnl_use_shift
            | (relu ? dnnl_fuse_norm_relu : 0)
            | (training ? 0 : dnnl_use_global_stats);
    long[] d = value.format().dims();
    Images.Choice choice =
        images.choose(
            kind -> {
              Format f = kind.format(scope, d);
              dnnl_primitive_desc p = Primitives.norm(scope, training, f, norm.eps(), flags);
              return training
                  ? List.of(p, Primitives.normBackward(scope, f, norm.eps(), flags, p))
                  : List.of(p);
            });
    Tensor x = images.as(choice.kind(), value);
    Tensor y = images.image(choice.kind(), d);
    Format vector = Format.plain(scope, d[1]);
    List<Arg> args = new ArrayList<>();
    args.add(new Arg(DNNL_ARG_SRC, x));
    args.add(new Arg(DNNL_ARG_DST, y));
    Tensor gamma = parameter(norm.gamma());
    args.add(new Arg(DNNL_ARG_SCALE, gamma));
    args.add(new Arg(DNNL_ARG_SHIFT, parameter(norm.beta())));
    Tensor mean = training ? emit.tensor(vector) : parameter(norm.mean());
    Tensor variance = training ? emit.tensor(vector) : runningVariance(norm, vector);
    args.add(new Arg(DNNL_ARG_MEAN, mean));
    args.add(new Arg(DNNL_ARG_VARIANCE, variance));
    Tensor workspace = null;
    if (training && relu) {
      workspace = emit.tensor(images.chosen(choice.first(), dnnl_query_workspace_md));
      args.add(new Arg(DNNL_ARG_WORKSPACE, workspace));
    }
    emit.run(norm.text(), choice.first(), args.toArray(Arg[]::new));
    set(last, y);
    Tensor kept = workspace;
    int from = nodes.get(n).inputs().get(0);
    onBackward(
        last,
        dy -> {
          Tensor dx = images.image(choice.kind(), d);
          List<Arg> back = new ArrayList<>();
          back.add(new Arg(DNNL_ARG_SRC, x));
          back.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, dx));
          back.add(new Arg(DNNL_ARG_MEAN, mean));
          back.add(new Arg(DNNL_ARG_VARIANCE, variance));
          back.add(new Arg(DNNL_ARG_SCALE, gamma));
          back.add(new Arg(DNNL_ARG_DIFF_SCALE, target(norm.gamma())));
          back.add(new Arg(DNNL_ARG_DIFF_SHIFT, target(norm.beta())));
          if (kept != null) {
            back.add(new Arg(DNNL_ARG_WORKSPACE, kept));
          }
          emit.run(norm.text() + ", gradients", choice.last(), back.toArray(Arg[]::new));
          emit.run(
              "running statistics",
              () -> Folding.statistics(parameters, norm, mean.address(), variance.address()),
              mean,
              variance);
          if (trains[from]) {
            gradient(from, dx);
          }
        });
  }

  private Tensor runningVariance(Op.Norm norm, Format vector) {
    if (!norm.logStd()) {
      return parameter(norm.variance());
    }
    Tensor variance = emit.elsewhere(vector);
    Parameters.keep(scope, variance);
    emit.into(prepare);
    emit.run(
        "running variance", () -> Folding.variance(parameters, norm, variance.address()), variance);
    emit.into(forward);
    return variance;
  }

  private void activation(int n, Op.Activation f, Tensor value) {
    int from = nodes.get(n).inputs().get(0);
    boolean fromOutput = training && f.fromOutput() != 0;
    int algorithm = fromOutput ? f.fromOutput() : f.algorithm();
    long[] d = value.format().dims();
    Images.Choice choice =
        images.choose(
            kind -> {
              Format format = kind.format(scope, d);
              dnnl_primitive_desc p =
                  Primitives.apply(scope, training, format, algorithm, f.alpha(), f.beta());
              return training
                  ? List.of(
                      p, Primitives.applyBackward(scope, format, algorithm, f.alpha(), f.beta(), p))
                  : List.of(p);
            });
    Tensor x = images.as(choice.kind(), value);
    Tensor y = images.image(choice.kind(), d);
    emit.run(f.text(), choice.first(), new Arg(DNNL_ARG_SRC, x), new Arg(DNNL_ARG_DST, y));
    set(n, y);
    onBackward(
        n,
        dy -> {
          Tensor dx = images.image(choice.kind(), d);
          emit.run(
              f.text() + ", gradient",
              choice.last(),
              fromOutput ? new Arg(DNNL_ARG_DST, y) : new Arg(DNNL_ARG_SRC, x),
              new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)),
              new Arg(DNNL_ARG_DIFF_SRC, dx));
          gradient(from, dx);
        });
  }

  private void pool(int n, int algorithm, Tensor value, Window w, long height, long width) {
    long[] d = value.format().dims();
    long[] to = {d[0], d[1], height, width};
    int from = nodes.get(n).inputs().get(0);
    Geometry g = Geometry.of(w, d[2], d[3]);
    Images.Choice choice =
        images.choose(
            kind -> {
              Format source = kind.format(scope, d);
              Format target = kind.format(scope, to);
              dnnl_primitive_desc p =
                  Primitives.pool(scope, training, algorithm, source, target, w.kernel(), g);
              return training
                  ? List.of(
                      p,
                      Primitives.poolBackward(scope, algorithm, source, target, w.kernel(), g, p))
                  : List.of(p);
            });
    Tensor y = images.image(choice.kind(), to);
    List<Arg> args = new ArrayList<>();
    args.add(new Arg(DNNL_ARG_SRC, images.as(choice.kind(), value)));
    args.add(new Arg(DNNL_ARG_DST, y));
    Tensor workspace = null;
    if (training && algorithm == dnnl_pooling_max) {
      workspace = emit.tensor(images.chosen(choice.first(), dnnl_query_workspace_md));
      args.add(new Arg(DNNL_ARG_WORKSPACE, workspace));
    }
    emit.run("pooling", choice.first(), args.toArray(Arg[]::new));
    set(n, y);
    Tensor kept = workspace;
    onBackward(
        n,
        dy -> {
          Tensor dx = images.image(choice.kind(), d);
          List<Arg> back = new ArrayList<>();
          back.add(new Arg(DNNL_ARG_DIFF_DST, images.as(choice.kind(), dy)));
          back.add(new Arg(DNNL_ARG_DIFF_SRC, dx));
          if (kept != null) {
            back.add(new Arg(DNNL_ARG_WORKSPACE, kept));
          }
          emit.run("pooling, gradient", choice.last(), back.toArray(Arg[]::new));
          gradient(from, dx);
        });
  }

  private void sum(int n, List<Integer> from) {
    Tensor largest = largest(from);
    Tensor y;
    if (from.stream().noneMatch(i -> Images.spread(values[i], largest))) {
      y = images.total(from.stream().map(i -> values[i]).toList());
    } else {
      y = largest;
      boolean skipped = false;
      for (int i : from) {
        if (values[i] == largest && !skipped) {
          skipped = true;
        } else {
          y = images.binary(dnnl_binary_add, y, values[i]);
        }
      }
    }
    set(n, y);
    Tensor result = y;
    onBackward(
        n,
        dy -> {
          for (int i : from) {
            if (trains[i]) {
              gradient(i, Images.spread(values[i], result) ? images.spatialSum(dy) : dy);
            }
          }
        });
  }

  private Tensor largest(List<Integer> from) {
    Tensor largest = values[from.get(0)];
    for (int i : from) {
      if (Images.spread(largest, values[i])) {
        largest = values[i];
      }
    }
    long[] d = largest.format().dims();
    for (int i : from) {
      long[] e = values[i].format().dims();
      boolean point = e[2] == 1 && e[3] == 1;
      if (e[0] != d[0] || e[1] != d[1] || !(point || Arrays.equals(d, e))) {
        throw new UnsupportedShapeException(
            Arrays.toString(e) + " is spread over " + Arrays.toString(d));
      }
    }
    return largest;
  }

  private void product(int n, int a, int b) {
    Tensor whole = largest(List.of(a, b));
    int first = values[a] == whole ? a : b;
    int second = first == a ? b : a;
    Tensor x = values[first];
    Tensor s = values[second];
    set(n, images.binary(dnnl_binary_mul, x, s));
    onBackward(
        n,
        dy -> {
          if (trains[first]) {
            gradient(first, images.binary(dnnl_binary_mul, dy, s));
          }
          if (trains[second]) {
            Tensor ds = images.binary(dnnl_binary_mul, dy, x);
            gradient(second, Images.spread(s, x) ? images.spatialSum(ds) : ds);
          }
        });
  }

  private void concat(int n, List<Integer> from) {
    long[] dims = values[from.get(0)].format().dims();
    dims[1] = 0;
    for (int i : from) {
      long[] d = values[i].format().dims();
      if (d[2] != dims[2] || d[3] != dims[3]) {
        throw new UnsupportedShapeException(Arrays.toString(d) + " beside other sizes");
      }
      dims[1] += d[1];
    }
    Images.Choice choice =
        images.choose(
            kind ->
                List.of(
                    Primitives.concat(
                        scope,
                        from.stream()
                            .map(i -> kind.format(scope, values[i].format().dims()))
                            .toList(),
                        kind.format(scope, dims))));
    Tensor y = images.image(choice.kind(), dims);
    List<Arg> args = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      args.add(new Arg(DNNL_ARG_MULTIPLE_SRC + i, images.as(choice.kind(), values[from.get(i)])));
    }
    args.add(new Arg(DNNL_ARG_DST, y));
    emit.run("concatenation", choice.first(), args.toArray(Arg[]::new));
    set(n, y);
    onBackward(n, dy -> split(dy, from));
  }

  private void split(Tensor dy, List<Integer> from) {
    Tensor whole =
        images.as(
            images.parting(from.stream().map(i -> values[i].format().dims()[1]).toList()), dy);
    long channel = 0;
    for (int i : from) {
      long[] d = values[i].format().dims();
      if (trains[i]) {
        gradient(i, images.part(whole, d, new long[] {0, channel, 0, 0}));
      }
      channel += d[1];
    }
  }

  private void subset(int n, Op.Subset subset, Tensor x) {
    long[] d = x.format().dims();
    long[] part = {d[0], subset.size(), d[2], d[3]};
    long[] offsets = {0, subset.from(), 0, 0};
    Kind kind = images.parting(List.of((long) subset.from(), (long) subset.size()));
    set(n, images.part(images.as(kind, x), part, offsets));
    int from = nodes.get(n).inputs().get(0);
    onBackward(n, dy -> gradient(from, images.framed(kind, dy, d, offsets)));
  }

  private void zeroPad(int n, Op.ZeroPad pad, Tensor x) {
    long[] d = x.format().dims();
    long[] to = {d[0], d[1], d[2] + pad.top() + pad.bottom(), d[3] + pad.left() + pad.right()};
    long[] offsets = {0, 0, pad.top(), pad.left()};
    set(n, images.framed(plan.storage(), x, to, offsets));
    int from = nodes.get(n).inputs().get(0);
    onBackward(n, dy -> gradient(from, images.part(dy, d, offsets)));
  }

  // Backward

  private interface Backward {
    /**
     * @param dy the gradient of the node's value
     */
    void emit(Tensor dy);
  }

  /** Remembers how to go back through a node, if anything before it learns. */
  private void onBackward(int n, Backward step) {
    if (!training || !trains[n]) {
      return;
    }
    boolean inputsTrain =
        nodes.get(n).op() instanceof Op.Convolution
            || nodes.get(n).op() instanceof Op.Norm
            || nodes.get(n).inputs().stream().anyMatch(i -> trains[i]);
    if (!inputsTrain) {
      return;
    }
    String vertex = nodes.get(n).vertex();
    backwardEmitters.add(
        () -> {
          List<Tensor> parts = gradients.get(n);
          emit.vertex(vertex);
          if (!parts.isEmpty()) {
            step.emit(images.total(parts));
          }
        });
  }
}
