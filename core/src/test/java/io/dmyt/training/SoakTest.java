package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.LossKind;
import io.dmyt.data.Augmentations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many steps with augmentation and checkpoints leave no file open and no thread behind, and memory
 * where it was. {@code -Ddmyt.soak=20000} takes as many steps.
 */
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final int STEPS = Integer.getInteger("dmyt.soak", 80);
  private static final long ALLOWED_MEGABYTES = 100;

  private static int openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    }
  }

  private static long threadsOfOurs() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("dmyt-"))
        .count();
  }

  private static long residentMegabytes() throws IOException {
    System.gc();
    List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
    String line = status.stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
  }

  @Test
  void leavesNothingBehind(@TempDir Path folder) throws Exception {
    int half = Math.max(2, STEPS / TinyTraining.STEPS_PER_EPOCH / 2);
    TinyTraining first = training(folder, half);
    first.train(folder.resolve("run"), () -> false);
    int files = openFiles();
    long threads = threadsOfOurs();
    long memory = residentMegabytes();
    TinyTraining all = training(folder, 2 * half);
    assertEquals(2 * half, all.train(folder.resolve("run"), () -> false).history().size());
    assertTrue(openFiles() <= files, "files open: " + files + ", then " + openFiles());
    assertEquals(threads, threadsOfOurs(), "threads");
    long grown = residentMegabytes() - memory;
    assertTrue(grown <= ALLOWED_MEGABYTES, "grown by " + grown + " MB");
  }

  private static TinyTraining training(Path folder, int epochs) throws IOException {
    return new TinyTraining(
            folder.resolve("data"), LossKind.DMYT, TrainingOptions.defaults().withEpochs(epochs))
        .augmented(Augmentations.degrade());
  }
}
