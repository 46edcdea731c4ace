package io.dmyt.spark;

import io.dmyt.Detector;
import io.dmyt.data.BadImageException;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.TooManyBadImagesException;
import io.dmyt.training.StepRounds;
import io.dmyt.training.TakenStep;
import io.dmyt.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of training steps on a Spark cluster. A round broadcasts parameters and optimiser state;
 * each task trains on its share of the round's images, which it reads itself under the same paths;
 * the sums come back by {@code treeAggregate}, of floats: with one worker they are the numbers
 * themselves, and with two they don't depend on who comes first.
 *
 * <p>A task that fails, or whose executor dies, is taken again from the round's beginning.
 */
public final class SparkRounds implements StepRounds, AutoCloseable {
  private static final int DEPTH = 2;

  private final SparkCluster cluster;
  private final TrainingOptions options;
  private final LoaderOptions loading;
  private final Settings settings;
  private final List<BadImageException> bad = new ArrayList<>();
  private int epoch = -1;
  private @Nullable Broadcast<byte[]> file;

  /**
   * How rounds are taken.
   *
   * @param workers tasks of a round, at least 1
   * @param steps of each task in a round, at least 1
   * @param engine its name
   * @param precision of the engine, {@code f32} or {@code bf16}
   * @param augmentation as {@link io.dmyt.data.Augmentations#parse} reads it
   */
  public record Settings(
      int workers, int steps, String engine, String precision, String augmentation) {
    /**
     * @throws IllegalArgumentException if there are no workers or no steps
     */
    public Settings {
      if (workers < 1 || steps < 1) {
        throw new IllegalArgumentException(
            "a round needs at least 1 worker and 1 step, found " + workers + " and " + steps);
      }
    }
  }

  /**
   * @param loading how the training images are loaded; the executors read them in the order that
   *     the driver has
   */
  public SparkRounds(
      SparkCluster cluster, TrainingOptions options, LoaderOptions loading, Settings settings) {
    this.cluster = cluster;
    this.options = options;
    this.loading = loading;
    this.settings = settings;
  }

  @Override
  public int workers() {
    return settings.workers();
  }

  @Override
  public int steps() {
    return settings.steps();
  }

  @Override
  public List<TakenStep> take(Detector detector, Round round) throws IOException {
    ComputationGraph graph = detector.graph();
    if (file == null) {
      file = broadcast(detector);
    }
    RoundSum sum = sum(round, NetworkState.of(graph), Objects.requireNonNull(file));
    note(round, sum.bad());
    if (!sum.steps().isEmpty()) {
      sum.average().to(graph);
    }
    return sum.steps();
  }

  private RoundSum sum(Round round, NetworkState begin, Broadcast<byte[]> detector) {
    Broadcast<NetworkState> state = cluster.context().broadcast(begin);
    try {
      RoundTask task =
          new RoundTask(
              detector,
              state,
              options,
              new RoundTask.Loading(
                  loading.batch(), loading.seed(), loading.channelsLast(), settings.augmentation()),
              settings.engine(),
              settings.precision(),
              round.epoch(),
              round.rates());
      List<RoundTask.Share> shares = shares(round);
      return cluster
          .context()
          .parallelize(shares, shares.size())
          .map(task)
          .treeAggregate(RoundSum.NOTHING, RoundSum::plus, RoundSum::plus, DEPTH);
    } catch (Exception e) {
      // Spark throws checked exceptions that treeAggregate doesn't declare.
      throw ClusterFailure.of("a round of steps", e);
    } finally {
      state.destroy();
    }
  }

  /** Counts an epoch's bad images as a single process does. */
  private void note(Round round, List<RoundSum.BadImage> found) {
    if (round.epoch() != epoch) {
      epoch = round.epoch();
      bad.clear();
    }
    if (found.isEmpty()) {
      return;
    }
    Map<String, String> names = new HashMap<>();
    for (LabelledSample image : round.images()) {
      String name = image.sample().id().source();
      names.put(SparkCluster.path(Path.of(name)), name);
    }
    int limit = loading.badImages().limit();
    for (RoundSum.BadImage image : found) {
      BadImageException e =
          new BadImageException(names.getOrDefault(image.path(), image.path()), image.reason());
      bad.add(e);
      if (limit == 0) {
        throw e;
      }
      if (bad.size() > limit) {
        throw new TooManyBadImagesException(limit, e);
      }
    }
  }

  /** The images of the epoch, or of the one just finished, that the workers couldn't read. */
  public List<BadImageException> badImages() {
    return List.copyOf(bad);
  }

  private Broadcast<byte[]> broadcast(Detector detector) throws IOException {
    Path saved = Files.createTempFile("dmyt-round-", ".zip");
    try {
      detector.save(saved);
      return cluster.context().broadcast(Files.readAllBytes(saved));
    } finally {
      Files.deleteIfExists(saved);
    }
  }

  /** Whole batches for each worker, as equal as may be; the last ones may get fewer or none. */
  private List<RoundTask.Share> shares(Round round) {
    int batch = loading.batch();
    int batches = (round.images().size() + batch - 1) / batch;
    int each = (batches + workers() - 1) / workers();
    List<RoundTask.Share> shares = new ArrayList<>();
    for (int from = 0; from < round.images().size(); from += each * batch) {
      int to = Math.min(round.images().size(), from + each * batch);
      List<String> paths = new ArrayList<>();
      int[] labels = new int[to - from];
      for (int i = from; i < to; i++) {
        LabelledSample image = round.images().get(i);
        paths.add(SparkCluster.path(Path.of(image.sample().id().source())));
        labels[i - from] = image.label();
      }
      shares.add(new RoundTask.Share(shares.size(), round.from() + from, paths, labels));
    }
    return shares;
  }

  /** Lets go of what was broadcast. */
  @Override
  public void close() {
    if (file != null) {
      file.destroy();
      file = null;
    }
  }
}
