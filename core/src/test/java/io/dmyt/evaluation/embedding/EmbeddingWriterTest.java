package io.dmyt.evaluation.embedding;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EmbeddingWriterTest {
  @TempDir Path folder;

  /** ND4J has a reader of its own. */
  @Test
  void matrix_isReadBackByNd4j() throws IOException {
    Path file = folder.resolve("e.npy");
    float[][] rows = {{1, -2.5f, Float.MIN_VALUE}, {0, 3, Float.MAX_VALUE}};
    try (EmbeddingWriter writer = new EmbeddingWriter(file, 3)) {
      writer.write(rows[0], "test", "fake", "a.png");
      writer.write(rows[1], "test", "real", "b.png");
      assertEquals(2, writer.rows());
      writer.commit();
    }
    INDArray read = Nd4j.createFromNpyFile(file.toFile());
    assertArrayEquals(new long[] {2, 3}, read.shape());
    assertArrayEquals(rows, read.toFloatMatrix());
  }

  /** numpy-expected.npy is what numpy.save wrote: [[1.5, -2.0], [0.25, 4.0], [0.0, 1e-30]]. */
  @Test
  void file_isByteForByteNumPys() throws Exception {
    Path file = folder.resolve("e.npy");
    try (EmbeddingWriter writer = new EmbeddingWriter(file, 2)) {
      writer.write(new float[] {1.5f, -2}, "", "a", "0");
      writer.write(new float[] {0.25f, 4}, "", "a", "1");
      writer.write(new float[] {0, 1e-30f}, "", "a", "2");
      writer.commit();
    }
    Path expected = Path.of(getClass().getResource("/evaluation/numpy-expected.npy").toURI());
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(file));
  }

  @Test
  void index_saysWhichRowIsWhichImage() throws IOException {
    Path file = folder.resolve("e.npy");
    try (EmbeddingWriter writer = new EmbeddingWriter(file, 1)) {
      writer.write(new float[1], "test", "fake", "plain.png");
      writer.write(new float[1], "", "", "a, \"b\".png");
      writer.commit();
    }
    assertEquals(
        "row,split,class,file\n0,test,fake,plain.png\n1,,,\"a, \"\"b\"\".png\"\n",
        Files.readString(EmbeddingWriter.indexOf(file)));
  }

  @Test
  void nothingWritten_isAnEmptyMatrix_andFormerContentIsGone() throws IOException {
    Path file = folder.resolve("e.npy");
    Files.writeString(file, "x".repeat(1000));
    try (EmbeddingWriter writer = new EmbeddingWriter(file, 7)) {
      writer.commit();
    }
    assertEquals(128, Files.size(file));
    assertEquals(true, Files.readString(file, StandardCharsets.ISO_8859_1).contains("(0, 7)"));
  }

  @Test
  void notCommitted_leavesWhatWasThere() throws IOException {
    Path file = folder.resolve("e.npy");
    Files.writeString(file, "before");
    try (EmbeddingWriter writer = new EmbeddingWriter(file, 1)) {
      writer.write(new float[1], "", "", "a.png");
    }
    assertEquals("before", Files.readString(file));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList());
    }
  }

  @Test
  void faults_areNamed() throws IOException {
    assertFault("*.npy, found e.bin", () -> new EmbeddingWriter(Path.of("e.bin"), 1));
    assertFault("at least 1 feature", () -> new EmbeddingWriter(folder.resolve("e.npy"), 0));
    assertFalse(Files.exists(folder.resolve("e.npy")));
    Files.writeString(folder.resolve("text"), "no folder");
    assertThrows(
        FileSystemException.class,
        () -> new EmbeddingWriter(folder.resolve("text").resolve("e.npy"), 1));
    try (EmbeddingWriter writer = new EmbeddingWriter(folder.resolve("e.npy"), 2)) {
      assertFault(
          "the embedding of a.png has 3 features, expected 2",
          () -> writer.write(new float[3], "", "fake", "a.png"));
    }
  }
}
