package io.dmyt.engine.onednn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What processor this is. */
final class Processor {
  /** Its model as Linux names it, elsewhere its architecture; without tabs and semicolons. */
  static final String NAME = name(Path.of("/proc/cpuinfo"));

  private Processor() {}

  private static String name(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      String name =
          List.of("model name", "cpu family", "model").stream()
              .flatMap(
                  field ->
                      lines.stream()
                          .filter(line -> line.split(":", 2)[0].strip().equals(field))
                          .map(line -> line.substring(line.indexOf(':') + 1).strip())
                          .limit(1))
              .collect(Collectors.joining(" "));
      if (!name.isEmpty()) {
        return name.replaceAll("[;\\s]+", " ");
      }
    } catch (IOException e) {
      // Linux alone has that file.
    }
    return System.getProperty("os.arch");
  }
}
