package io.dmyt.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * DL4J has no convolution in groups: a graph has one convolution for each, of a subset of the
 * channels, and their results merged. Engines do all of that at once.
 */
final class Grouping {
  private final RegionBuilder region;

  Grouping(RegionBuilder region) {
    this.region = region;
  }

  /**
   * The one convolution that does what merging {@code parts} does, or null if they are no such
   * groups: convolutions alike, without biases, of neighbouring subsets that make up all channels
   * of one value.
   */
  Operation.@Nullable Convolution of(List<Integer> parts) {
    Operation.Convolution first = group(parts.get(0));
    if (first == null) {
      return null;
    }
    Parameter w = first.weights();
    long share = w.dims()[1];
    for (int g = 0; g < parts.size(); g++) {
      Operation.Convolution c = group(parts.get(g));
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
    List<Parameter> weights =
        parts.stream()
            .map(p -> Parameter.rowMajor(requireGroup(p).weights().offset(), part))
            .toList();
    return new Operation.Convolution(
        Parameter.rowMajor(w.offset(), dims),
        neighbours(weights) ? List.of() : weights,
        null,
        parts.size(),
        parts.size() * first.channels(),
        first.kernel());
  }

  /** The node whose channels a group's subset is of. */
  int source(int group) {
    return region.inputs(region.inputs(group).get(0)).get(0);
  }

  private Operation.@Nullable Convolution group(int node) {
    return region.op(node) instanceof Operation.Convolution c
            && c.groups() == 1
            && c.bias() == null
            && c.standard() == null
            && Arrays.equals(c.weights().strides(), Parameter.rowMajorStrides(c.weights().dims()))
            && region.op(region.inputs(node).get(0)) instanceof Operation.Slice slice
            && slice.axis() == 1
        ? c
        : null;
  }

  private Operation.Convolution requireGroup(int node) {
    return Objects.requireNonNull(group(node));
  }

  private static boolean alike(Operation.Convolution c, Operation.Convolution first) {
    return c.kernel().equals(first.kernel())
        && Arrays.equals(c.weights().dims(), first.weights().dims());
  }

  /** DL4J lays parameters out in its topological order, which need not be the groups'. */
  private static boolean neighbours(List<Parameter> parts) {
    long next = parts.get(0).offset();
    for (Parameter part : parts) {
      if (part.offset() != next) {
        return false;
      }
      next += part.length();
    }
    return true;
  }

  private boolean subset(int group, int number, long share, int firstGroup) {
    Operation.Slice subset = (Operation.Slice) region.op(region.inputs(group).get(0));
    return subset.from() == number * share
        && subset.size() == share
        && source(group) == source(firstGroup);
  }
}
