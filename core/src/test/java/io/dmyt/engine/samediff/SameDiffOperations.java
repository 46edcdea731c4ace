package io.dmyt.engine.samediff;

import io.dmyt.engine.KernelGeometry;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The engine's operations by SameDiff's, plainly. */
final class SameDiffOperations {
  private final SameDiffRegion region;
  private final SameDiff graph;
  private final boolean training;

  SameDiffOperations(SameDiffRegion region, SameDiff graph, boolean training) {
    this.region = region;
    this.graph = graph;
    this.training = training;
  }

  /**
   * @param shapes of the inputs
   * @param shape of the result
   */
  SDVariable of(Operation op, List<SDVariable> inputs, List<long[]> shapes, long[] shape) {
    if (op instanceof Operation.Weight weight) {
      return region.weight(weight.parameter());
    }
    if (op instanceof Operation.Constant constant) {
      return graph.constant(Nd4j.create(constant.values(), constant.dims(), 'c'));
    }
    SDVariable x = inputs.get(0);
    long[] d = shapes.get(0);
    if (op instanceof Operation.Convolution c) {
      return convolution(c, x, d);
    } else if (op instanceof Operation.Dense dense) {
      return dense(dense, x, shape);
    } else if (op instanceof Operation.BatchNorm norm) {
      return batchNorm(norm, x, d.length);
    } else if (op instanceof Operation.LayerNorm norm) {
      return layerNorm(norm, x, d);
    } else if (op instanceof Operation.Elementwise f) {
      return function(f, x);
    } else if (op instanceof Operation.Pool pool) {
      return pool(pool, x, d);
    } else if (op instanceof Operation.GlobalPool pool) {
      return pool.pooling() == Operation.Pooling.MAX
          ? x.max(pool.keepsRank(), 2, 3)
          : x.mean(pool.keepsRank(), 2, 3);
    } else if (op instanceof Operation.Sum) {
      return inputs.stream().reduce(SDVariable::add).orElseThrow();
    } else if (op instanceof Operation.Product) {
      return x.mul(inputs.get(1));
    } else if (op instanceof Operation.Concat concat) {
      return graph.concat(concat.axis(), inputs.toArray(SDVariable[]::new));
    } else if (op instanceof Operation.Slice slice) {
      return slice(x, d, slice.axis(), slice.from(), slice.size());
    } else if (op instanceof Operation.Gather gather) {
      return gather(gather, x, d, shape);
    } else if (op instanceof Operation.GroupNorm norm) {
      SDVariable rows = x.reshape(d[0], norm.groups(), -1);
      SDVariable deviation = rows.sub(rows.mean(true, 2));
      SDVariable variance = deviation.mul(deviation).mean(true, 2);
      return deviation
          .div(graph.math().sqrt(variance.add(norm.eps())))
          .reshape(d)
          .mul(spread(norm.gamma(), d.length))
          .add(spread(norm.beta(), d.length));
    } else if (op instanceof Operation.ResponseNorm norm) {
      return responseNorm(norm, x);
    } else if (op instanceof Operation.UnitLength unit) {
      return unitLength(unit, x, d);
    } else if (op instanceof Operation.Rotation rotation) {
      return rotation(rotation, x, d);
    } else if (op instanceof Operation.Crop crop) {
      SDVariable rows = slice(x, d, 2, crop.top(), shape[2]);
      return slice(rows, new long[] {d[0], d[1], shape[2], d[3]}, 3, crop.left(), shape[3]);
    } else if (op instanceof Operation.Upsample up) {
      SDVariable ones =
          graph.constant(Nd4j.ones(x.dataType(), 1, 1, 1, up.height(), 1, up.width()));
      return x.reshape(d[0], d[1], d[2], 1, d[3], 1).mul(ones).reshape(shape);
    } else if (op instanceof Operation.MirrorPad) {
      return mirrored(mirrored(x, d, 2), new long[] {d[0], d[1], d[2] + 2, d[3]}, 3);
    } else if (op instanceof Operation.SpaceToDepth space) {
      int b = space.block();
      return x.reshape(d[0], d[1], d[2] / b, b, d[3] / b, b)
          .permute(0, 3, 5, 1, 2, 4)
          .reshape(shape);
    } else if (op instanceof Operation.ZeroPad pad) {
      return pad(x, new long[] {pad.top(), pad.left()}, new long[] {pad.bottom(), pad.right()}, 0);
    } else if (op instanceof Operation.MatMul product) {
      return graph.mmul(x, inputs.get(1), product.transposeLeft(), product.transposeRight(), false);
    } else if (op instanceof Operation.Softmax) {
      return graph.nn().softmax(x, shape.length - 1);
    } else if (op instanceof Operation.Attention attention) {
      return attention(attention, inputs, shapes);
    } else if (op instanceof Operation.Reshape || op instanceof Operation.ReshapeLike) {
      return x.reshape(shape);
    } else if (op instanceof Operation.Permute permute) {
      return x.permute(permute.axes().stream().mapToInt(Integer::intValue).toArray());
    }
    throw new IllegalArgumentException(op.text());
  }

