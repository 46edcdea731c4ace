package io.dmyt.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void takesTheOldFilesPlace() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    AtomicFile.write(file, "new");
    assertEquals("new", Files.readString(file));
    assertEquals(1, files());
  }

  @Test
  void failingContentLeavesTheOldFile() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("enough");
                    }));
    assertEquals("enough", thrown.getMessage());
    assertEquals("old", Files.readString(file));
    assertEquals(1, files());
  }

  /** Linux has a file on a disk that is always full: the part is made to be that one. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsSaidWithTheFileAndLeavesTheOldOne() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    Files.createSymbolicLink(folder.resolve("part"), Path.of("/dev/full"));
    IOException thrown;
    try (AtomicFile.Draft draft = new AtomicFile.Draft(file, "part")) {
      thrown = assertThrows(IOException.class, () -> draft.out().write(new byte[100_000]));
    }
    assertTrue(thrown.getMessage().startsWith(file + ": "), thrown.getMessage());
    assertEquals("old", Files.readString(file));
    assertEquals(1, files());
  }

  @Test
  void bytesMayBeReplacedBeforeItIsCommitted() throws IOException {
    Path file = folder.resolve("new/a");
    try (AtomicFile.Draft draft = new AtomicFile.Draft(file)) {
      draft.out().write("head".getBytes(StandardCharsets.US_ASCII));
      draft.channel().write(ByteBuffer.wrap("body".getBytes(StandardCharsets.US_ASCII)));
      draft.overwrite(0, ByteBuffer.wrap("HE".getBytes(StandardCharsets.US_ASCII)));
      assertTrue(Files.notExists(file));
      draft.commit();
    }
    assertEquals("HEadbody", Files.readString(file));
  }

  @Test
  void twoWritersOfOneFileDoNotMix() throws IOException {
    Path file = folder.resolve("a");
    try (AtomicFile.Draft first = new AtomicFile.Draft(file);
        AtomicFile.Draft second = new AtomicFile.Draft(file)) {
      first.out().write('1');
      second.out().write('2');
      first.commit();
      assertEquals("1", Files.readString(file));
      second.commit();
    }
    assertEquals("2", Files.readString(file));
    assertEquals(1, files());
  }

  @Test
  void aFolderInTheFilesPlaceIsNamedAndStays() throws IOException {
    Path target = Files.createDirectory(folder.resolve("a"));
    for (int files = 0; files < 2; files++) {
      FileAlreadyExistsException thrown =
          assertThrows(FileAlreadyExistsException.class, () -> AtomicFile.write(target, "new"));
      assertEquals(target.toString(), thrown.getFile());
      assertTrue(Files.isDirectory(target));
      assertEquals(1, files());
      Files.writeString(target.resolve("kept"), "kept");
    }
  }

  @Test
  void aFileInTheFoldersPlaceIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    FileAlreadyExistsException thrown =
        assertThrows(
            FileAlreadyExistsException.class, () -> AtomicFile.write(file.resolve("b"), "new"));
    assertEquals(file.toString(), thrown.getFile());
    assertEquals("old", Files.readString(file));
  }

  @Test
  void aFileSetAsideKeepsItsNameUntilItIsReplaced() throws IOException {
    Path file = folder.resolve("a.zip");
    assertNull(FileLinks.linkAside(file));
    AtomicFile.write(file, "first");
    assertEquals(folder.resolve("a.1.zip"), FileLinks.linkAside(file));
    assertEquals("first", Files.readString(file));
    AtomicFile.write(file, "second");
    assertEquals("first", Files.readString(folder.resolve("a.1.zip")));
    assertEquals("second", Files.readString(file));
    assertEquals(folder.resolve("a.2.zip"), FileLinks.linkAside(file));
  }

  /** As a JSON generator does, which closes what it writes to. */
  @Test
  void contentMayCloseItsStream() throws IOException {
    Path file = folder.resolve("closed.json");
    AtomicFile.write(
        file,
        out -> {
          out.write('x');
          out.close();
        });
    assertEquals("x", Files.readString(file));
  }
}
