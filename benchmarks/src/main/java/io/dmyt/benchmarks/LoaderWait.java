package io.dmyt.benchmarks;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Pictures;
import io.dmyt.internal.Text;
import io.dmyt.loss.Dummies;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.linalg.dataset.DataSet;

/**
 * How long steps of training wait for images, when the loader has to decode JPEGs of 640 × 427. The
 * exit status is 1 if that is more than 3 % of the time.
 *
 * <pre>benchmarks/run loader [MODEL]</pre>
 */
final class LoaderWait {
  private static final double ALLOWED = 0.03;
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final int IMAGES_PER_CLASS = 160;
  private static final double QUALITY = 0.75;

  private LoaderWait() {}

  public static void main(String[] args) throws IOException {
    String model = args.length > 0 ? args[0] : "mobilenetv2_100";
    Path folder = Files.createTempDirectory("dmyt-loader");
    double share;
    try {
      draw(folder);
      share = train(model, folder);
    } finally {
      delete(folder);
    }
    System.exit(share <= ALLOWED ? 0 : 1);
  }

  private static void draw(Path folder) throws IOException {
    for (String name : CLASSES) {
      Files.createDirectories(folder.resolve(name));
      for (int i = 0; i < IMAGES_PER_CLASS; i++) {
        Path file = folder.resolve(name).resolve(i + ".jpg");
        BufferedImage picture = Photograph.draw(640, 427, i);
        AtomicFile.write(file, out -> Pictures.writeJpeg(picture, QUALITY, out));
      }
    }
  }

  /** Two epochs, of which the second counts; says what was measured, and gives the share. */
  private static double train(String model, Path folder) {
    BackboneSpec backbone = Backbones.spec(model);
    DetectorSpec spec =
        new DetectorSpec(
            model,
            CLASSES,
            "real",
            Preprocessing.imageNet(backbone.imageSize()),
            LossKind.DMYT,
            Dummies.of(CLASSES, backbone.embeddingSize()),
            null);
    LoaderOptions options = LoaderOptions.training(spec.preprocessing()).withDropLast(true);
    long waited = 0;
    long computed = 0;
    int steps = 0;
    try (Detector detector = Detector.create(spec, 1, Engines.best());
        TrainingStep step =
            new TrainingStep(detector.backbone(), detector.loss(), TrainingOptions.defaults());
        ImageFolderIterator images = new ImageFolderIterator(ImageFolder.scan(folder), options)) {
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
            options.batch(),
            computed / 1e9 / steps,
            waited / 1e6 / steps,
            Numbers.percent(share, 1),
            Numbers.percent(ALLOWED, 0)));
    return share;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
