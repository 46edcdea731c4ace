package io.dmyt.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which shapes the operations take, and which they give. */
final class Shapes {
  private static final int IMAGE = 4;
  private static final int SEQUENCE = 3;

  /** Queries, keys and values. */
  private static final int ATTENDED = 3;

  private Shapes() {}

  /**
   * The rank of an operation's value.
   *
   * @param inputs the ranks of what it reads
   * @throws UnsupportedLayerException if it can't read values of these ranks
   */
  static int rank(Operation op, List<Integer> inputs) {
    if (op instanceof Operation.Weight weight) {
      return weight.parameter().dims().length;
    }
    if (op instanceof Operation.Constant constant) {
      return constant.dims().length;
    }
    int first = inputs.get(0);
    if (op instanceof Operation.Attention) {
      return attended(inputs);
    }
    if (op instanceof Operation.Convolution
        || op instanceof Operation.Pool
        || op instanceof Operation.GlobalPool
        || op instanceof Operation.ZeroPad
        || op instanceof Operation.Crop
        || op instanceof Operation.GroupNorm
        || op instanceof Operation.ResponseNorm
        || op instanceof Operation.MirrorPad
        || op instanceof Operation.SpaceToDepth
        || op instanceof Operation.Upsample) {
      if (first != IMAGE) {
        throw new UnsupportedLayerException("reads arrays of rank " + first + ", not images");
      }
      return op instanceof Operation.GlobalPool pool && !pool.keepsRank() ? 2 : IMAGE;
    }
    if (op instanceof Operation.Reshape reshape) {
      return reshape.dims().size();
    }
    if (op instanceof Operation.ReshapeLike) {
      return inputs.get(1);
    }
    if (inputs.stream().anyMatch(rank -> rank != first)) {
      throw new UnsupportedLayerException("mixes ranks");
    }
    return first;
  }

  private static int attended(List<Integer> ranks) {
    for (int i = 0; i < ranks.size(); i++) {
      if (ranks.get(i) != (i < ATTENDED ? SEQUENCE : IMAGE)) {
        throw new UnsupportedLayerException("attends to arrays of ranks " + ranks);
      }
    }
    return SEQUENCE;
  }

  /**
   * The shape of an operation's value.
   *
   * @param inputs the shapes of what it reads
   * @throws UnsupportedShapeException if it can't read values of these shapes
   */
  static long[] of(Operation op, List<long[]> inputs) {
    if (op instanceof Operation.Weight weight) {
      return weight.parameter().dims().clone();
    }
    if (op instanceof Operation.Constant constant) {
      return constant.dims().clone();
    }
    long[] x = inputs.get(0);
    if (op instanceof Operation.Convolution c) {
      long[] w = c.weights().dims();
      // (out, in, h, w), or (groups, out, in, h, w).
      require(x[1] == c.groups() * w[w.length - 3], op, x);
      return slid(op, x, c.channels(), c.kernel());
    }
    if (op instanceof Operation.Pool pool) {
      return slid(op, x, x[1], pool.kernel());
    }
    if (op instanceof Operation.GlobalPool pool) {
      return pool.keepsRank() ? new long[] {x[0], x[1], 1, 1} : new long[] {x[0], x[1]};
    }
    if (op instanceof Operation.Dense dense) {
      long[] to = x.clone();
      require(x[x.length - 1] == dense.weights().dims()[1], op, x);
      to[x.length - 1] = dense.weights().dims()[0];
      return to;
    }
    if (op instanceof Operation.BatchNorm norm) {
      require(x[1] == norm.gamma().length(), op, x);
    } else if (op instanceof Operation.LayerNorm norm) {
      require(x[norm.axis(x.length)] == norm.gamma().length(), op, x);
    } else if (op instanceof Operation.GroupNorm norm) {
      require(x[1] == norm.gamma().length() && x[1] % norm.groups() == 0, op, x);
    } else if (op instanceof Operation.ResponseNorm norm) {
      require(x[1] == norm.gamma().length(), op, x);
    } else if (op instanceof Operation.Sum || op instanceof Operation.Product) {
      return spread(op, inputs);
    } else if (op instanceof Operation.Concat concat) {
      return concatenated(concat, inputs);
    } else if (op instanceof Operation.Slice slice) {
      long[] to = x.clone();
      require(slice.from() >= 0 && slice.from() + slice.size() <= x[slice.axis()], op, x);
      to[slice.axis()] = slice.size();
      return to;
    } else if (op instanceof Operation.Gather gather) {
      long[] to = x.clone();
      int[] entries = gather.entries();
      require(Arrays.stream(entries).allMatch(e -> e >= 0 && e < x[gather.axis()]), op, x);
      to[gather.axis()] = entries.length;
      return to;
    } else if (op instanceof Operation.ZeroPad pad) {
      return new long[] {
        x[0], x[1], x[2] + pad.top() + pad.bottom(), x[3] + pad.left() + pad.right()
      };
    } else if (op instanceof Operation.MirrorPad) {
      return new long[] {x[0], x[1], x[2] + 2, x[3] + 2};
    } else if (op instanceof Operation.SpaceToDepth s) {
      int b = s.block();
      require(x[2] % b == 0 && x[3] % b == 0, op, x);
      return new long[] {x[0], x[1] * b * b, x[2] / b, x[3] / b};
    } else if (op instanceof Operation.Crop crop) {
      long[] to = {
        x[0], x[1], x[2] - crop.top() - crop.bottom(), x[3] - crop.left() - crop.right()
      };
      require(to[2] > 0 && to[3] > 0, op, x);
      return to;
    } else if (op instanceof Operation.Upsample up) {
      return new long[] {x[0], x[1], x[2] * up.height(), x[3] * up.width()};
    } else if (op instanceof Operation.Rotation rotation) {
      double[][] angles = rotation.angles();
      require(
          x.length == SEQUENCE
              && x[1] == angles.length
              && 2L * angles[0].length * rotation.heads() <= x[2],
          op,
          x);
    } else if (op instanceof Operation.MatMul product) {
      return product(product, x, inputs.get(1));
    } else if (op instanceof Operation.Reshape reshape) {
      return reshaped(reshape, x);
    } else if (op instanceof Operation.ReshapeLike) {
      require(elements(x) == elements(inputs.get(1)), op, x, inputs.get(1));
      return inputs.get(1).clone();
    } else if (op instanceof Operation.Permute permute) {
      return permute.axes().stream().mapToLong(axis -> x[axis]).toArray();
    } else if (op instanceof Operation.Attention attention) {
      return attended(attention, inputs);
    }
    return x.clone();
  }

