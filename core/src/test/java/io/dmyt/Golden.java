package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The reference values: where they are, how to read them, how to compare with them.
 *
 * <p>The folder is the one that the system property {@code dmyt.golden} names, or else the copy
 * among the test resources. Tests list what they find there and run all of it.
 */
public final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  /** The folder of reference values. */
  public static Path root() {
    String property = System.getProperty("dmyt.golden");
    if (property != null && !property.isBlank()) {
      // Surefire runs in the module's folder; a relative path is meant from where mvn was called.
      Path given = Path.of(property);
      for (Path base : List.of(Path.of(""), Path.of(".."))) {
        if (Files.isDirectory(base.resolve(given))) {
          return base.resolve(given).toAbsolutePath().normalize();
        }
      }
      throw new IllegalArgumentException("dmyt.golden is no folder: " + property);
    }
    try {
      return Path.of(Golden.class.getResource("/golden").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The file or folder at {@code path} below the root; it may be absent. */
  public static Path path(String path) {
    return root().resolve(path);
  }

  /** The files of a folder below the root whose names end so, sorted; empty if it is absent. */
  public static List<Path> list(String folder, String ending) {
    Path dir = path(folder);
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(f -> f.getFileName().toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  public static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  public static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  /** u in [0, 1): the pseudo-random value at index i of the tensor of that name. */
  public static double u(String name, long i) {
    return u(fnv1a64(name), i);
  }

  private static double u(long hash, long i) {
    return (splitmix64(hash + i) >>> 40) / (double) (1 << 24);
  }

  /** The value that the tensor of that name and shape (PyTorch's, row-major) has at index i. */
  public static float weight(String name, long[] shape, long i) {
    return weight(name, fnv1a64(name), shape, i);
  }

  private static float weight(String name, long hash, long[] shape, long i) {
    double v = 2 * u(hash, i) - 1;
    if (name.endsWith("running_var")) {
      return (float) (1 + 0.5 * v);
    }
    if (name.endsWith("running_mean") || name.endsWith("bias")) {
      return (float) (0.1 * v);
    }
    if (shape.length == 1 || (name.endsWith("gain") && shape.length > 1)) {
      return (float) (1 + 0.2 * v);
    }
    long fanIn = 1;
    for (int d = 1; d < shape.length; d++) {
      fanIn *= shape[d];
    }
    return (float) (v * Math.sqrt(6.0 / fanIn));
  }

  /** All values of a tensor, row-major in PyTorch's shape. */
  public static float[] weights(String name, long... shape) {
    long length = 1;
    for (long d : shape) {
      length *= d;
    }
    float[] values = new float[Math.toIntExact(length)];
    long hash = fnv1a64(name);
    for (int i = 0; i < values.length; i++) {
      values[i] = weight(name, hash, shape, i);
    }
    return values;
  }

  /** Images in [-1, 1), row-major over [N, 3, H, W]; name is "input" or "train-input". */
  public static float[] images(String name, int batch, int size) {
    float[] values = new float[batch * 3 * size * size];
    long hash = fnv1a64(name);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * u(hash, i) - 1);
    }
    return values;
  }

  /** Fails unless ‖actual − expected‖₂ ≤ tolerance · ‖expected‖₂; NaN fails. */
  public static void assertClose(
      double[] expected, double[] actual, double tolerance, String what) {
    assertEquals(expected.length, actual.length, what + ": length");
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    double error = Math.sqrt(difference);
    double limit = tolerance * Math.sqrt(norm);
    if (!(error <= limit)) {
      fail(what + ": differs by " + error + ", allowed " + limit);
    }
  }

  /** Fails unless |actual − expected| ≤ tolerance · max(|expected|, floor); NaN fails. */
  public static void assertClose(
      double expected, double actual, double tolerance, double floor, String what) {
    double limit = tolerance * Math.max(Math.abs(expected), floor);
    if (!(Math.abs(actual - expected) <= limit)) {
      fail(what + ": expected " + expected + ", was " + actual + ", allowed " + limit);
    }
  }

  static long fnv1a64(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
    }
    return hash;
  }

  static long splitmix64(long x) {
    x += 0x9E3779B97F4A7C15L;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
