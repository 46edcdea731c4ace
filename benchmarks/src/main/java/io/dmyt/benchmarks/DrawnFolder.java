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
import io.dmyt.internal.Pictures;
import io.dmyt.loss.Dummies;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder of drawn JPEGs of 640 × 427 in two classes, to train on; deletes it at the
 * end.
 */
final class DrawnFolder implements AutoCloseable {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final double QUALITY = 0.75;

  private final Path folder;

  private DrawnFolder(Path folder) {
    this.folder = folder;
  }

  static DrawnFolder of(int imagesPerClass) throws IOException {
    DrawnFolder drawn = new DrawnFolder(Files.createTempDirectory("dmyt-drawn"));
    try {
      drawn.draw(imagesPerClass);
      return drawn;
    } catch (IOException | RuntimeException e) {
      drawn.close();
      throw e;
    }
  }

  private void draw(int imagesPerClass) throws IOException {
    for (String name : CLASSES) {
      Files.createDirectories(folder.resolve(name));
      for (int i = 0; i < imagesPerClass; i++) {
        Path file = folder.resolve(name).resolve(i + ".jpg");
        BufferedImage picture = Photograph.draw(640, 427, i);
        AtomicFile.write(file, out -> Pictures.writeJpeg(picture, QUALITY, out));
      }
    }
  }

  /** A new DmyT detector for the two classes, the same each time. */
  Detector detector(String model) {
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
    return Detector.create(spec, 1, Engines.best());
  }

  /** Whole batches of the images for a detector, in the order of training. */
  ImageFolderIterator batches(Detector detector) throws IOException {
    LoaderOptions options = LoaderOptions.training(detector.spec().preprocessing());
    return new ImageFolderIterator(ImageFolder.scan(folder), options.withDropLast(true));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
