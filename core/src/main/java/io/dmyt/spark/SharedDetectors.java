package io.dmyt.spark;

import io.dmyt.Detector;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The detectors of this JVM. Each file is loaded once, by the first task that needs it; all tasks
 * compute with the same parameters, and each on a detector of its own, as none is safe for use by
 * several threads.
 */
final class SharedDetectors {

  /**
   * What makes two detectors the same.
   *
   * @param file SHA-256 of the file
   * @param engine its name; empty for the best one
   */
  record Key(String file, String engine, Precision precision, int threads) {}

  /** A detector in the hands of one task. */
  interface Lease extends AutoCloseable {
    Detector detector();

    /** Gives it back. */
    @Override
    void close();
  }

  private static final Map<Key, Shared> LOADED = new HashMap<>();

  private SharedDetectors() {}

  /**
   * A detector for one task.
   *
   * @param file the bytes of the detector's file, asked for only where it isn't loaded yet
   * @throws IOException if it can't be loaded; the next task tries again
   */
  static Lease lease(Key key, Supplier<byte[]> file) throws IOException {
    Shared shared;
    synchronized (LOADED) {
      shared = LOADED.get(key);
      if (shared == null) {
        shared = new Shared(load(file.get(), engine(key.engine(), key.precision(), key.threads())));
        LOADED.put(key, shared);
      }
    }
    return shared.lease();
  }

  /** Loads a detector's file. */
  static Detector load(byte[] bytes, Engine engine) throws IOException {
    Path file = Files.createTempFile("dmyt-detector-", ".zip");
    try {
      Files.write(file, bytes);
      return Detector.loadForInference(file, engine);
    } finally {
      Files.delete(file);
    }
  }

  /**
   * What runs a detector.
   *
   * @param name of the engine; empty for the best one
   */
  static Engine engine(String name, Precision precision, int threads) {
    ExecutionOptions options =
        ExecutionOptions.DEFAULT.withPrecision(precision).withThreads(threads);
    return name.isEmpty() ? Engines.best(options) : Engines.named(name, options);
  }

  /** A loaded file. */
  private static final class Shared {
    private final Detector first;
    private final Deque<Detector> idle = new ArrayDeque<>();

    /** DL4J's own layers keep what they compute in the graph itself: one task at a time. */
    private final Semaphore free;

    Shared(Detector first) {
      this.first = first;
      free = new Semaphore(Engines.accelerated(first.graph()) ? Integer.MAX_VALUE : 1, true);
      idle.push(first);
    }

    Lease lease() {
      free.acquireUninterruptibly();
      Detector detector = take();
      return new Lease() {
        @Override
        public Detector detector() {
          return detector;
        }

        @Override
        public void close() {
          synchronized (idle) {
            idle.push(detector);
          }
          free.release();
        }
      };
    }

    private Detector take() {
      synchronized (idle) {
        return idle.isEmpty() ? first.sharing() : idle.pop();
      }
    }
  }
}
