package io.dmyt.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFileTest {
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"a b.mp4", "größe 顔.mp4", "100%25#1?.mp4", "no ending"})
  void aLocalFileIsItself(String name) throws IOException {
    Path file = Files.write(folder.resolve(name), BYTES);
    for (String path : new String[] {file.toString(), "file://" + file}) {
      try (LocalFile local = LocalFile.of(path, null)) {
        assertEquals(file, local.file());
      }
      assertTrue(Files.exists(file), "the user's file is removed");
    }
  }

  /** Whatever the name is: bytes that are there don't need it. */
  @ParameterizedTest
  @ValueSource(strings = {"hdfs://host/a b.mp4", "", "/", "a\0b.mp4", "a.m\0p4", "a:b", "a.x/"})
  void bytesAreCopied(String path) throws IOException {
    Path copy;
    try (LocalFile local = LocalFile.of(path, BYTES)) {
      copy = local.file();
      assertEquals(3, Files.size(copy));
      assertEquals(path.endsWith(".mp4"), copy.toString().endsWith(".mp4"), copy.toString());
    }
    assertFalse(Files.exists(copy), "the copy stays");
  }

  @Test
  void aLongEndingIsNone() throws IOException {
    try (LocalFile local = LocalFile.of("a." + "x".repeat(250), BYTES)) {
      assertTrue(Files.exists(local.file()), "there is no copy");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0b.mp4", "file:///a\0b.mp4", "a:b"})
  void whatIsNoPathIsTheFilesFault(String path) {
    LocalFile.UnreadableException e =
        assertThrows(LocalFile.UnreadableException.class, () -> LocalFile.of(path, null));
    assertTrue(e.reason().startsWith("not a path: "), e.reason());
  }
}
