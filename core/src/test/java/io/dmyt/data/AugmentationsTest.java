package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;

class AugmentationsTest {
  private static final LabelledSample SAMPLE =
      new LabelledSample(Sample.of(Path.of("real", "a.png")), 1);

  @TempDir Path folder;

  /** A picture whose pixels all differ from their neighbours. */
  private static RgbImage picture(int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (40 + i * 37 % 160);
    }
    return new RgbImage(width, height, pixels);
  }

  private static byte[] changed(Augmentation augmentation, long seed) {
    return augmentation.apply(SAMPLE, picture(41, 30), new SplittableRandom(seed)).image().pixels();
  }

  @ParameterizedTest
  @EnumSource
  void isAFunctionOfTheSeedAndKeepsSizeAndClass(Augmentations.Kind kind) {
    byte[] before = picture(41, 30).pixels();
    int changes = 0;
    for (long seed = 0; seed < 8; seed++) {
      byte[] after = changed(kind.by(1), seed);
      assertArrayEquals(after, changed(kind.by(1), seed));
      assertEquals(before.length, after.length);
      changes += Arrays.equals(before, after) ? 0 : 1;
      assertArrayEquals(before, changed(kind.by(0), seed));
    }
    assertTrue(changes >= 7, kind + " changed " + changes);
    Augmentation.Augmented result =
        kind.by(1).apply(SAMPLE, picture(1, 1), new SplittableRandom(3));
    assertEquals(1, result.label());
    assertEquals(1, result.image().width());
  }

  @Test
  void flippingTwiceIsNothing() {
    RgbImage image = picture(5, 4);
    RgbImage flipped = PixelOps.flip(image);
    assertEquals(image.pixels()[3 * 4], flipped.pixels()[0]);
    assertArrayEquals(image.pixels(), PixelOps.flip(flipped).pixels());
    assertArrayEquals(image.pixels(), PixelOps.rotate(image, 0).pixels());
  }

  @Test
  void presetsHaveNames() {
    assertTrue(Augmentations.parse("none").isEmpty());
    assertTrue(Augmentations.parse("Deepfake").isPresent());
    assertTrue(Augmentations.parse("degrade").isPresent());
    assertTrue(Augmentations.parse("flip, jpeg").isPresent());
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Augmentations.parse("rain"));
    assertTrue(e.getMessage().contains("flip, rotate"), e.getMessage());
  }

  @Test
  void aBlendChangesTheFaceAndLeavesTheRest() throws Exception {
    RgbImage image = picture(64, 64);
    FaceMask face = FaceMask.of(SAMPLE.sample(), 64, 64);
    float[] mask = face.deformed(new SplittableRandom(1));
    assertEquals(0, mask[0]);
    assertTrue(mask[32 * 64 + 32] > 0.99, "the middle is face");
    for (float share : mask) {
      assertTrue(share >= 0 && share <= 1.0001, "a share, not " + share);
    }
    int fakes = 0;
    SelfBlend half = new SelfBlend(0.5, 1, 0);
    for (int seed = 0; seed < 40; seed++) {
      Augmentation.Augmented made = half.apply(SAMPLE, picture(64, 64), new SplittableRandom(seed));
      boolean same = Arrays.equals(image.pixels(), made.image().pixels());
      assertEquals(same, made.label() == 1, "real if and only if it is as it was");
      fakes += made.label() == 0 ? 1 : 0;
    }
    assertTrue(fakes > 10 && fakes < 30, "about half: " + fakes);
    LabelledSample fake = new LabelledSample(SAMPLE.sample(), 0);
    assertEquals(0, new SelfBlend(1, 1, 0).apply(fake, image, new SplittableRandom(1)).label());
  }

  @Test
  void landmarksBesideTheImageAreTheMask() throws Exception {
    StringBuilder points = new StringBuilder("[");
    for (int i = 0; i < 68; i++) {
      points
          .append(i == 0 ? "" : ",")
          .append(i % 2 == 0 ? "[4," : "[20,")
          .append(4 + i % 17)
          .append("]");
    }
    Path picture = folder.resolve("a.png");
    Path landmarks = folder.resolve("a.landmarks.json");
    Files.writeString(landmarks, points + "]");
    float[] mask = FaceMask.of(Sample.of(picture), 64, 64).deformed(new SplittableRandom(1));
    assertEquals(0, mask[40 * 64 + 40], "the middle is none here");
    assertTrue(mask[12 * 64 + 12] > 0.5, "the landmarks' middle is");
    for (String broken : List.of("[[1,2]]", "nonsense", "[[1,2],[1],[3,4],[5,6],[7,8]]", "{}")) {
      Files.writeString(landmarks, broken);
      assertThrows(BadImageException.class, () -> FaceMask.of(Sample.of(picture), 64, 64), broken);
    }
  }

  /** A face that lies on its side: the chin is where the mouth is, and the forehead opposite. */
  @Test
  void fivePointsGiveTheFacesPlaceAndTurn() throws Exception {
    Path picture = folder.resolve("b.png");
    double[][] points = {{50, 40}, {50, 60}, {60, 50}, {70, 42}, {70, 58}};
    Files.writeString(LandmarkFile.of(picture), LandmarkFile.content(points));
    FaceMask face = FaceMask.of(Sample.of(picture), 120, 100);
    float[] mean = new float[120 * 100];
    for (int seed = 0; seed < 50; seed++) {
      float[] mask = face.deformed(new SplittableRandom(seed));
      for (int i = 0; i < mean.length; i++) {
        mean[i] += mask[i] / 50;
      }
    }
    // Along the axis from 33 to 91, across it from 26 to 74; softer towards the edge.
    assertTrue(mean[50 * 120 + 62] > 0.99, "between eyes and mouth");
    assertTrue(mean[50 * 120 + 80] > 0.5 && mean[50 * 120 + 44] > 0.5, "along the face");
    assertTrue(mean[50 * 120 + 102] < 0.05 && mean[50 * 120 + 22] < 0.05, "beyond chin and hair");
    assertTrue(mean[35 * 120 + 62] > 0.5 && mean[65 * 120 + 62] > 0.5, "across the face");
    assertTrue(mean[14 * 120 + 62] < 0.05 && mean[86 * 120 + 62] < 0.05, "beyond the cheeks");
  }

  /** Whatever the number of workers, and wherever an epoch is gone on with. */
  @Test
  void batchesAreAFunctionOfSeedEpochAndPlace() throws Exception {
    List<LabelledSample> files = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      files.add(new LabelledSample(Sample.of("p" + i, picture(24 + i, 24)), i % 2));
    }
    LoadingSteps steps =
        LoadingSteps.PLAIN.withAugmentation(Augmentations.parse("flip,noise,crop"));
    List<float[]> all = batches(files, steps, 1, 2, 0);
    List<float[]> threaded = batches(files, steps, 4, 2, 0);
    List<float[]> rest = batches(files, steps, 2, 2, 8);
    assertEquals(3, all.size());
    assertEquals(1, rest.size());
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(all.get(i), threaded.get(i));
    }
    assertArrayEquals(all.get(2), rest.get(0));
    assertFalse(Arrays.equals(all.get(0), batches(files, steps, 1, 3, 0).get(0)), "another epoch");
  }

  private static List<float[]> batches(
      List<LabelledSample> files, LoadingSteps steps, int workers, int epoch, int from) {
    LoaderOptions options =
        LoaderOptions.training(Preprocessing.imageNet(16)).withBatch(4).withWorkers(workers);
    List<float[]> batches = new ArrayList<>();
    try (ImageFolderIterator iterator =
        new ImageFolderIterator(files, List.of("fake", "real"), options, steps)) {
      iterator.reset(epoch, from);
      while (iterator.hasNext()) {
        DataSet batch = iterator.next();
        batches.add(batch.getFeatures().data().asFloat());
      }
    }
    return batches;
  }
}
