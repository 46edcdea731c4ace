package io.dmyt.benchmarks;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SelfBlend;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * A test split whose fakes are of a manipulation that no training has seen, unless it blends
 * itself: {@code SelfBlendedFakes REAL OUT} writes every picture of a folder to {@code OUT/real},
 * and the same blended into itself to {@code OUT/fake}. Both are compressed alike, so that no
 * detector can tell them by their compression.
 */
final class SelfBlendedFakes {
  private static final double QUALITY = 0.9;
  private static final long SEED = 17;

  private SelfBlendedFakes() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: SelfBlendedFakes REAL OUT");
      System.exit(2);
    }
    write(Path.of(args[0]), Path.of(args[1]));
  }

  static void write(Path real, Path out) throws IOException {
    SelfBlend blend = new SelfBlend(1, 0, 1);
    Files.createDirectories(out.resolve("real"));
    Files.createDirectories(out.resolve("fake"));
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(224))) {
      for (Path file : sorted(real)) {
        String name = file.getFileName().toString();
        RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + name.hashCode());
        RgbImage image = decoder.rgb(file);
        LabelledSample sample = new LabelledSample(Sample.of(file), 0);
        writeJpeg(image, out.resolve("real").resolve(name));
        writeJpeg(blend.apply(sample, image, random).image(), out.resolve("fake").resolve(name));
      }
    }
  }

  private static List<Path> sorted(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void writeJpeg(RgbImage image, Path file) throws IOException {
    AtomicFile.write(file, out -> Pictures.writeJpeg(image.toBufferedImage(), QUALITY, out));
  }
}
