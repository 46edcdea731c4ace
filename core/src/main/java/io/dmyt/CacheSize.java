package io.dmyt;

import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How large a folder of things is that can be had again.
 *
 * @param parts bytes by the name of what lies in the folder; its own files under ""
 * @param writable whether something can be added
 * @param free bytes on its disk
 */
record CacheSize(Path folder, Map<String, Long> parts, boolean writable, long free) {
  private static final long LITTLE = 1L << 30;

  /** The folder need not exist: then the nearest one above it says whether it can be made. */
  static CacheSize of(Path folder) {
    Map<String, Long> parts = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .filter(Files::isRegularFile)
            .forEach(file -> parts.merge(part(folder.relativize(file)), size(file), Long::sum));
      } catch (IOException | UncheckedIOException e) {
        // What can't be listed is not counted.
      }
    }
    Path existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    long free = existing.toFile().getUsableSpace();
    return new CacheSize(
        folder, parts, Files.isDirectory(existing) && Files.isWritable(existing), free);
  }

  private static String part(Path relative) {
    return relative.getNameCount() == 1 ? "" : relative.getName(0).toString();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // It was removed meanwhile.
    }
  }

  /**
   * @param setting that names another folder
   */
  SystemReport.Entry entry(String name, String setting) {
    long all = parts.values().stream().mapToLong(Long::longValue).sum();
    String named =
        parts.entrySet().stream()
            .filter(part -> !part.getKey().isEmpty())
            .map(part -> part.getKey() + " " + MemoryLimits.megabytes(part.getValue()))
            .collect(Collectors.joining(", "));
    boolean few = parts.size() <= 4 && !named.isEmpty();
    return new SystemReport.Entry(
        name,
        Text.format("%s: %s", folder, MemoryLimits.megabytes(all))
            + (few ? " (" + named + ")" : ""),
        advice(setting));
  }

  private @Nullable String advice(String setting) {
    if (!writable) {
      return "can't be written to: name another folder with " + setting;
    }
    return free < LITTLE
        ? Text.format(
            "%s are left on its disk: make room, or name another folder with %s",
            MemoryLimits.megabytes(free), setting)
        : null;
  }
}