  /** As {@link Operation.ResponseNorm} says; a length of 0 has the gradient 0. */
  private SDVariable responseNorm(Operation.ResponseNorm norm, SDVariable x) {
    SDVariable length = graph.math().sqrt(above(x.mul(x).sum(true, 2, 3), 1e-24));
    SDVariable share = length.div(length.mean(true, 1).add(norm.eps()));
    return x.mul(share).mul(spread(norm.gamma(), 4)).add(spread(norm.beta(), 4)).add(x);
  }

  /**
   * Features are divided one by one: SameDiff's derivative of a division that spreads is not right.
   */
  private SDVariable unitLength(Operation.UnitLength unit, SDVariable x, long[] d) {
    SDVariable rows = x.reshape(-1, d[d.length - 1]);
    double least = unit.shortest() * unit.shortest();
    SDVariable length = graph.math().sqrt(above(rows.mul(rows).sum(true, 1), least));
    SDVariable ones = graph.constant(Nd4j.ones(x.dataType(), 1, d[d.length - 1]));
    return rows.div(length.mmul(ones)).reshape(d);
  }

  /** The larger of x and a least value. */
  private SDVariable above(SDVariable x, double least) {
    return graph.nn().relu(x.sub(least), 0).add(least);
  }

  private SDVariable mirrored(SDVariable x, long[] d, int axis) {
    SDVariable first = slice(x, d, axis, Math.min(1, d[axis] - 1), 1);
    SDVariable last = slice(x, d, axis, Math.max(0, d[axis] - 2), 1);
    return graph.concat(axis, first, x, last);
  }

  private SDVariable slice(SDVariable x, long[] shape, int axis, long from, long size) {
    int[] begin = new int[shape.length];
    int[] sizes = LongStream.of(shape).mapToInt(Math::toIntExact).toArray();
    begin[axis] = Math.toIntExact(from);
    sizes[axis] = Math.toIntExact(size);
    return graph.slice(x, begin, sizes);
  }

