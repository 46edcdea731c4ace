package io.dmyt.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times the sides at a job, alternating between them, and holds them to compute the same.
 *
 * <p>Sides that cannot run are left out and remembered with the reason.
 */
final class Contest {
  private static final Logger LOG = LoggerFactory.getLogger(Contest.class);

  /** Lets the threads of the side before go to sleep. */
  private static final long PAUSE_MILLIS = 300;

  /** A side whose step takes longer is timed once: its place is clear. */
  private static final double PATIENCE_SECONDS = 30;

  private static final double TOLERANCE = 1e-3;
  private static final double TOLERANCE_BF16 = 5e-2;

  /**
   * How much is timed.
   *
   * @param threads of every engine
   * @param rounds how often each side has its turn
   * @param steps timed in each turn
   * @param warmup untimed steps of a fresh process
   * @param apart whether each turn is a fresh process, so that no two are in memory at once
   */
  record Options(int threads, int rounds, int steps, int warmup, boolean apart) {
    Options {
      if (threads < 1 || rounds < 1 || steps < 1 || warmup < 1) {
        throw new IllegalArgumentException(
            "threads, rounds, steps and warm-up must be at least 1, found "
                + List.of(threads, rounds, steps, warmup));
      }
    }
  }

  private final List<Contestant> sides;
  private final Options options;
  private final Map<Contestant, String> missing = new EnumMap<>(Contestant.class);

  Contest(List<Contestant> sides, Options options) {
    this.sides = List.copyOf(sides);
    this.options = options;
  }

  /** The sides that could not run, and why. */
  Map<Contestant, String> missing() {
    return missing;
  }

  /**
   * Times every side that does the job's task.
   *
   * @throws IllegalStateException if two sides don't have the same parameters, or compute different
   *     values
   */
  List<Measurement> run(Job job) throws IOException {
    List<Turn> turns = new ArrayList<>();
    try {
      for (Contestant side : sides) {
        if (side.does(job.task()) && !missing.containsKey(side)) {
          turns.add(new Turn(side, job));
        }
      }
      for (int round = 0; round < options.rounds(); round++) {
        for (Turn turn : turns) {
          turn.take();
        }
      }
      List<Measurement> results =
          turns.stream().filter(Turn::isTimed).map(Turn::measurement).toList();
      requireAgreement(job, results);
      return results;
    } finally {
      turns.forEach(Turn::close);
    }
  }

  /** Fails unless all first values are the same, to what the precision allows; NaN fails. */
  static void requireAgreement(Job job, List<Measurement> results) {
    if (results.isEmpty()) {
      return;
    }
    Measurement first =
        results.stream().filter(m -> !m.side().isBf16()).findFirst().orElse(results.get(0));
    for (Measurement other : results) {
      double tolerance = other.side().isBf16() ? TOLERANCE_BF16 : TOLERANCE;
      if (!(Math.abs(other.value() - first.value()) <= tolerance * Math.abs(first.value()))) {
        throw new IllegalStateException(
            job
                + ": "
                + first.side().key()
                + " computes "
                + first.value()
                + ", "
                + other.side().key()
                + " "
                + other.value());
      }
    }
  }

  /** One side's place in the job. */
  private final class Turn implements AutoCloseable {
    private final Contestant side;
    private final Job job;
    private final List<Double> seconds = new ArrayList<>();
    private SideProcess process;
    private String description;
    private double value = Double.NaN;
    private double slowest;
    private long peakBytes;

    Turn(Contestant side, Job job) {
      this.side = side;
      this.job = job;
    }

    void take() throws IOException {
      if (missing.containsKey(side) || (isTimed() && slowest > PATIENCE_SECONDS)) {
        return;
      }
      pause();
      if (process == null && !start()) {
        return;
      }
      for (int i = 0; i < options.steps(); i++) {
        double time = process.step().seconds();
        seconds.add(time);
        slowest = Math.max(slowest, time);
        LOG.info("{} {} {}: {} s", job.network(), job.task().label(), side.key(), time);
        if (time > PATIENCE_SECONDS) {
          break;
        }
      }
      peakBytes = Math.max(peakBytes, process.peakBytes());
      if (options.apart() || slowest > PATIENCE_SECONDS) {
        close();
      }
    }

    private boolean start() throws IOException {
      try {
        process = new SideProcess(side, job, options.threads());
      } catch (LineProcess.Unavailable e) {
        LOG.warn("{} is left out: {}", side.key(), e.getMessage());
        missing.put(side, e.getMessage());
        return false;
      }
      long expected = Networks.create(job.network(), job.size()).parameters();
      if (process.parameters() != expected) {
        throw new IllegalStateException(
            side.key() + ": expected " + expected + " parameters, found " + process.parameters());
      }
      description = process.description();
      for (int i = 0; i < options.warmup(); i++) {
        SideProcess.Step step = process.step();
        value = i == 0 ? step.value() : value;
        if (step.seconds() > PATIENCE_SECONDS) {
          break;
        }
      }
      return true;
    }

    private static void pause() {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted between two turns", e);
      }
    }

    boolean isTimed() {
      return !seconds.isEmpty();
    }

    Measurement measurement() {
      return new Measurement(side, job, description, seconds, value, peakBytes);
    }

    @Override
    public void close() {
      if (process != null) {
        process.close();
        process = null;
      }
    }
  }
}
