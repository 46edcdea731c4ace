package io.dmyt.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.datavec.api.io.labels.ParentPathLabelGenerator;
import org.datavec.api.split.CollectionInputSplit;
import org.datavec.api.split.FileSplit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir private Path root;

  @Test
  void findsImagesInSortedClassesAtAnyDepth() throws IOException {
    put("real/b.PNG", "real/a.jpg", "fake/z/deep/c.JpEg", "fake/d.jpg", "Zoo/e.jpeg");
    ImageFolder folder = ImageFolder.scan(root);
    assertEquals(List.of("Zoo", "fake", "real"), folder.classes());
    assertEquals(
        List.of("Zoo/e.jpeg", "fake/d.jpg", "fake/z/deep/c.JpEg", "real/a.jpg", "real/b.PNG"),
        relative(folder));
    assertEquals(
        List.of(0, 1, 1, 2, 2), folder.samples().stream().map(LabelledSample::label).toList());
    assertEquals(Map.of("Zoo", 1, "fake", 2, "real", 2), folder.counts());
    assertEquals(folder.classes(), List.copyOf(folder.counts().keySet()));
    assertEquals(5, folder.size());
  }

  /** Validation's order: a run that goes on has the one that it began with. */
  @Test
  void theSeedAloneDecidesTheOrder() throws IOException {
    String[] files = new String[40];
    for (int i = 0; i < files.length; i++) {
      files[i] = (i < 20 ? "fake/" : "real/") + i + ".jpg";
    }
    put(files);
    List<LabelledSample> order = ImageFolder.scan(root).shuffled(7);
    assertEquals(ids(order), ids(ImageFolder.scan(root).shuffled(7)));
    assertNotEquals(ids(order), ids(ImageFolder.scan(root).shuffled(8)));
    assertEquals(ids(ImageFolder.scan(root).samples()), ids(order).stream().sorted().toList());
    for (int batch = 0; batch < files.length; batch += 10) {
      assertEquals(
          2,
          order.subList(batch, batch + 10).stream().map(LabelledSample::label).distinct().count(),
          "both classes in every batch");
    }
  }

  private static List<String> ids(List<LabelledSample> samples) {
    return samples.stream().map(s -> s.sample().id().toString()).toList();
  }

  @Test
  void passesOverHiddenAndOtherFiles() throws IOException {
    put("a/x.jpg", "a/.hidden.jpg", "a/.cache/y.jpg", "a/notes.txt", "a/jpg", ".git/z.jpg");
    put("stray.jpg");
    Files.createDirectories(root.resolve("a/folder.jpg"));
    assertEquals(List.of("a/x.jpg"), relative(ImageFolder.scan(root)));
  }

  @Test
  void findsEveryFormatAndCountsTheRest() throws IOException {
    put("a/1.webp", "a/2.BMP", "a/3.tif", "a/4.tiff", "a/5.jfif", "a/6.jpe", "a/7.gif", "a/8.png");
    put("a/.hidden.jpg", "a/.cache/y.jpg", "a/notes.txt", "a/more.TXT", "a/jpg", "b/x.jpg");
    Files.createSymbolicLink(root.resolve("a/gone.jpg"), root.resolve("nowhere.jpg"));
    Files.createSymbolicLink(root.resolve("lost"), root.resolve("nowhere"));
    ImageFolder folder = ImageFolder.scan(root);
    assertEquals(Map.of("a", 8, "b", 1), folder.counts());
    assertEquals(
        "1 without ending, 2 .txt, 2 hidden, 2 dangling links (%s, %s)"
            .formatted(root.resolve("lost"), root.resolve("a/gone.jpg")),
        folder.leftOut().toString());
    assertEquals("", LeftOut.NOTHING.toString());
  }

  @Test
  void linkLoopsAreSaidInPlainWords() throws IOException {
    put("a/x.jpg");
    Files.createSymbolicLink(root.resolve("a/again"), root.resolve("a"));
    assertMessage(
        root.resolve("a/again") + " is a link back to a folder that it lies in: remove it",
        () -> ImageFolder.scan(root));
  }

  @Test
  void followsSymbolicLinks(@TempDir Path elsewhere) throws IOException {
    Files.write(elsewhere.resolve("far.jpg"), new byte[3]);
    put("a/near.jpg");
    Files.createSymbolicLink(root.resolve("b"), elsewhere);
    Files.createSymbolicLink(root.resolve("a/more"), elsewhere);
    assertEquals(
        List.of("a/more/far.jpg", "a/near.jpg", "b/far.jpg"), relative(ImageFolder.scan(root)));
  }

  @Test
  void absentFolderIsNamed() {
    assertMessage(
        root.resolve("none") + " is not a folder", () -> ImageFolder.scan(root.resolve("none")));
  }

  @Test
  void folderWithoutClassesIsRefused() throws IOException {
    put("a.jpg");
    assertMessage(root + " has no class folders", () -> ImageFolder.scan(root));
  }

  @Test
  void emptyClassIsNamed() throws IOException {
    put("full/a.jpg", "void/readme.txt");
    assertMessage("Class void is empty", () -> ImageFolder.scan(root));
  }

  @Test
  void fingerprintIsTheDocumentedDigest() throws Exception {
    put("a/x.jpg", "b/c/y.png");
    String expected = "a/x.jpg\0" + "7\n" + "b/c/y.png\0" + "9\n";
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(expected.getBytes(StandardCharsets.UTF_8));
    assertEquals(HexFormat.of().formatHex(digest), ImageFolder.scan(root).fingerprint());
  }

  @Test
  void fingerprintChangesWithNamesAndSizes(@TempDir Path copy) throws IOException {
    put("a/x.jpg");
    String before = ImageFolder.scan(root).fingerprint();
    Files.createDirectories(copy.resolve("a"));
    Files.copy(root.resolve("a/x.jpg"), copy.resolve("a/x.jpg"));
    assertEquals(before, ImageFolder.scan(copy).fingerprint(), "the place doesn't matter");
    Files.write(root.resolve("a/x.jpg"), new byte[100]);
    String longer = ImageFolder.scan(root).fingerprint();
    put("a/y.jpg");
    assertNotEquals(before, longer);
    assertNotEquals(longer, ImageFolder.scan(root).fingerprint());
  }

  @Test
  void labelsFollowAModelsClasses() throws IOException {
    put("a/1.jpg", "b/2.jpg", "c/3.jpg");
    ImageFolder folder = ImageFolder.scan(root);
    ImageFolder other = folder.withClasses(List.of("c", "a", "b"));
    assertEquals(List.of("c", "a", "b"), other.classes());
    assertEquals(List.of("c/3.jpg", "a/1.jpg", "b/2.jpg"), relative(other));
    assertEquals(List.of(0, 1, 2), other.samples().stream().map(LabelledSample::label).toList());
    assertEquals(folder.fingerprint(), other.fingerprint());
  }

  @Test
  void otherClassesThanTheModelsAreNamed() throws IOException {
    put("a/1.jpg", "b/2.jpg");
    ImageFolder folder = ImageFolder.scan(root);
    assertMessage(
        "The classes of the model and %s differ: only the model has c; only %s has b"
            .formatted(root, root),
        () -> folder.withClasses(List.of("a", "c")));
  }

  @Test
  void takesDataVecsSplitsAndLabels() throws IOException {
    put("x/b/1.jpg", "x/a/2.jpg", "a/3.jpg");
    FileSplit split = new FileSplit(root.toFile(), new String[] {"jpg"});
    ImageFolder byParent = ImageFolder.of(split, new ParentPathLabelGenerator());
    assertEquals(List.of("a", "b"), byParent.classes());
    assertEquals(List.of("a/3.jpg", "x/a/2.jpg", "x/b/1.jpg"), relative(byParent));
    ImageFolder byClassFolder = ImageFolder.of(split, new ClassFolderLabelGenerator(root));
    assertEquals(ImageFolder.scan(root).samples().size(), byClassFolder.size());
    assertEquals(List.of("a", "x"), byClassFolder.classes());
    assertEquals(
        ImageFolder.scan(root).samples().stream().map(LabelledSample::label).toList(),
        byClassFolder.samples().stream().map(LabelledSample::label).toList());
    assertMessage(
        "has no files",
        () ->
            ImageFolder.of(
                new CollectionInputSplit(List.<URI>of()), new ParentPathLabelGenerator()));
  }

  @Test
  void classFolderLabelNeedsAClassFolder() throws IOException {
    put("stray.jpg");
    ClassFolderLabelGenerator labels = new ClassFolderLabelGenerator(root);
    assertTrue(labels.inferLabelClasses());
    assertMessage(
        "is not in a class folder",
        () -> labels.getLabelForPath(root.resolve("stray.jpg").toString()));
    assertMessage("is not in a class folder", () -> labels.getLabelForPath("/elsewhere/a/b.jpg"));
  }

  /** The n-th byte count is the name's length, so that sizes differ. */
  private void put(String... files) throws IOException {
    for (String file : files) {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.write(path, new byte[file.length()]);
    }
  }

  private List<String> relative(ImageFolder folder) {
    return folder.samples().stream().map(f -> f.sample().id().below(root)).toList();
  }

  static void assertMessage(String part, org.junit.jupiter.api.function.Executable action) {
    ImageDataException e = assertThrows(ImageDataException.class, action);
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
