package io.dmyt.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpecs;
import io.dmyt.LossKind;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedDetectorsTest {
  @TempDir static Path folder;
  private static byte[] file;

  @BeforeAll
  static void save() throws IOException {
    Path saved = folder.resolve("detector.zip");
    try (Detector made =
        Detector.create(
            DetectorSpecs.resnet18(List.of("fake", "real"), 32, LossKind.DMYT, null), 1)) {
      made.save(saved);
    }
    file = Files.readAllBytes(saved);
  }

  private static SharedDetectors.Key key(String name) {
    return new SharedDetectors.Key(name, "", Precision.F32, 1);
  }

  private static double score(Detector detector) {
    byte[] pixels = new byte[3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (31 * i);
    }
    return detector
        .predictSamples(List.of(Sample.of("a", new RgbImage(32, 32, pixels))))
        .get(0)
        .fakeProbability();
  }

  /** Eight tasks on four threads load the file once, and say the same. */
  @Test
  void tasksShareWhatIsLoadedOnce() throws Exception {
    AtomicInteger loads = new AtomicInteger();
    ExecutorService tasks = Executors.newFixedThreadPool(4);
    List<Future<Double>> scores = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      scores.add(
          tasks.submit(
              () -> {
                try (SharedDetectors.Lease lease =
                    SharedDetectors.lease(
                        key("shared"),
                        () -> {
                          loads.incrementAndGet();
                          return file;
                        })) {
                  return score(lease.detector());
                }
              }));
    }
    for (Future<Double> score : scores) {
      assertEquals(scores.get(0).get(), score.get());
    }
    tasks.shutdown();
    assertEquals(1, loads.get());
  }

  @Test
  void eachTaskHasADetectorOfItsOwnWhichTheNextOneGets() throws IOException {
    SharedDetectors.Lease first = SharedDetectors.lease(key("own"), () -> file);
    SharedDetectors.Lease second = SharedDetectors.lease(key("own"), () -> file);
    assertNotSame(first.detector(), second.detector());
    second.close();
    try (SharedDetectors.Lease third = SharedDetectors.lease(key("own"), () -> file)) {
      assertSame(second.detector(), third.detector());
    }
    first.close();
  }

  @Test
  void aFileThatCannotBeLoadedIsTriedAgain() throws IOException {
    assertThrows(IOException.class, () -> SharedDetectors.lease(key("again"), () -> new byte[100]));
    try (SharedDetectors.Lease lease = SharedDetectors.lease(key("again"), () -> file)) {
      double score = score(lease.detector());
      assertTrue(score > 0 && score < 1, "P(fake) " + score);
    }
  }
}
