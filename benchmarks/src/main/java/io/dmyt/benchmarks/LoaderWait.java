package io.dmyt.benchmarks;

import io.dmyt.Detector;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.io.IOException;
import org.nd4j.linalg.dataset.DataSet;

/**
 * How long steps of training wait for images, when the loader has to decode JPEGs of 640 × 427. The
 * exit status is 1 if that is more than 3 % of the time.
 *
 * <pre>benchmarks/run loader [MODEL]</pre>
 */
final class LoaderWait {
  private static final double ALLOWED = 0.03;
  private static final int IMAGES_PER_CLASS = 160;

  private LoaderWait() {}

  public static void main(String[] args) throws IOException {
    String model = args.length > 0 ? args[0] : "mobilenetv2_100";
    double share;
    try (DrawnFolder folder = DrawnFolder.of(IMAGES_PER_CLASS)) {
      share = train(model, folder);
    }
    System.exit(share <= ALLOWED ? 0 : 1);
  }

  /** Two epochs, of which the second counts; says what was measured, and gives the share. */
  private static double train(String model, DrawnFolder folder) throws IOException {
    long waited = 0;
    long computed = 0;
    int steps = 0;
    int size;
    try (Detector detector = folder.detector(model);
        TrainingStep step =
            new TrainingStep(detector.backbone(), detector.loss(), TrainingOptions.defaults());
        ImageFolderIterator images = folder.batches(detector)) {
      size = images.batch();
      for (int epoch = 0; epoch < 2; epoch++) {
        images.reset(epoch);
        waited = 0;
        computed = 0;
        steps = 0;
        long start = System.nanoTime();
        // It is hasNext() that waits for a batch.
        while (images.hasNext()) {
          DataSet batch = images.next();
          long loaded = System.nanoTime();
          step.run(batch.getFeatures(), batch.getLabels());
          computed += System.nanoTime() - loaded;
          waited += loaded - start;
          images.free(batch);
          steps++;
          start = System.nanoTime();
        }
      }
    }
    double share = waited / (double) (waited + computed);
    System.out.println(
        Text.format(
            "%s: %d steps of %d images, %.3f s each, and %.1f ms of waiting for images: %s"
                + " (allowed: %s)",
            model,
            steps,
            size,
            computed / 1e9 / steps,
            waited / 1e6 / steps,
            Numbers.percent(share, 1),
            Numbers.percent(ALLOWED, 0)));
    return share;
  }
}
