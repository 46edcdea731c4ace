package io.dmyt.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One side's place in a job: its processes and what they took. */
final class Turn implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Turn.class);

  /** Lets the threads of the side before go to sleep. */
  private static final long PAUSE_MILLIS = 300;

  /** A side whose step takes longer is timed once: its place is clear. */
  private static final double PATIENCE_SECONDS = 30;

  private final Contestant side;
  private final Job job;
  private final Contest.Options options;
  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> together = new ArrayList<>();
  private @Nullable SideProcess process;
  private @Nullable SideProcess second;
  private String description = "";
  private double value = Double.NaN;
  private double slowest;
  private long peakBytes;

  Turn(Contestant side, Job job, Contest.Options options) {
    this.side = side;
    this.job = job;
    this.options = options;
  }

  Contestant side() {
    return side;
  }

  Job job() {
    return job;
  }

  /**
   * Times the steps of one turn, starting what isn't running.
   *
   * @throws LineProcess.Unavailable if the side cannot run here
   * @throws LineProcess.Ended if it fails, or has other parameters than the network
   */
  void take() throws LineProcess.Unavailable, IOException {
    if (slowest > PATIENCE_SECONDS) {
      return;
    }
    pause();
    if (process == null) {
      process = start();
    }
    SideProcess running = process;
    for (int i = 0; i < options.steps() && slowest <= PATIENCE_SECONDS; i++) {
      time(running, seconds);
    }
    if (options.busy() && slowest <= PATIENCE_SECONDS) {
      if (second == null) {
        second = start();
      }
      beside(running, second);
    }
    peakBytes = Math.max(peakBytes, running.peakBytes());
    if (options.apart() || slowest > PATIENCE_SECONDS) {
      close();
    }
  }

  private void time(SideProcess running, List<Double> times) throws IOException {
    double time = running.step().seconds();
    times.add(time);
    slowest = Math.max(slowest, time);
    LOG.info("{} {} {}: {} s", job.network(), job.task().label(), side.key(), time);
  }

  /** Times steps of the one while the other does the same without a break. */
  private void beside(SideProcess timed, SideProcess other) throws IOException {
    Neighbour neighbour = new Neighbour(other);
    try {
      for (int i = 0; i < options.steps(); i++) {
        time(timed, together);
      }
    } finally {
      neighbour.stop();
    }
  }

  private SideProcess start() throws LineProcess.Unavailable, IOException {
    SideProcess started = new SideProcess(side, job, options.threads());
    try {
      long expected = Networks.create(job.network(), job.size()).parameters();
      if (started.parameters() != expected) {
        throw new LineProcess.Ended(
            "expected " + expected + " parameters, found " + started.parameters(), null);
      }
      description = started.description();
      for (int i = 0; i < options.warmup(); i++) {
        SideProcess.Step step = started.step();
        value = i == 0 ? step.value() : value;
        if (step.seconds() > PATIENCE_SECONDS) {
          break;
        }
      }
      return started;
    } catch (IOException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted between two turns", e);
    }
  }

  Measurement measurement() {
    return new Measurement(side, job, description, seconds, together, value, peakBytes);
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
      process = null;
    }
    if (second != null) {
      second.close();
      second = null;
    }
  }
}
