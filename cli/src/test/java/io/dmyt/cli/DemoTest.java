package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a newcomer runs it: it trains a detector, which takes about a minute. */
@Tag("slow")
class DemoTest {
  private static final Path FACE_MODEL = Path.of("../core/src/test/resources/faces/yunet.onnx");

  @TempDir Path folder;

  @Test
  void tellsTheSwappedFaceFromTheRealOneAndWritesWhatItNames() throws IOException {
    Cli.Result result = Cli.run("demo", "--video", "-o", folder, "--face-model", FACE_MODEL);
    assertEquals(0, result.code(), result.all());
    assertVerdict(result, "real", "real.mp4");
    assertVerdict(result, "FAKE", "swapped.mp4");
    assertTrue(result.err().contains("2 videos: 1 fake, 1 real, 0 without"), result.err());

    TreeSet<String> named = new TreeSet<>();
    Pattern.compile(Pattern.quote(folder + "/") + "[\\w./-]*\\w")
        .matcher(result.all())
        .results()
        .forEach(found -> named.add(folder.relativize(Path.of(found.group())).toString()));
    for (String name : named) {
      assertTrue(Files.exists(folder.resolve(name)), name + " is named: " + result.all());
    }
    assertTrue(named.contains("detector.zip"), named::toString);
    assertTrue(named.contains("report.html"), named::toString);
    assertTrue(named.contains("videos.html"), named::toString);
    for (String clip : new String[] {"real", "swapped"}) {
      String annotated = "annotated/" + clip + ".annotated.mp4";
      assertTrue(named.contains(annotated), named::toString);
      assertEquals(
          frames(folder.resolve("clips/" + clip + ".mp4")), frames(folder.resolve(annotated)));
    }
  }

  /** The line of the whole video, which ends in its name. */
  private static void assertVerdict(Cli.Result result, String verdict, String clip) {
    assertTrue(
        result
            .out()
            .lines()
            .anyMatch(l -> l.contains(" " + verdict + " ") && l.matches(".* all .*" + clip)),
        result.all());
  }

  private static long frames(Path video) throws IOException {
    try (VideoReader reader = VideoReader.open(video, FrameSelection.all())) {
      return reader.info().frames();
    }
  }
}
