package io.dmyt.evaluation.embedding;

import static io.dmyt.internal.Checks.require;

import io.dmyt.internal.Csv;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

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
  private static final int HEADER_BYTES = 128;

  private final int features;
  private final Path file;
  private final Path table;
  private final FileChannel matrix;
  private final BufferedWriter index;
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
    this.file = file;
    table = indexOf(file);
    this.features = features;
    Files.createDirectories(file.toAbsolutePath().getParent());
    row =
        ByteBuffer.allocate(Math.multiplyExact(features, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    matrix =
        FileChannel.open(
            part(file),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      writeAll(header());
      index = Files.newBufferedWriter(part(table), StandardCharsets.UTF_8);
      index.write("row,split,class,file\n");
    } catch (IOException | RuntimeException e) {
      matrix.close();
      Files.delete(part(file));
      throw e;
    }
  }

  private static Path part(Path target) {
    return target.resolveSibling(
        ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid()));
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
    row.clear();
    row.asFloatBuffer().put(embedding);
    writeAll(row);
    index.write(
        rows + "," + Csv.field(split) + "," + Csv.field(className) + "," + Csv.field(image) + "\n");
    rows++;
  }

  /** How many embeddings were written. */
  public long rows() {
    return rows;
  }

  /** Completes both files; they take their places. Nothing can be written any more. */
  public void commit() throws IOException {
    matrix.position(0);
    writeAll(header());
    matrix.close();
    index.close();
    Files.move(part(file), file, StandardCopyOption.REPLACE_EXISTING);
    Files.move(part(table), table, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Leaves nothing of what was not committed. */
  @Override
  public void close() throws IOException {
    try (matrix;
        index) {
      Files.deleteIfExists(part(file));
      Files.deleteIfExists(part(table));
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
