package io.dmyt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The source files of the three modules, without their tests. */
final class Sources {
  private Sources() {}

  static List<Path> all() throws IOException {
    try (Stream<Path> modules =
        Stream.of("core", "cli", "benchmarks").map(Path.of("..")::resolve)) {
      return modules
          .flatMap(module -> below(module.resolve(Path.of("src", "main", "java"))))
          .filter(file -> file.toString().endsWith(".java"))
          .toList();
    }
  }

  private static Stream<Path> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String name(Path file) {
    return String.valueOf(file.getFileName()).replace(".java", "");
  }
}
