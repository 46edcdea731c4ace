package io.dmyt.spark;

import io.dmyt.Detector;
import io.dmyt.engine.Precision;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** The networks of this JVM that rounds of training use: one for each task that runs at once. */
final class Trainees {

  /**
   * What makes two networks the same but for what a round gives them.
   *
   * @param file Spark's number of the broadcast detector
   */
  record Key(long file, String engine, Precision precision, int threads) {}

  private static final Map<Key, Deque<Detector>> IDLE = new HashMap<>();

  private Trainees() {}

  /**
   * A network for one task.
   *
   * @param file the bytes of the detector's file, asked for only where all that are loaded work
   */
  static Detector take(Key key, Supplier<byte[]> file) throws IOException {
    synchronized (IDLE) {
      closeOthers(key);
      Deque<Detector> idle = IDLE.computeIfAbsent(key, k -> new ArrayDeque<>());
      if (!idle.isEmpty()) {
        return Objects.requireNonNull(idle.pop());
      }
    }
    return SharedDetectors.load(
        file.get(), SharedDetectors.engine(key.engine(), key.precision(), key.threads()));
  }

  /** Those of a training that is over have no use. */
  private static void closeOthers(Key key) {
    IDLE.forEach(
        (other, detectors) -> {
          if (!other.equals(key)) {
            detectors.forEach(Detector::close);
          }
        });
    IDLE.keySet().removeIf(other -> !other.equals(key));
  }

  static void giveBack(Key key, Detector detector) {
    synchronized (IDLE) {
      IDLE.computeIfAbsent(key, k -> new ArrayDeque<>()).push(detector);
    }
  }
}
