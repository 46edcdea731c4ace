package io.dmyt.benchmarks;

import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Milliseconds on one core from a JPEG of 640 × 427 to a normalised [3, size, size], by our decoder
 * and by PIL with NumPy. PIL needs {@code python3-pil}; its time includes one line through a pipe.
 *
 * <pre>benchmarks/run jmh LoaderBenchmark</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LoaderBenchmark {

  /** Who decodes. */
  public enum Loader {
    OURS,
    PIL
  }

  /** Who decodes. */
  @Param({"OURS", "PIL"})
  public Loader loader;

  /** Height and width of the result. */
  @Param("299")
  public int size;

  private Path file;
  private @Nullable ImageDecoder decoder;
  private @Nullable LineProcess pil;

  /** Draws the image and opens the loader. */
  @Setup
  public void open() throws IOException, LineProcess.Unavailable {
    file = Files.createTempFile("loader-", ".jpg");
    ImageIO.write(Photograph.draw(640, 427, 1), "jpg", file.toFile());
    switch (loader) {
      case OURS -> decoder = new ImageDecoder(Preprocessing.imageNet(size));
      case PIL ->
          pil =
              new LineProcess(
                  "PIL",
                  List.of(
                      Python.with("PIL"),
                      Python.script("pil_peer.py").toString(),
                      file.toString(),
                      Integer.toString(size)),
                  Map.of("OMP_NUM_THREADS", "1"));
    }
  }

  /** Ends the loader and deletes the image. */
  @TearDown
  public void close() throws IOException {
    if (decoder != null) {
      decoder.close();
    }
    if (pil != null) {
      pil.close();
    }
    Files.deleteIfExists(file);
  }

  /** One image. */
  @Benchmark
  public Object load() throws IOException {
    return loader == Loader.OURS
        ? Objects.requireNonNull(decoder).decode(file)
        : Objects.requireNonNull(pil).ask("step");
  }
}
