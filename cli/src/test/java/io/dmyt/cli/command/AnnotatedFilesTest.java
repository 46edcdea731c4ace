package io.dmyt.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.cli.option.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No annotated video takes the place of another or of an input. */
class AnnotatedFilesTest {
  @TempDir Path folder;

  @Test
  void oneVideoGoesToTheFile() throws IOException {
    Path video = file("clip.mp4");
    Path target = folder.resolve("boxes.webm");
    assertEquals(Map.of(video, target), named(List.of(video), target));
    assertEquals(Map.of(), AnnotatedFiles.of(List.of(video), null).byVideo());
  }

  @Test
  void severalVideosGoToTheFolderUnderNamesOfTheirOwn() throws IOException {
    Path first = file("a/clip.mp4");
    Path sameName = file("b/CLIP.mp4");
    Path otherEnding = file("a/clip.avi");
    Path other = file("a/two.dots.mkv");
    Path shown = folder.resolve("shown");
    assertEquals(
        Map.of(
            first, shown.resolve("clip.annotated.mp4"),
            sameName, shown.resolve("CLIP-2.annotated.mp4"),
            otherEnding, shown.resolve("clip-3.annotated.mp4"),
            other, shown.resolve("two.dots.annotated.mp4")),
        named(List.of(first, sameName, otherEnding, other), shown));
  }

  @Test
  void anInputStaysWhereTheFolderIsItsOwn() throws IOException {
    Path clip = file("clip.mp4");
    Path annotatedBefore = file("clip.annotated.mp4");
    assertEquals(
        Map.of(
            clip, folder.resolve("clip-2.annotated.mp4"),
            annotatedBefore, folder.resolve("clip.annotated.annotated.mp4")),
        named(List.of(clip, annotatedBefore), folder));
    // What isn't an input this time is an older result, which a new one replaces.
    assertEquals(Map.of(clip, annotatedBefore), named(List.of(clip), folder));
  }

  @Test
  void refusesTheVideoItselfAndOneFileForSeveral() throws IOException {
    Path clip = file("clip.mp4");
    Path link = Files.createSymbolicLink(folder.resolve("link.mp4"), clip);
    for (Path target : List.of(clip, link)) {
      assertRefused(target + " is the video itself: name another file", List.of(clip), target);
    }
    Path other = file("other.mp4");
    Path taken = file("taken.mp4");
    assertRefused(
        taken + " is a file: for several videos name a folder", List.of(clip, other), taken);
    assertRefused("expected a name that ends in .mp4", List.of(clip), folder.resolve("a.gif"));
  }

  private static void assertRefused(String message, List<Path> videos, Path target) {
    UsageException refused =
        assertThrows(UsageException.class, () -> AnnotatedFiles.of(videos, target));
    assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
  }

  private static Map<Path, Path> named(List<Path> videos, Path target) throws IOException {
    return AnnotatedFiles.of(videos, target).byVideo();
  }

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }
}
