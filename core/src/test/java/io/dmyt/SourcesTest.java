package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What holds for every source file of the three modules. */
class SourcesTest {
  private static final int LONG = 300;

  /** Longer than {@link #LONG} lines, and why. */
  private static final Map<String, String> LONGER =
      Map.of(
          "AcceleratedGraph", "overrides methods of DL4J's that have up to ten parameters",
          "Backbone", "a network's front door, half of it javadoc",
          "Detector", "the library's front door, half of it javadoc",
          "EmbeddingSvm", "decision values and their gradients, over one kernel",
          "ModelFile", "one kind of file, half of it javadoc",
          "Operation", "a list: one record for each operation, half of it javadoc",
          "NetworkBuilder", "a method for each kind of layer",
          "Networks", "libtorch's networks, layer by layer");

  @Test
  void longFilesHaveAReason() throws IOException {
    Set<String> found = new TreeSet<>();
    for (Path file : Sources.all()) {
      if (Files.readAllLines(file).size() > LONG && !LONGER.containsKey(Sources.name(file))) {
        found.add(Sources.name(file));
      }
    }
    assertEquals(Set.of(), found);
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
