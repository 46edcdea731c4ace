package io.dmyt.data;

import static io.dmyt.data.ImageFolderTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFoldersTest {
  @TempDir private Path root;

  @ParameterizedTest
  @ValueSource(strings = {"valid", "val", "validation"})
  void scansTheSplitsThatAreNeeded(String valid) throws IOException {
    put("train/a/1.jpg", "train/b/2.jpg", valid + "/a/3.jpg", valid + "/b/4.jpg", "test/c/5.jpg");
    ImageFolders data = ImageFolders.scan(root, Split.TRAIN, Split.VALID);
    assertEquals(root, data.root());
    assertEquals(List.of("a", "b"), data.classes());
    assertEquals(Set.of(Split.TRAIN, Split.VALID), data.splits().keySet());
    assertEquals(root.resolve(valid).toString(), data.get(Split.VALID).name());
    assertThrows(IllegalArgumentException.class, () -> data.get(Split.TEST));
  }

  @Test
  void absentDataSetIsNamed() {
    assertMessage(
        root.resolve("x") + " is not a folder: a data set is a folder that holds",
        () -> ImageFolders.scan(root.resolve("x"), Split.TEST));
  }

  @Test
  void missingSplitIsNamedWithWhatIsThere() throws IOException {
    put("train/a/1.jpg", "evaluation/a/2.jpg");
    assertMessage(
        "Split valid is missing: expected the folder %s with a folder per class in it; %s has evaluation, train"
            .formatted(root.resolve("valid"), root),
        () -> ImageFolders.scan(root, Split.TRAIN, Split.VALID));
  }

  @Test
  void splitThatIsThereTwiceIsRefused() throws IOException {
    put("val/a/1.jpg", "valid/a/2.jpg");
    assertMessage("Split valid is there twice", () -> ImageFolders.scan(root, Split.VALID));
  }

  @Test
  void classOfOneSplitOnlyIsNamed() throws IOException {
    put("train/a/1.jpg", "train/b/2.jpg", "test/a/3.jpg", "test/c/4.jpg");
    assertMessage(
        "only %s has b; only %s has c".formatted(root.resolve("train"), root.resolve("test")),
        () -> ImageFolders.scan(root, Split.TRAIN, Split.TEST));
  }

  @Test
  void emptyClassIsNamedWithItsFolder() throws IOException {
    put("train/a/1.jpg", "train/b/2.txt");
    assertMessage(
        "Class b is empty: no image ("
            + ImageSearch.endings()
            + ") below "
            + root.resolve("train/b"),
        () -> ImageFolders.scan(root, Split.TRAIN));
  }

  @Test
  void someSplitMustBeNeeded() {
    assertThrows(IllegalArgumentException.class, () -> ImageFolders.scan(root));
  }

  private void put(String... files) throws IOException {
    for (String file : files) {
      Files.createDirectories(root.resolve(file).getParent());
      Files.write(root.resolve(file), new byte[1]);
    }
  }
}
