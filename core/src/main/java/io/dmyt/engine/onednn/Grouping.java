package io.dmyt.engine.onednn;

import java.util.Arrays;
import java.util.List;

/**
 * DL4J has no convolution in groups: a graph has one convolution for each, of a subset of the
 * channels, and their results merged. oneDNN does all of that in one primitive.
 */
final class Grouping {
  private final Region region;

  Grouping(Region region) {
    this.region = region;
  }

  /**
   * The one convolution that does what merging {@code parts} does, or null if they are no such
   * groups: convolutions alike, without biases, of neighbouring subsets that make up all channels
   * of one value.
   */
  Op.Convolution of(List<Integer> parts) {
    Op.Convolution first = group(parts.get(0));
    if (first == null) {
      return null;
    }
    Op.Parameter w = first.weights();
    long share = w.dims()[1];
    for (int g = 0; g < parts.size(); g++) {
      Op.Convolution c = group(parts.get(g));
      if (c == null || !alike(c, first) || !subset(parts.get(g), g, share, parts.get(0))) {
        return null;
      }
    }
    if (region.channels(source(parts.get(0))) != parts.size() * share) {
      return null;
    }
    long[] d = w.dims();
    long[] dims = {parts.size(), d[0], d[1], d[2], d[3]};
    long[] part = {1, d[0], d[1], d[2], d[3]};
    List<Op.Parameter> weights =
        parts.stream()
            .map(p -> new Op.Parameter(group(p).weights().offset(), part, Format.rowMajor(part)))
            .toList();
    return new Op.Convolution(
        new Op.Parameter(w.offset(), dims, Format.rowMajor(dims)),
        neighbours(weights) ? List.of() : weights,
        null,
        parts.size(),
        parts.size() * first.channels(),
        false,
        first.window());
  }

  /** The node whose channels a group's subset is of. */
  int source(int group) {
    return region.inputs(region.inputs(group).get(0)).get(0);
  }

  private Op.Convolution group(int node) {
    return region.op(node) instanceof Op.Convolution c
            && c.groups() == 1
            && c.bias() == null
            && !c.flat()
            && Arrays.equals(c.weights().strides(), Format.rowMajor(c.weights().dims()))
            && region.op(region.inputs(node).get(0)) instanceof Op.Subset
        ? c
        : null;
  }

  private static boolean alike(Op.Convolution c, Op.Convolution first) {
    return c.window().equals(first.window())
        && Arrays.equals(c.weights().dims(), first.weights().dims());
  }

  /** DL4J lays parameters out in its topological order, which need not be the groups'. */
  private static boolean neighbours(List<Op.Parameter> parts) {
    long next = parts.get(0).offset();
    for (Op.Parameter part : parts) {
      if (part.offset() != next) {
        return false;
      }
      next += part.length();
    }
    return true;
  }

  private boolean subset(int group, int number, long share, int firstGroup) {
    Op.Subset subset = (Op.Subset) region.op(region.inputs(group).get(0));
    return subset.from() == number * share
        && subset.size() == share
        && source(group) == source(firstGroup);
  }
}
