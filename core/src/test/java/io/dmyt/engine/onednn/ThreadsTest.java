package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.AcceleratedGraphTest;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Requires;
import io.dmyt.engine.Twins;
import io.dmyt.internal.Stripes;
import io.dmyt.optim.FusedAdamW;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.nativeblas.NativeOpsHolder;

/** As many threads compute as were asked for. */
@Requires(Requires.Machine.ONEDNN)
class ThreadsTest {
  private static final INDArray IMAGES = Twins.random(1, 16, 3, 64, 64);
  private static final INDArray LABELS = AcceleratedGraphTest.labels(16, 3);
  private static final FusedAdamW ADAM_W = new FusedAdamW(1e-4, 0.9, 0.999, 1e-8, 0.01);

  /** Native threads and the common pool's that took processor time, the JVM's own left out. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @EnabledOnOs(OS.LINUX)
  void noMoreThreadsWorkThanAsked(int threads) throws Exception {
    ComputationGraph stock = new ComputationGraph(AcceleratedGraphTest.residual());
    stock.init();
    ComputationGraph graph =
        Engines.named("onednn", ExecutionOptions.DEFAULT.withThreads(threads)).accelerate(stock);
    INDArray weights = Twins.random(2, 3_000_000);
    INDArray mean = weights.like();
    INDArray square = weights.like();
    Runnable work =
        () -> {
          for (int i = 1; i <= 8; i++) {
            graph.output(IMAGES);
            graph.fit(new DataSet(IMAGES, LABELS));
            ADAM_W.step(weights, weights.dup(), mean, square, i, 1);
          }
        };
    work.run();
    Map<String, Long> before = processorTicks();
    work.run();
    Map<String, Long> after = processorTicks();
    after.replaceAll((thread, ticks) -> ticks - before.getOrDefault(thread, 0L));
    after.values().removeIf(ticks -> ticks < 3);
    long helpers = after.keySet().stream().filter(thread -> thread.startsWith("Fork")).count();
    long others = after.size() - helpers;
    // Java's helpers and OpenMP's take turns: either work for the calling thread.
    assertTrue(others >= 1 && others <= threads && helpers < threads, after::toString);
    assertEquals(threads, NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads());
    graph.close();
  }

  /** Hundredths of a second of the calling thread, of native threads and of the common pool's. */
  private static Map<String, Long> processorTicks() throws IOException {
    String self = Path.of("/proc/thread-self").toRealPath().getFileName().toString();
    Map<String, Long> ticks = new HashMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      tasks.forEach(
          task -> {
            try {
              String name = Files.readString(task.resolve("comm")).strip();
              String id = task.getFileName().toString();
              if (id.equals(self) || name.equals("java") || name.startsWith("ForkJoin")) {
                String[] fields =
                    Files.readString(task.resolve("stat"))
                        .replaceFirst(".*\\) ", "")
                        .split(" ", -1);
                ticks.put(name + " " + id, Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return ticks;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void stripesCoverEverythingOnce(int threads) {
    AtomicInteger[] seen =
        Stream.generate(AtomicInteger::new).limit(10).toArray(AtomicInteger[]::new);
    Stripes.each(seen.length, threads, i -> seen[(int) i].incrementAndGet());
    for (AtomicInteger times : seen) {
      assertEquals(1, times.get());
    }
  }

  @Test
  void nothingIsDoneForNothing() {
    Stripes.each(
        0,
        3,
        i -> {
          throw new AssertionError(i);
        });
  }
}
