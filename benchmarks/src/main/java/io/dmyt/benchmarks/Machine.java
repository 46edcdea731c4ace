package io.dmyt.benchmarks;

import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;

/**
 * What the numbers were measured on.
 *
 * @param cpu model name
 * @param cores number of processors that the JVM sees
 * @param instructions the vector instruction sets that decide which kernels run
 * @param memoryBytes physical memory, 0 if unknown
 * @param system operating system and Java
 * @param date when, in UTC
 */
record Machine(
    String cpu,
    int cores,
    List<String> instructions,
    long memoryBytes,
    String system,
    String date) {
  private static final List<String> TELLING =
      List.of(
          "avx2",
          "fma",
          "avx_vnni",
          "avx512f",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_bf16",
          "asimd",
          "bf16",
          "sve");

  /** This machine, now. */
  static Machine describe() {
    List<String> flags =
        Arrays.asList(
            (field("/proc/cpuinfo", "flags", "") + " " + field("/proc/cpuinfo", "Features", ""))
                .split("\\s+", -1));
    String memory = field("/proc/meminfo", "MemTotal", "0 kB");
    return new Machine(
        field("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        TELLING.stream().filter(flags::contains).toList(),
        kibibytes(memory),
        System.getProperty("os.name") + ", Java " + System.getProperty("java.version"),
        Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
  }

  /** The most memory that this process has had resident so far, 0 where the system won't say. */
  static long peakResidentBytes() {
    return kibibytes(field("/proc/self/status", "VmHWM", "0 kB"));
  }

  /** One line for people. */
  String line() {
    return Text.format(
        "%s, %d cores (%s), %d GB, %s, %s",
        cpu,
        cores,
        instructions.isEmpty() ? "instruction sets unknown" : String.join(" ", instructions),
        Math.round(memoryBytes / 1e9),
        system,
        date);
  }

  private static long kibibytes(String value) {
    return 1024 * Long.parseLong(value.replace("kB", "").trim());
  }

  private static String field(String file, String name, String otherwise) {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return otherwise;
    }
    try {
      return Files.readAllLines(path).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
