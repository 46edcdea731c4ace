package io.dmyt.spark;

import io.dmyt.Detector;
import io.dmyt.data.Augmentations;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.engine.Precision;
import io.dmyt.training.RoundWorker;
import io.dmyt.training.TakenStep;
import io.dmyt.training.TrainingOptions;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/** A worker's part of a round, on an executor. */
record RoundTask(
    Broadcast<byte[]> file,
    Broadcast<NetworkState> state,
    TrainingOptions options,
    Loading loading,
    String engine,
    String precision,
    int epoch,
    double[] rates)
    implements Function<RoundTask.Share, RoundSum> {
  /** How images are loaded. */
  record Loading(int batch, long seed, boolean channelsLast, String augmentation)
      implements Serializable {}

  /**
   * A worker's images.
   *
   * @param number of the worker, from 0
   * @param place of the first one in the epoch's order
   */
  record Share(int number, int place, List<String> paths, int[] labels) implements Serializable {}

  @Override
  public RoundSum call(Share share) throws IOException {
    int threads = Math.max(1, TaskContext.get().cpus());
    Trainees.Key key =
        new Trainees.Key(
            file.id(), engine, Precision.valueOf(precision.toUpperCase(Locale.ROOT)), threads);
    Detector detector = Trainees.take(key, file::value);
    try {
      state.value().to(detector.graph());
      RoundSum.Work work = work(detector, share, threads);
      return RoundSum.of(share.number(), NetworkState.of(detector.graph()), work);
    } finally {
      Trainees.giveBack(key, detector);
    }
  }

  private RoundSum.Work work(Detector detector, Share share, int threads) {
    List<String> classes = detector.spec().classes();
    LoaderOptions options =
        LoaderOptions.evaluation(detector.spec().preprocessing())
            .withBatch(loading.batch())
            .withWorkers(threads)
            .withSeed(loading.seed())
            .withChannelsLast(loading.channelsLast())
            // How many may be bad is for the driver to say, which sees those of all workers.
            .withBadImages(BadImages.skip(Integer.MAX_VALUE));
    LoadingSteps steps =
        LoadingSteps.PLAIN.withAugmentation(Augmentations.parse(loading.augmentation()));
    try (ImageFolderIterator batches =
        new ImageFolderIterator(images(share), classes, options, steps)) {
      batches.reset(epoch, share.place());
      List<TakenStep> taken = RoundWorker.run(detector, this.options, batches, epoch, rates);
      return new RoundSum.Work(
          taken,
          batches.badImages().stream()
              .map(bad -> new RoundSum.BadImage(bad.file(), bad.reason()))
              .toList());
    }
  }

  /**
   * The epoch's images up to the worker's last one: what is done to an image depends on its place.
   * In those before stands any; they are not read.
   */
  private static List<LabelledSample> images(Share share) {
    List<LabelledSample> images = new ArrayList<>();
    for (int i = 0; i < share.labels().length; i++) {
      String path = share.paths().get(i);
      images.add(new LabelledSample(new RowSample(path, path, null), share.labels()[i]));
    }
    List<LabelledSample> all = new ArrayList<>(Collections.nCopies(share.place(), images.get(0)));
    all.addAll(images);
    return all;
  }
}
