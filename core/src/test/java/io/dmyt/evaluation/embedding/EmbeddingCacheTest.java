package io.dmyt.evaluation.embedding;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.EncodedImage;
import io.dmyt.data.RgbImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
  private static final int ENTRY = 32 + 2 * 4 + 4;

  @TempDir Path folder;

  private EmbeddingCache open(String name, long maxBytes) throws IOException {
    return EmbeddingCache.open(folder.resolve("cache"), name, 2, maxBytes);
  }

  private EmbeddingCache open() throws IOException {
    return open("net", 10_000);
  }

  private Path file(String name) {
    return folder.resolve("cache").resolve(name + ".embeddings");
  }

  private static EncodedImage encoded(String content) {
    return new EncodedImage(content.getBytes(StandardCharsets.UTF_8));
  }

  private EmbeddingCache.Key key(String content) {
    return EmbeddingCache.keyOf(encoded(content), "");
  }

  @Test
  void whatWasPut_isThereTheNextTime() throws IOException {
    try (EmbeddingCache cache = open()) {
      assertTrue(cache.get(key("a")).isEmpty());
      cache.put(key("a"), new float[] {1.5f, -2});
      cache.put(key("b"), new float[] {0, Float.MIN_VALUE});
      assertArrayEquals(new float[] {1.5f, -2}, cache.get(key("a")).orElseThrow());
    }
    try (EmbeddingCache cache = open()) {
      assertEquals(2, cache.size());
      assertArrayEquals(new float[] {0, Float.MIN_VALUE}, cache.get(key("b")).orElseThrow());
      assertArrayEquals(new float[] {1.5f, -2}, cache.get(key("a")).orElseThrow());
    }
  }

  @Test
  void keys_areOfContentAndEdit() {
    assertEquals(EmbeddingCache.keyOf(encoded("x"), ""), EmbeddingCache.keyOf(encoded("x"), ""));
    assertNotEquals(
        EmbeddingCache.keyOf(encoded("x"), ""), EmbeddingCache.keyOf(encoded("x"), "blurred"));
    RgbImage wide = new RgbImage(2, 1, new byte[6]);
    assertEquals(
        EmbeddingCache.keyOf(wide, ""), EmbeddingCache.keyOf(new RgbImage(2, 1, new byte[6]), ""));
    assertNotEquals(
        EmbeddingCache.keyOf(wide, ""), EmbeddingCache.keyOf(new RgbImage(1, 2, new byte[6]), ""));
  }

  @Test
  void damagedAndTornEntries_countAsMissing() throws IOException {
    try (EmbeddingCache cache = open()) {
      cache.put(key("a"), new float[] {1, 2});
      cache.put(key("b"), new float[] {3, 4});
      cache.put(key("c"), new float[] {5, 6});
    }
    try (RandomAccessFile raw = new RandomAccessFile(file("net").toFile(), "rw")) {
      raw.seek(ENTRY + 33);
      raw.write(0x55);
      raw.setLength(3 * ENTRY - 1);
    }
    try (EmbeddingCache cache = open()) {
      assertTrue(cache.get(key("a")).isPresent());
      assertTrue(cache.get(key("b")).isEmpty());
      assertTrue(cache.get(key("c")).isEmpty());
      cache.put(key("c"), new float[] {7, 8});
      assertArrayEquals(new float[] {7, 8}, cache.get(key("c")).orElseThrow());
    }
  }

  @Test
  void folder_keepsBelowItsLimit_theLongestUnusedGoesFirst() throws IOException {
    for (String name : new String[] {"old", "new"}) {
      try (EmbeddingCache cache = open(name, 10_000)) {
        cache.put(key("a"), new float[] {1, 2});
        cache.put(key("b"), new float[] {1, 2});
      }
    }
    Files.setLastModifiedTime(file("old"), FileTime.from(Instant.now().minusSeconds(1000)));
    try (EmbeddingCache cache = open("net", 3 * ENTRY)) {
      assertFalse(Files.exists(file("old")));
      assertTrue(Files.exists(file("new")));
      for (String image : new String[] {"a", "b", "c", "d"}) {
        cache.put(key(image), new float[] {1, 2});
      }
      assertEquals(3, cache.size());
    }
  }

  @Test
  void openTwice_theSecondOnlyReads() throws IOException {
    try (EmbeddingCache first = open()) {
      first.put(key("a"), new float[] {1, 2});
      try (EmbeddingCache second = open()) {
        second.put(key("b"), new float[] {1, 2});
        assertTrue(second.get(key("a")).isPresent());
        assertTrue(second.get(key("b")).isEmpty());
      }
    }
  }

  @Test
  void anotherSize_isRefused() throws IOException {
    try (EmbeddingCache cache = open()) {
      EmbeddingCache.Key key = key("a");
      assertFault("3 features, the cache holds some of 2", () -> cache.put(key, new float[3]));
    }
  }
}
