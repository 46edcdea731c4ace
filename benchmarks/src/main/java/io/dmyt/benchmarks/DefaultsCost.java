package io.dmyt.benchmarks;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.training.EpochResult;
import io.dmyt.training.Trainer;
import io.dmyt.training.TrainingMonitor;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What a training with the default options costs beside its steps: epochs of {@link Trainer}, which
 * asks in each step whether to accumulate, clip, average, save, stop and report, and epochs of a
 * loop that does nothing but load and step, in turns. The exit status is 1 if the median of its
 * steps is over 2 % longer.
 *
 * <pre>benchmarks/run defaults [MODEL]</pre>
 */
final class DefaultsCost {
  private static final double ALLOWED = 0.02;
  private static final int IMAGES_PER_CLASS = 160;
  private static final int TURNS = 6;

  private DefaultsCost() {}

  public static void main(String[] args) throws IOException {
    String model = args.length > 0 ? args[0] : "mobilenetv2_100";
    double cost;
    try (DrawnFolder folder = DrawnFolder.of(IMAGES_PER_CLASS)) {
      cost = measure(model, folder);
    }
    System.exit(cost <= ALLOWED ? 0 : 1);
  }

  private static double measure(String model, DrawnFolder folder) throws IOException {
    TrainingOptions options = TrainingOptions.defaults().withEpochs(TURNS);
    try (Detector detector = folder.detector(model);
        ImageFolderIterator train = folder.batches(detector);
        ImageFolderIterator valid = folder.batches(detector);
        Loop loop = new Loop(folder.detector(model), folder, options)) {
      TrainerSteps steps = new TrainerSteps(loop);
      new Trainer(detector, options).fit(train, valid, result -> {}, steps);
      double whole = Measurement.median(steps.seconds);
      double bare = Measurement.median(loop.seconds);
      double cost = whole / bare - 1;
      System.out.println(
          Text.format(
              "%s: %d steps of %d images each: %.4f s by Trainer, %.4f s in a bare loop: %s more"
                  + " (allowed: %s)",
              model,
              steps.seconds.size(),
              train.batch(),
              whole,
              bare,
              Numbers.percent(cost, 1),
              Numbers.percent(ALLOWED, 0)));
      return cost;
    }
  }

  /** Times {@link Trainer}'s steps, and lets the loop have its turn after each epoch. */
  private static final class TrainerSteps implements TrainingMonitor {
    private final List<Double> seconds = new ArrayList<>();
    private final Loop loop;
    private long last;

    TrainerSteps(Loop loop) {
      this.loop = loop;
    }

    @Override
    public void epochStarted(int epoch, int images) {
      last = 0;
    }

    @Override
    public void stepDone(int images, double loss, double accuracy) {
      long now = System.nanoTime();
      if (last > 0) { // The first step of an epoch waits for the first images.
        seconds.add((now - last) / 1e9);
      }
      last = now;
    }

    @Override
    public void epochDone(EpochResult result) {
      if (result.epoch() == 1) {
        seconds.clear(); // Everything is warm only from here on.
      }
      loop.epoch(result.epoch());
      if (result.epoch() == 1) {
        loop.seconds.clear();
      }
    }
  }

  /** Loads and steps. */
  private static final class Loop implements AutoCloseable {
    private final List<Double> seconds = new ArrayList<>();
    private final Detector detector;
    private final ImageFolderIterator images;
    private final TrainingStep step;

    Loop(Detector detector, DrawnFolder folder, TrainingOptions options) throws IOException {
      this.detector = detector;
      images = folder.batches(detector);
      step = new TrainingStep(detector.backbone(), detector.loss(), options);
    }

    void epoch(int number) {
      images.reset(number);
      long last = 0;
      while (images.hasNext()) {
        DataSet batch = images.next();
        step.run(batch.getFeatures(), batch.getLabels());
        images.free(batch);
        long now = System.nanoTime();
        if (last > 0) {
          seconds.add((now - last) / 1e9);
        }
        last = now;
      }
    }

    @Override
    public void close() {
      step.close();
      images.close();
      detector.close();
    }
  }
}
