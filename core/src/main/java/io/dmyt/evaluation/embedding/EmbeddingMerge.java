package io.dmyt.evaluation.embedding;

import io.dmyt.internal.Csv;
import io.dmyt.internal.Text;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts matrices of embeddings, as {@link EmbeddingWriter} writes them, under one another. */
public final class EmbeddingMerge {
  private static final Pattern SHAPE =
      Pattern.compile("'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d+), (\\d+)\\)");

  private EmbeddingMerge() {}

  /** What a header says. */
  private record Shape(long rows, int features) {}

  /**
   * Writes them as one matrix with one index.
   *
   * @param matrices files {@code *.npy} with their indices beside them, one at least
   * @return how many embeddings there are
   * @throws IOException if a file was not written by {@link EmbeddingWriter} or is not whole, or
   *     they have different numbers of features
   */
  public static long merge(List<Path> matrices, Path output) throws IOException {
    List<Shape> shapes = new ArrayList<>();
    for (Path matrix : matrices) {
      shapes.add(shape(matrix));
    }
    int features = shapes.get(0).features();
    for (int i = 0; i < shapes.size(); i++) {
      if (shapes.get(i).features() != features) {
        throw new IOException(
            Text.format(
                "embeddings of %d numbers in %s, and of %d in %s: they are of different networks",
                features, matrices.get(0), shapes.get(i).features(), matrices.get(i)));
      }
    }
    try (EmbeddingWriter writer = new EmbeddingWriter(output, features)) {
      for (int i = 0; i < shapes.size(); i++) {
        append(matrices.get(i), shapes.get(i), writer);
      }
      writer.commit();
      return writer.rows();
    }
  }

  private static Shape shape(Path matrix) throws IOException {
    try (InputStream in = Files.newInputStream(matrix)) {
      byte[] header = in.readNBytes(EmbeddingWriter.HEADER_BYTES);
      Matcher shape = SHAPE.matcher(new String(header, StandardCharsets.US_ASCII));
      if (shape.find()) {
        long rows = Long.parseLong(shape.group(1));
        int features = Integer.parseInt(shape.group(2));
        if (Files.size(matrix)
            == EmbeddingWriter.HEADER_BYTES + rows * features * (long) Float.BYTES) {
          return new Shape(rows, features);
        }
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IOException(matrix + " is not a whole matrix that dmyt embed wrote");
  }

  private static void append(Path matrix, Shape shape, EmbeddingWriter writer) throws IOException {
    Path index = EmbeddingWriter.indexOf(matrix);
    byte[] row = new byte[shape.features() * Float.BYTES];
    try (DataInputStream in =
            new DataInputStream(new BufferedInputStream(Files.newInputStream(matrix), 1 << 16));
        Reader table = Files.newBufferedReader(index)) {
      in.skipNBytes(EmbeddingWriter.HEADER_BYTES);
      Csv.next(table);
      for (long i = 0; i < shape.rows(); i++) {
        String entry = Csv.next(table);
        String number = i + ",";
        if (!entry.startsWith(number)) {
          throw new IOException(
              Text.format("%s is not the index of %s: row %d is missing", index, matrix, i));
        }
        in.readFully(row);
        writer.copy(row, entry.substring(number.length()));
      }
    }
  }
}
