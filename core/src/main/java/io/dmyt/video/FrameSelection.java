package io.dmyt.video;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Which frames of a video are taken.
 *
 * @param kind how they are chosen
 * @param value how many, how many a second, or each how manieth; unused for all
 */
public record FrameSelection(Kind kind, double value) implements Serializable {
  private static final double NANOS = 1e9;

  /** How frames are chosen. */
  public enum Kind {
    /** So many, evenly spaced, with the first and the last. */
    EVENLY,
    /** So many a second: at each of these times the frame that is shown then. */
    PER_SECOND,
    /** The first, and from there each n-th. */
    EVERY,
    /** All of them. */
    ALL
  }

  /**
   * @throws IllegalArgumentException if the value is out of range
   */
  public FrameSelection {
    boolean valid =
        switch (kind) {
          case EVENLY, EVERY -> value >= 1 && value == Math.rint(value) && value <= 1e9;
          case PER_SECOND -> value > 0 && value <= 1000;
          case ALL -> true;
        };
    if (!valid) {
      throw new IllegalArgumentException(
          kind == Kind.PER_SECOND
              ? "frames per second must be above 0 and at most 1000, was " + value
              : "the number of frames must be a whole number of at least 1, was " + value);
    }
  }

  /**
   * So many frames, evenly spaced over the video: NumPy's {@code linspace(0, n − 1, frames,
   * dtype=int)}, as DeepfakeBench takes them; of one the middle. All of a video that has fewer.
   */
  public static FrameSelection evenly(int frames) {
    return new FrameSelection(Kind.EVENLY, frames);
  }

  /** So many frames a second. */
  public static FrameSelection perSecond(double frames) {
    return new FrameSelection(Kind.PER_SECOND, frames);
  }

  /** The first frame, and from there each n-th. */
  public static FrameSelection every(int n) {
    return new FrameSelection(Kind.EVERY, n);
  }

  /** All frames. */
  public static FrameSelection all() {
    return new FrameSelection(Kind.ALL, 0);
  }

  /**
   * The indices of the chosen frames, ascending.
   *
   * @param times of all frames in nanoseconds from the first, ascending
   */
  int[] choose(long[] times) {
    int n = times.length;
    return switch (kind) {
      case EVENLY -> evenly(n, (int) value);
      case EVERY -> IntStream.range(0, n).filter(i -> i % (int) value == 0).toArray();
      case PER_SECOND -> perSecond(times, value);
      case ALL -> IntStream.range(0, n).toArray();
    };
  }

  private static int[] evenly(int n, int frames) {
    if (frames == 1) {
      return new int[] {n / 2};
    }
    return IntStream.range(0, frames)
        .map(k -> (int) ((long) k * (n - 1) / (frames - 1)))
        .distinct()
        .toArray();
  }

  private static int[] perSecond(long[] times, double rate) {
    long last = times[times.length - 1];
    long count = (long) Math.floor(last / NANOS * rate) + 1;
    IntStream.Builder chosen = IntStream.builder();
    int before = -1;
    for (long k = 0; k < count; k++) {
      int at = Arrays.binarySearch(times, Math.round(k / rate * NANOS));
      // The time between two frames belongs to the first.
      int index = at >= 0 ? at : -at - 2;
      if (index > before) {
        chosen.add(index);
        before = index;
      }
    }
    return chosen.build().toArray();
  }
}
