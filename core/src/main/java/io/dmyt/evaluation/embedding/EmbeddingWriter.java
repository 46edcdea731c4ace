package io.dmyt.evaluation.embedding;

import static io.dmyt.internal.Checks.require;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.CsvFile;
import io.dmyt.internal.Text;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes embeddings as they come, in constant memory: a matrix that {@code numpy.load} reads, and a
 * table that says which row is which image.
 *
 * <ul>
 *   <li>{@code NAME.npy}: format 1.0, little-endian 32-bit floats, C order, shape [rows, features]
 *   <li>{@code NAME.csv}: UTF-8, {@code row,split,class,file}, rows counted from 0
 * </ul>
 *
 * <p>Both are written beside their places and take them when {@link #commit} is called; closed
 * before, nothing is left and what was there stays. Not safe from several threads.
 */
public final class EmbeddingWriter implements Closeable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** Room for the longest shape there is; a multiple of 64, as NumPy aligns the data. */
  static final int HEADER_BYTES = 128;

  private final int features;
  private final AtomicFile.Draft matrix;
  private final CsvFile index;
  private final ByteBuffer row;
  private long rows;

  /**
   * Begins both files; makes missing folders.
   *
   * @param file the matrix's file, whose name ends in {@code .npy}; the table is beside it
   * @param features how many numbers an embedding has, at least 1
   * @throws IllegalArgumentException if the name ends otherwise
   * @throws IOException if a file cannot be written
   */
  public EmbeddingWriter(Path file, int features) throws IOException {
    require(features >= 1, "an embedding has at least 1 feature, found %d", features);
    Path table = indexOf(file);
    this.features = features;
    row =
        ByteBuffer.allocate(Math.multiplyExact(features, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    matrix = new AtomicFile.Draft(file);
    try {
      matrix.out().write(header().array());
      index = new CsvFile(table);
      index.row("row", "split", "class", "file");
    } catch (IOException | RuntimeException e) {
      matrix.close();
      throw e;
    }
  }

  /**
   * The table beside a matrix's file.
   *
   * @throws IllegalArgumentException if the file's name does not end in {@code .npy}
   */
  public static Path indexOf(Path file) {
    String name = file.getFileName().toString();
    require(name.endsWith(".npy"), "embeddings are written to a file named *.npy, found %s", file);
    return file.resolveSibling(name.substring(0, name.length() - 4) + ".csv");
  }

  /**
   * Writes one embedding.
   *
   * @param embedding [features]
   * @param split the part of the data set it is of; empty if there is none
   * @param className the class it is of; empty if it is not known
   * @param image the image it is of
   * @throws IllegalArgumentException if it has another number of features than was said
   */
  public void write(float[] embedding, String split, String className, String image)
      throws IOException {
    require(
        embedding.length == features,
        "the embedding of %s has %d features, expected %d",
        image,
        embedding.length,
        features);
    row.asFloatBuffer().put(embedding);
    matrix.out().write(row.array());
    index.row(rows, split, className, image);
    rows++;
  }

  /**
   * Writes a row of another matrix of as many features.
   *
   * @param embedding its bytes
   * @param entry what the other index says of it behind the row's number, line end included
   */
  void copy(byte[] embedding, String entry) throws IOException {
    matrix.out().write(embedding);
    index.rows(rows + "," + entry);
    rows++;
  }

  /** How many embeddings were written. */
  public long rows() {
    return rows;
  }

  /** Completes both files; they take their places. Nothing can be written any more. */
  public void commit() throws IOException {
    matrix.overwrite(0, header());
    matrix.commit();
    index.commit();
  }

  /** Leaves nothing of what was not committed. */
  @Override
  public void close() throws IOException {
    try (matrix) {
      index.close();
    }
  }

  private ByteBuffer header() {
    String text =
        Text.format(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, features);
    int length = HEADER_BYTES - MAGIC.length - Short.BYTES;
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) length);
    header.put(
        (text + " ".repeat(length - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    return header.flip();
  }
}