  private SDVariable rotation(Operation.Rotation op, SDVariable x, long[] d) {
    int pairs = op.angles()[0].length;
    long turning = 2L * pairs * op.heads();
    long[] shape =
        op.halves()
            ? new long[] {d[0], d[1], op.heads(), 2, pairs}
            : new long[] {d[0], d[1], op.heads(), pairs, 2};
    int axis = op.halves() ? 3 : 4;
    long[] table = {1, d[1], 1, op.halves() ? 1 : pairs, op.halves() ? pairs : 1};
    INDArray angles = Nd4j.createFromArray(op.angles()).reshape('c', table);
    SDVariable cos = graph.constant(Transforms.cos(angles));
    SDVariable sin = graph.constant(Transforms.sin(angles));
    SDVariable all = slice(x, d, 2, 0, turning).reshape(shape);
    SDVariable a = slice(all, shape, axis, 0, 1);
    SDVariable b = slice(all, shape, axis, 1, 1);
    SDVariable turned =
        graph
            .concat(axis, a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin)))
            .reshape(d[0], d[1], turning);
    return turning == d[2]
        ? turned
        : graph.concat(2, turned, slice(x, d, 2, turning, d[2] - turning));
  }

  /** By a product with rows of a single one each. */
  private SDVariable gather(Operation.Gather gather, SDVariable x, long[] d, long[] shape) {
    long outer = LongStream.of(d).limit(gather.axis()).reduce(1, (a, b) -> a * b);
    long of = d[gather.axis()];
    double[][] picks = new double[gather.entries().length][Math.toIntExact(of)];
    for (int i = 0; i < picks.length; i++) {
      picks[i][gather.entries()[i]] = 1;
    }
    return graph
        .constant(Nd4j.createFromArray(picks))
        .mmul(x.reshape(outer, of, -1).permute(1, 0, 2).reshape(of, -1))
        .reshape(picks.length, outer, -1)
        .permute(1, 0, 2)
        .reshape(shape);
  }

  private SDVariable pad(SDVariable x, long[] before, long[] after, double value) {
    if (before[0] + before[1] + after[0] + after[1] == 0) {
      return x;
    }
    int[][] padding = {
      {0, 0},
      {0, 0},
      {Math.toIntExact(before[0]), Math.toIntExact(after[0])},
      {Math.toIntExact(before[1]), Math.toIntExact(after[1])}
    };
    return graph.nn().pad(x, graph.constant(Nd4j.createFromArray(padding)), value);
  }

  private SDVariable pad(SDVariable x, long[] d, KernelGeometry k, double value) {
    return pad(x, k.paddingBefore(d[2], d[3]), k.paddingAfter(d[2], d[3]), value);
  }

  private SDVariable convolution(Operation.Convolution c, SDVariable input, long[] d) {
    SDVariable x = pad(input, d, c.kernel(), 0);
    long[] before = c.kernel().paddingBefore(d[2], d[3]);
    long[] after = c.kernel().paddingAfter(d[2], d[3]);
    long[] padded = {d[0], d[1], d[2] + before[0] + after[0], d[3] + before[1] + after[1]};
    SDVariable weights =
        c.parts().isEmpty()
            ? region.weight(c.weights())
            : graph.concat(0, c.parts().stream().map(region::weight).toArray(SDVariable[]::new));
    if (c.standard() != null) {
      weights = standardized(c.standard(), weights, c);
    }
    List<SDVariable> groups = new ArrayList<>();
    long[] w = c.weights().dims();
    long share = w[w.length - 3];
    for (int g = 0; g < c.groups(); g++) {
      boolean single = w.length == 4;
      SDVariable kernel =
          single ? weights : slice(weights, w, 0, g, 1).reshape(w[1], w[2], w[3], w[4]);
      SDVariable part = c.groups() == 1 ? x : slice(x, padded, 1, g * share, share);
      groups.add(graph.cnn().conv2d(part, kernel.permute(2, 3, 1, 0), valid(c.kernel())));
    }
    SDVariable y =
        groups.size() == 1 ? groups.get(0) : graph.concat(1, groups.toArray(SDVariable[]::new));
    return c.bias() == null ? y : y.add(spread(c.bias(), 4));
  }

  private SDVariable standardized(
      Operation.Standardization standard, SDVariable weights, Operation.Convolution c) {
    SDVariable rows = weights.reshape(c.channels(), -1);
    SDVariable deviations = rows.sub(rows.mean(true, 1));
    SDVariable variance = deviations.mul(deviations).mean(true, 1);
    SDVariable divisor =
        standard.toVariance()
            ? graph.math().sqrt(variance.add(standard.eps()))
            : graph.math().sqrt(variance).add(standard.eps());
    SDVariable scaled = deviations.div(divisor).mul(standard.scale());
    SDVariable gained =
        standard.gain() == null
            ? scaled
            : scaled.mul(region.weight(standard.gain()).reshape(c.channels(), 1));
    return gained.reshape(c.weights().dims());
  }

  private static Conv2DConfig valid(KernelGeometry k) {
    return Conv2DConfig.builder()
        .kH(k.kernelHeight())
        .kW(k.kernelWidth())
        .sH(k.strideHeight())
        .sW(k.strideWidth())
        .dH(k.dilationHeight())
        .dW(k.dilationWidth())
        .paddingMode(PaddingMode.VALID)
        .build();
  }

  /** A vector of channels, as an array of that rank. */
  private SDVariable spread(Parameter channels, int rank) {
    long[] shape = LongStream.generate(() -> 1).limit(rank).toArray();
    shape[1] = channels.length();
    return region.weight(channels).reshape(shape);
  }

  private SDVariable dense(Operation.Dense dense, SDVariable x, long[] shape) {
    long[] w = dense.weights().dims();
    SDVariable y = x.reshape(-1, w[1]).mmul(graph.transpose(region.weight(dense.weights())));
    if (dense.bias() != null) {
      y = y.add(region.weight(dense.bias()).reshape(1, w[0]));
    }
    return y.reshape(shape);
  }

  private SDVariable batchNorm(Operation.BatchNorm norm, SDVariable x, int rank) {
    SDVariable mean;
    SDVariable variance;
    if (training) {
      int[] others = rank == 2 ? new int[] {0} : new int[] {0, 2, 3};
      mean = x.mean(true, others);
      SDVariable deviation = x.sub(mean);
      variance = deviation.mul(deviation).mean(true, others);
      region.remember(norm, mean, variance);
    } else {
      mean = spread(norm.mean(), rank);
      variance = spread(norm.variance(), rank);
      if (norm.logStd()) {
        variance = graph.math().exp(variance.mul(2 * Math.log(10)));
      }
    }
    return x.sub(mean)
        .div(graph.math().sqrt(variance.add(norm.eps())))
        .mul(spread(norm.gamma(), rank))
        .add(spread(norm.beta(), rank));
  }

  /** In three dimensions at least: of two, the gradient of a mean over one row is wrong. */
  private SDVariable layerNorm(Operation.LayerNorm norm, SDVariable given, long[] d) {
    SDVariable x = d.length == 2 ? given.reshape(1, d[0], d[1]) : given;
    int rank = Math.max(3, d.length);
    int axis = norm.axis(rank);
    long[] spread = LongStream.generate(() -> 1).limit(rank).toArray();
    spread[axis] = norm.gamma().length();
    SDVariable deviation = x.sub(x.mean(true, axis));
    SDVariable variance = deviation.mul(deviation).mean(true, axis);
    SDVariable y =
        deviation
            .div(graph.math().sqrt(variance.add(norm.eps())))
            .mul(region.weight(norm.gamma()).reshape(spread));
    SDVariable shifted =
        norm.beta() == null ? y : y.add(region.weight(norm.beta()).reshape(spread));
    return shifted.reshape(d);
  }

  private SDVariable function(Operation.Elementwise f, SDVariable x) {
    return switch (f.function()) {
      case LINEAR -> x.mul(f.alpha()).add(f.beta());
      case RELU -> graph.nn().relu(x, 0);
      case LEAKY_RELU -> graph.nn().leakyRelu(x, f.alpha());
      case RELU6 -> graph.math().clipByValue(x, 0, 6);
      case ELU ->
          graph
              .nn()
              .relu(x, 0)
              .add(graph.math().exp(graph.nn().relu(x.neg(), 0).neg()).sub(1).mul(f.alpha()));
      case SIGMOID -> graph.nn().sigmoid(x);
      case EXP -> graph.math().exp(x);
      case HARD_SIGMOID -> graph.math().clipByValue(x.mul(0.2).add(0.5), 0, 1);
      case TANH -> graph.math().tanh(x);
      case SWISH -> x.mul(graph.nn().sigmoid(x.mul(f.alpha())));
      case GELU -> x.mul(graph.math().erf(x.mul(Math.sqrt(0.5))).add(1)).mul(0.5);
      case GELU_TANH ->
          x.mul(
                  graph
                      .math()
                      .tanh(x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)))
                      .add(1))
              .mul(0.5);
    };
  }

  private SDVariable pool(Operation.Pool pool, SDVariable x, long[] d) {
    KernelGeometry k = pool.kernel();
    Pooling2DConfig config =
        Pooling2DConfig.builder()
            .kH(k.kernelHeight())
            .kW(k.kernelWidth())
            .sH(k.strideHeight())
            .sW(k.strideWidth())
            .dH(k.dilationHeight())
            .dW(k.dilationWidth())
            .build();
    if (pool.pooling() == Operation.Pooling.MAX) {
      return graph.cnn().maxPooling2d(pad(x, d, k, -1e30), config);
    }
    SDVariable mean = graph.cnn().avgPooling2d(pad(x, d, k, 0), config);
    if (pool.pooling() == Operation.Pooling.AVERAGE_WITH_PADDING) {
      return mean;
    }
    SDVariable ones = graph.constant(Nd4j.ones(x.dataType(), d));
    return mean.div(graph.cnn().avgPooling2d(pad(ones, d, k, 0), config));
  }

  private SDVariable attention(
      Operation.Attention attention, List<SDVariable> inputs, List<long[]> shapes) {
    List<SDVariable> heads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      heads.add(heads(inputs.get(i), shapes.get(i), attention.heads()));
    }
    SDVariable scores =
        graph.mmul(heads.get(0), heads.get(1), false, true, false).mul(attention.scale());
    long queries = shapes.get(0)[1];
    long keys = shapes.get(1)[1];
    for (int i = 3; i < inputs.size(); i++) {
      long[] b = shapes.get(i);
      scores =
          scores
              .reshape(-1, b[0], attention.heads(), queries, keys)
              .add(inputs.get(i).reshape(1, b[0], b[1], queries, keys))
              .reshape(-1, attention.heads(), queries, keys);
    }
    SDVariable shares = graph.nn().softmax(scores, 3);
    return graph
        .mmul(shares, heads.get(2), false, false, false)
        .permute(0, 2, 1, 3)
        .reshape(shapes.get(0)[0], shapes.get(0)[1], shapes.get(2)[2]);
  }

  /** (examples, heads, tokens, features of a head). */
  private static SDVariable heads(SDVariable x, long[] d, int heads) {
    return x.reshape(d[0], d[1], heads, d[2] / heads).permute(0, 2, 1, 3);
  }
}
