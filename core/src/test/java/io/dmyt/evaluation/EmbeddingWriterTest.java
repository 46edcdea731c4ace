package io.dmyt.evaluation;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
      writer.write(rows[0], "fake", "a.png");
      writer.write(rows[1], "real", "b.png");
      assertEquals(2, writer.rows());
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
      writer.write(new float[] {1.5f, -2}, "a", "0");
      writer.write(new float[] {0.25f, 4}, "a", "1");
      writer.write(new float[] {0, 1e-30f}, "a", "2");
    }
    Path expected = Path.of(getClass().getResource("/evaluation/numpy-expected.npy").toURI());
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(file));
  }

  @Test
  void index_saysWhichRowIsWhichImage() throws IOException {
    Path file = folder.resolve("e.npy");
    try (EmbeddingWriter writer = new EmbeddingWriter(file, 1)) {
      writer.write(new float[1], "fake", "plain.png");
      writer.write(new float[1], "real", "a, \"b\".png");
    }
    assertEquals(
        "row,class,file\n0,fake,plain.png\n1,real,\"a, \"\"b\"\".png\"\n",
        Files.readString(EmbeddingWriter.indexOf(file)));
  }

  @Test
  void nothingWritten_isAnEmptyMatrix_andFormerContentIsGone() throws IOException {
    Path file = folder.resolve("e.npy");
    Files.writeString(file, "x".repeat(1000));
    new EmbeddingWriter(file, 7).close();
    assertEquals(128, Files.size(file));
    assertEquals(true, Files.readString(file, StandardCharsets.ISO_8859_1).contains("(0, 7)"));
  }

  @Test
  void faults_areNamed() throws IOException {
    assertFault("*.npy, found e.bin", () -> new EmbeddingWriter(Path.of("e.bin"), 1));
    assertFault("at least 1 feature", () -> new EmbeddingWriter(folder.resolve("e.npy"), 0));
    assertFalse(Files.exists(folder.resolve("e.npy")));
    assertThrows(
        NoSuchFileException.class,
        () -> new EmbeddingWriter(folder.resolve("absent").resolve("e.npy"), 1));
    try (EmbeddingWriter writer = new EmbeddingWriter(folder.resolve("e.npy"), 2)) {
      assertFault(
          "the embedding of a.png has 3 features, expected 2",
          () -> writer.write(new float[3], "fake", "a.png"));
    }
  }
}
