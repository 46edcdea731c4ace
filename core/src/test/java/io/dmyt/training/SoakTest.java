package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.LossKind;
import io.dmyt.data.Augmentations;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many steps with augmentation and checkpoints leave no file open and no thread behind, and memory
 * where it was. {@code -Ddmyt.soak=20000} takes so many steps.
 */
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final int STEPS = Integer.getInteger("dmyt.soak", 80);
  private static final long ALLOWED_MEGABYTES = 100;
  private static final int PARTS = 10;

  /** What a process holds. */
  private record Held(long files, long threads, long megabytes) {
    static Held now() throws IOException {
      System.gc();
      List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
      String line = status.stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      long threads =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("dmyt-"))
              .count();
      try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
        return new Held(files.count(), threads, Long.parseLong(line.replaceAll("\\D", "")) / 1024);
      }
    }
  }

  /**
   * One run, resumed for each tenth of the steps. Native memory is given back now and then only, so
   * that the most that each half held is compared.
   */
  @Test
  void leavesNothingBehind(@TempDir Path folder) throws Exception {
    int tenth = Math.max(1, STEPS / TinyTraining.STEPS_PER_EPOCH / PARTS);
    List<Held> held = new ArrayList<>();
    for (int epochs = tenth; epochs <= PARTS * tenth; epochs += tenth) {
      TinyTraining training = training(folder, epochs);
      assertEquals(epochs, training.train(folder.resolve("run"), () -> false).history().size());
      held.add(Held.now());
      System.out.println(
          Text.format(
              "%d steps: %s", epochs * TinyTraining.STEPS_PER_EPOCH, held.get(held.size() - 1)));
    }
    assertTrue(growth(held, Held::files) <= 0, "files: " + held);
    assertTrue(growth(held, Held::threads) <= 0, "threads: " + held);
    assertTrue(growth(held, Held::megabytes) <= ALLOWED_MEGABYTES, "memory: " + held);
  }

  /** The most in the second half less the most in the first. */
  private static long growth(List<Held> held, ToLongFunction<Held> what) {
    int half = PARTS / 2;
    return held.subList(half, PARTS).stream().mapToLong(what).max().orElseThrow()
        - held.subList(0, half).stream().mapToLong(what).max().orElseThrow();
  }

  private static TinyTraining training(Path folder, int epochs) throws IOException {
    return new TinyTraining(
            folder.resolve("data"), LossKind.DMYT, TrainingOptions.defaults().withEpochs(epochs))
        .augmented(Augmentations.degrade());
  }
}
