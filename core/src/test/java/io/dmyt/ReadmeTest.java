package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.loss.Dummies;
import io.dmyt.loss.DummyLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows works, and is what the README shows. */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Path SAMPLE =
      Path.of("src", "it", "library", "src", "main", "java", "sample", "Library.java");

  @TempDir Path folder;

  /** Maven's invoker compiles and runs the sample project, whatever its lines' breaks. */
  @Test
  void showsWhatTheSampleProjectRuns() throws IOException {
    String sample = withoutSpaces(Files.readString(SAMPLE));
    Matcher java =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    int shown = 0;
    while (java.find()) {
      assertTrue(sample.contains(withoutSpaces(java.group(1))), "not run: " + java.group(1));
      shown++;
    }
    assertTrue(shown >= 3, "the README shows " + shown);
  }

  /** The same for what core's README shows of Spark, which runs on a cluster. */
  @Test
  void showsWhatTheSampleRunsOnSpark() throws IOException {
    Path source = Path.of("src", "it", "spark", "src", "main", "java", "sample", "OnSpark.java");
    String section = Files.readString(Path.of("README.md"));
    section = section.substring(section.indexOf("## On a Spark cluster"));
    Matcher java = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(section);
    assertTrue(java.find());
    String sample = withoutSpaces(Files.readString(source));
    for (String statements : java.group(1).split("\\n\\n", -1)) {
      assertTrue(sample.contains(withoutSpaces(statements)), "not run: " + statements);
    }
  }

  private static String withoutSpaces(String code) {
    return code.replaceAll("\\s+", "");
  }

  @Test
  void showsALayoutThatReads() throws IOException {
    Matcher json =
        Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    assertTrue(json.find());
    Path file = Files.writeString(folder.resolve("dummies.json"), json.group(1));
    List<String> classes = List.of("Deepfakes", "FaceSwap", "original");
    Dummies dummies = Dummies.of(classes, DummyLayout.read(file), 512);
    assertEquals(384, dummies.ones(1).from());
    assertEquals(2, dummies.realIndex());
  }
}
