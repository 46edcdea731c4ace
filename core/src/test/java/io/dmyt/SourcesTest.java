package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What holds for every source file of the three modules. */
class SourcesTest {
  private static final int LONG = 300;

  /** A line of this form says why in the file itself. */
  private static final String REASON = "// Over 300 lines: .+\\.";

  @Test
  void longFilesAloneHaveAReason() throws IOException {
    Set<String> without = new TreeSet<>();
    Set<String> needless = new TreeSet<>();
    for (Path file : Sources.all()) {
      List<String> lines = Files.readAllLines(file);
      boolean reason = lines.stream().anyMatch(line -> line.matches(REASON));
      if (reason != lines.size() > LONG) {
        (reason ? needless : without).add(Sources.name(file));
      }
    }
    assertEquals(Set.of(), without, "files over 300 lines that don't say why");
    assertEquals(Set.of(), needless, "shorter files that say why they are longer");
  }

  @Test
  void everyPackageIsNullMarked() throws IOException {
    List<Path> sources = Sources.all();
    Set<Path> packages = sources.stream().map(Path::getParent).collect(Collectors.toSet());
    assertTrue(packages.size() > 25, "packages: " + packages.size());
    for (Path folder : packages) {
      String info = Files.readString(folder.resolve("package-info.java"));
      assertTrue(info.contains("@NullMarked"), folder.toString());
    }
  }
}
