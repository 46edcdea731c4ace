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
 * <p>A side that cannot run is left out of all jobs, one that fails or computes something else out
 * of that job; both are remembered with the reason, and the others go on.
 */
final class Contest {
  private static final Logger LOG = LoggerFactory.getLogger(Contest.class);

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
   * @param busy whether each turn is also taken while a second process of the side does the same
   */
  record Options(int threads, int rounds, int steps, int warmup, boolean apart, boolean busy) {
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
  private final List<Failure> failures = new ArrayList<>();

  /** What a side that had started did wrong in one job, whose times are left out. */
  record Failure(Contestant side, Job job, String reason) {}

  Contest(List<Contestant> sides, Options options) {
    this.sides = List.copyOf(sides);
    this.options = options;
  }

  /** The sides that could not run, and why. */
  Map<Contestant, String> missing() {
    return missing;
  }

  /** Where sides that had started failed, or computed something else than the first. */
  List<Failure> failures() {
    return failures;
  }

  /** Times every side that does the job's task. */
  List<Measurement> run(Job job) throws IOException {
    return run(job, sides.stream().filter(s -> s.does(job) && !missing.containsKey(s)).toList());
  }

  List<Measurement> run(Job job, List<Contestant> chosen) throws IOException {
    List<Turn> turns = new ArrayList<>();
    try {
      chosen.forEach(side -> turns.add(new Turn(side, job, options)));
      for (int round = 0; round < options.rounds(); round++) {
        for (Turn turn : List.copyOf(turns)) {
          if (!take(turn)) {
            turns.remove(turn);
          }
        }
      }
      return agreeing(job, turns.stream().map(Turn::measurement).toList());
    } finally {
      turns.forEach(Turn::close);
    }
  }

  /** Whether the side goes on; the reason why not is remembered. */
  private boolean take(Turn turn) throws IOException {
    try {
      turn.take();
      return true;
    } catch (LineProcess.Unavailable e) {
      LOG.warn("{} is left out: {}", turn.side().key(), e.getMessage());
      missing.put(turn.side(), e.getMessage());
    } catch (LineProcess.Ended e) {
      LOG.warn("{} failed at {}: {}", turn.side().key(), turn.job(), e.getMessage());
      failures.add(new Failure(turn.side(), turn.job(), String.valueOf(e.getMessage())));
    }
    turn.close();
    return false;
  }

  /** The measurements without those that {@link #failures} has now. */
  private List<Measurement> agreeing(Job job, List<Measurement> results) {
    List<Failure> disagreements = disagreements(job, results);
    failures.addAll(disagreements);
    List<Contestant> wrong = disagreements.stream().map(Failure::side).toList();
    return results.stream().filter(m -> !wrong.contains(m.side())).toList();
  }

  /**
   * The sides whose first value isn't that of the first single-precision side, to what the
   * precision allows; NaN is never the same.
   */
  static List<Failure> disagreements(Job job, List<Measurement> results) {
    if (results.isEmpty()) {
      return List.of();
    }
    List<Failure> found = new ArrayList<>();
    Measurement first =
        results.stream().filter(m -> !m.side().isBf16()).findFirst().orElse(results.get(0));
    for (Measurement other : results) {
      double tolerance = other.side().isBf16() ? TOLERANCE_BF16 : TOLERANCE;
      if (!(Math.abs(other.value() - first.value()) <= tolerance * Math.abs(first.value()))) {
        found.add(
            new Failure(
                other.side(),
                job,
                "computes " + other.value() + ", " + first.side().key() + " " + first.value()));
      }
    }
    return found;
  }
}
