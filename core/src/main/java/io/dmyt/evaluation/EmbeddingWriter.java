package io.dmyt.evaluation;

import static io.dmyt.evaluation.Checks.require;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes embeddings as they come, in constant memory: a matrix that {@code numpy.load} reads, and a
 * table that says which row is which image.
 *
 * <ul>
 *   <li>{@code NAME.npy}: format 1.0, little-endian 32-bit floats, C order, shape [rows, features]
 *   <li>{@code NAME.csv}: UTF-8, {@code row,class,file}, rows counted from 0
 * </ul>
 *
 * <p>The matrix's header, which holds the number of rows, is written at the end: a file that was
 * not closed says that it has none. Not safe from several threads.
 */
public final class EmbeddingWriter implements Closeable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** Room for the longest shape there is; a multiple of 64, as NumPy aligns the data. */
  private static final int HEADER_BYTES = 128;

  private final int features;
  private final FileChannel matrix;
  private final BufferedWriter index;
  private final ByteBuffer row;
  private long rows;

  /**
   * Begins both files; what is there under these names is replaced.
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
    matrix =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      writeAll(header());
      index = Files.newBufferedWriter(table, StandardCharsets.UTF_8);
      index.write("row,class,file\n");
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
   * @param className the class it is of
   * @param file the image it is of
   * @throws IllegalArgumentException if it has another number of features than was said
   */
  public void write(float[] embedding, String className, String file) throws IOException {
    require(
        embedding.length == features,
        "the embedding of %s has %d features, expected %d",
        file,
        embedding.length,
        features);
    row.clear();
    row.asFloatBuffer().put(embedding);
    writeAll(row);
    index.write(rows + "," + Csv.field(className) + "," + Csv.field(file) + "\n");
    rows++;
  }

  /** How many embeddings were written. */
  public long rows() {
    return rows;
  }

  @Override
  public void close() throws IOException {
    try (matrix;
        index) {
      if (matrix.isOpen()) {
        matrix.position(0);
        writeAll(header());
      }
    }
  }

  private ByteBuffer header() {
    String text =
        String.format(
            "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, features);
    int length = HEADER_BYTES - MAGIC.length - Short.BYTES;
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) length);
    header.put(
        (text + " ".repeat(length - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    return header.flip();
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      matrix.write(bytes);
    }
  }
}
