package io.dmyt.engine;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Which of a network's parameters don't learn, so that nobody needs their gradients. */
public final class FrozenParameters {
  /** All learn. */
  public static final FrozenParameters NONE = new FrozenParameters(new TreeMap<>());

  /** The ends of the ranges, by their begins. */
  private final NavigableMap<Long, Long> ranges;

  private FrozenParameters(NavigableMap<Long, Long> ranges) {
    this.ranges = ranges;
  }

  /**
   * Freezes more.
   *
   * @param from the first one in the flat parameters
   * @param length how many
   */
  public FrozenParameters and(long from, long length) {
    NavigableMap<Long, Long> all = new TreeMap<>(ranges);
    long start = from;
    long end = from + length;
    Map.Entry<Long, Long> before = all.floorEntry(end);
    while (before != null && before.getValue() >= start) {
      start = Math.min(start, before.getKey());
      end = Math.max(end, before.getValue());
      all.remove(before.getKey());
      before = all.floorEntry(end);
    }
    all.put(start, end);
    return new FrozenParameters(all);
  }

  /** Whether this is frozen. */
  boolean contains(long parameter) {
    return covers(parameter, 1);
  }

  /** Whether all of these are frozen. */
  boolean covers(long from, long length) {
    Map.Entry<Long, Long> range = ranges.floorEntry(from);
    return range != null && from + length <= range.getValue();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof FrozenParameters other && ranges.equals(other.ranges);
  }

  @Override
  public int hashCode() {
    return ranges.hashCode();
  }

  @Override
  public String toString() {
    return "FrozenParameters" + ranges;
  }
}