  private static void require(boolean condition, Operation op, long[]... inputs) {
    if (!condition) {
      throw new UnsupportedShapeException(
          "a " + op.text() + " can't read " + Arrays.deepToString(inputs));
    }
  }

  private static long[] slid(Operation op, long[] x, long channels, KernelGeometry kernel) {
    long[] to = {x[0], channels, kernel.outHeight(x[2]), kernel.outWidth(x[3])};
    require(to[2] > 0 && to[3] > 0, op, x);
    return to;
  }

  private static long[] spread(Operation op, List<long[]> inputs) {
    long[] to = inputs.get(0).clone();
    for (long[] x : inputs) {
      for (int d = 0; d < to.length; d++) {
        require(x[d] == to[d] || x[d] == 1 || to[d] == 1, op, inputs.toArray(long[][]::new));
        to[d] = Math.max(to[d], x[d]);
      }
    }
    return to;
  }

  private static long[] concatenated(Operation.Concat concat, List<long[]> inputs) {
    long[] to = inputs.get(0).clone();
    to[concat.axis()] = 0;
    for (long[] x : inputs) {
      for (int d = 0; d < to.length; d++) {
        require(d == concat.axis() || x[d] == to[d], concat, inputs.toArray(long[][]::new));
      }
      to[concat.axis()] += x[concat.axis()];
    }
    return to;
  }

  private static long[] product(Operation.MatMul product, long[] left, long[] right) {
    int last = left.length - 1;
    long rows = left[product.transposeLeft() ? last : last - 1];
    long inner = left[product.transposeLeft() ? last - 1 : last];
    long columns = right[product.transposeRight() ? last - 1 : last];
    boolean stacked = Arrays.equals(left, 0, last - 1, right, 0, last - 1);
    require(
        stacked && right[product.transposeRight() ? last : last - 1] == inner,
        product,
        left,
        right);
    long[] to = left.clone();
    to[last - 1] = rows;
    to[last] = columns;
    return to;
  }

  private static long[] reshaped(Operation.Reshape reshape, long[] x) {
    List<Long> dims = new ArrayList<>(reshape.dims());
    long left = elements(x);
    for (int d = 0; d < dims.size(); d++) {
      if (dims.get(d) == 0) {
        dims.set(d, x[d]);
      }
      if (dims.get(d) > 0) {
        require(left % dims.get(d) == 0, reshape, x);
        left /= dims.get(d);
      }
    }
    int rest = dims.indexOf(-1L);
    if (rest >= 0) {
      dims.set(rest, left);
    } else {
      require(left == 1, reshape, x);
    }
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private static long[] attended(Operation.Attention attention, List<long[]> inputs) {
    long[] queries = inputs.get(0);
    long[] keys = inputs.get(1);
    long[] values = inputs.get(2);
    require(
        queries.length == 3
            && queries[0] == keys[0]
            && queries[2] == keys[2]
            && Arrays.equals(keys, 0, 2, values, 0, 2)
            && queries[2] % attention.heads() == 0
            && values[2] % attention.heads() == 0,
        attention,
        queries,
        keys,
        values);
    for (long[] bias : inputs.subList(ATTENDED, inputs.size())) {
      require(
          queries[0] % bias[0] == 0
              && (bias[1] == 1 || bias[1] == attention.heads())
              && bias[2] == queries[1]
              && bias[3] == keys[1],
          attention,
          queries,
          keys,
          bias);
    }
    return new long[] {queries[0], queries[1], values[2]};
  }
}
