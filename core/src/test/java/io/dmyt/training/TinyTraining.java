package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Augmentation;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.loss.Dummies;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;

/** A training on a handful of small pictures in a run's folder, on one thread unless said. */
final class TinyTraining {
  static final int PER_CLASS = 9;
  static final int BATCH = 4;
  static final int STEPS_PER_EPOCH = 2 * PER_CLASS / BATCH;
  private static final int SIZE = 32;

  /** The smallest network there is, so that saving takes no time. */
  private static final String BACKBONE = "tf_mobilenetv3_small_minimal_100";

  private final ImageFolder images;
  private final LossKind loss;
  private final TrainingOptions options;
  private LoadingSteps steps = LoadingSteps.PLAIN;
  private int threads = 1;

  TinyTraining(Path data, LossKind loss, TrainingOptions options) throws IOException {
    pictures(data);
    images = ImageFolder.scan(data);
    this.loss = loss;
    this.options = options;
  }

  /** The same with images that are changed at random. */
  TinyTraining augmented(Augmentation augmentation) {
    steps = steps.withAugmentation(Optional.of(augmentation));
    return this;
  }

  /** The same with so many threads that compute. */
  TinyTraining onThreads(int count) {
    threads = count;
    return this;
  }

  private static void pictures(Path data) throws IOException {
    if (Files.exists(data)) {
      return;
    }
    Random random = new Random(11);
    for (String name : List.of("fake", "real")) {
      Path folder = Files.createDirectories(data.resolve(name));
      for (int i = 0; i < PER_CLASS; i++) {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        for (int at = 0; at < SIZE * SIZE; at++) {
          int level = random.nextInt(128) + (name.equals("real") ? 100 : 0);
          picture.setRGB(at % SIZE, at / SIZE, level << 16 | random.nextInt(0x10000));
        }
        ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
      }
    }
  }

  private Engine engine() {
    return Engines.best(ExecutionOptions.DEFAULT.withThreads(threads));
  }

  ImageFolder images() {
    return images;
  }

  DetectorSpec spec() {
    return new DetectorSpec(
        BACKBONE,
        images.classes(),
        "real",
        Preprocessing.imageNet(SIZE),
        loss,
        loss.hasClassifier()
            ? null
            : Dummies.of(images.classes(), Backbones.spec(BACKBONE).embeddingSize()),
        null);
  }

  /** What came of a process of training. */
  record Outcome(List<EpochResult> history, boolean stopped) {}

  /**
   * Trains as a process does that is started anew: from the folder's state, if there is one.
   *
   * @param stop asked after each step
   */
  Outcome train(Path folder, BooleanSupplier stop) throws IOException {
    try (TrainingRun run =
            TrainingRun.isOne(folder)
                ? TrainingRun.resume(folder)
                : TrainingRun.create(folder, java.util.Map.of("seed", 5));
        Detector detector =
            run.checkpoint().isPresent()
                ? Detector.load(run.checkpoint().get(), engine())
                : Detector.create(spec(), 3, engine());
        ImageFolderIterator train =
            new ImageFolderIterator(images.samples(), images.classes(), loader(true), steps);
        ImageFolderIterator valid = new ImageFolderIterator(images, loader(false))) {
      run.stopWhen(stop);
      run.begin(detector, images.fingerprint(), run.options());
      try {
        return new Outcome(
            new Trainer(detector, options).fit(train, valid, run, TrainingMonitor.SILENT, run),
            false);
      } catch (TrainingStoppedException e) {
        return new Outcome(List.of(), true);
      }
    }
  }

  private LoaderOptions loader(boolean training) {
    Preprocessing preprocessing = Preprocessing.imageNet(SIZE);
    return (training
            ? LoaderOptions.training(preprocessing)
            : LoaderOptions.evaluation(preprocessing))
        .withBatch(BATCH)
        .withWorkers(2)
        .withSeed(7)
        .withBadImages(BadImages.skip(3));
  }
}
