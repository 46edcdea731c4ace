package io.dmyt.backbone;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.zip.ZipException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array of floats as ND4J writes it ({@code Nd4j.write}), big-endian: the shape's description,
 * as a buffer of longs, then the values as a buffer. A buffer is a name of its kind, the number of
 * its values, the name of their type, and the values. (ND4J's own reader allocates whatever a file
 * asks for, and takes a value at a time.)
 */
final class ArrayEntry {
  private static final String LONGS = "LONG";
  private static final String FLOATS = "FLOAT";
  private static final int MAX_RANK = 2;
  private static final int CHUNK = 1 << 16;

  /** More than what stands before the values: two headers, and the shape of a matrix. */
  static final int LONGEST_HEADER = 256;

  private ArrayEntry() {}

  /**
   * Reads a vector into an array's memory.
   *
   * @param in which is read to its end
   * @param target of floats, contiguous; its length is the number of values that have to be there
   * @throws ZipException if it is something else: what, without the entry's name
   */
  static void read(InputStream in, INDArray target) throws IOException {
    DataInputStream data = new DataInputStream(in);
    readShape(data, target.length());
    requireLength(target.length(), readBuffer(data, FLOATS));
    FlatMemory memory = FlatMemory.of(target);
    FloatBuffer values = memory.floats(target);
    if (values == null) {
      throw new ZipException(
          Text.format("there is not enough memory for %d values", target.length()));
    }
    byte[] chunk = new byte[CHUNK];
    float[] floats = new float[CHUNK / Float.BYTES];
    while (values.hasRemaining()) {
      int count = Math.min(floats.length, values.remaining());
      data.readFully(chunk, 0, count * Float.BYTES);
      ByteBuffer.wrap(chunk).asFloatBuffer().get(floats, 0, count);
      values.put(floats, 0, count);
    }
    memory.written();
    if (data.read() >= 0) {
      throw new ZipException(
          Text.format("there is more data after the %d values", target.length()));
    }
  }

  /** The description: rank, sizes, strides, three more numbers. */
  private static void readShape(DataInputStream data, long expected) throws IOException {
    long count = readBuffer(data, LONGS);
    long rank = (count - 4) / 2;
    if (rank < 1 || rank > MAX_RANK || count != 2 * rank + 4) {
      throw new ZipException(Text.format("the shape is described by %d numbers", count));
    }
    if (data.readLong() != rank) {
      throw new ZipException("the shape's description contradicts itself");
    }
    long length = 1;
    for (long d = 0; d < rank; d++) {
      long size = data.readLong();
      if (size != 1 && size != expected) {
        requireLength(expected, size);
      }
      length = Math.max(length, size);
    }
    requireLength(expected, length);
    data.skipNBytes(Long.BYTES * (rank + 3));
  }

  private static long readBuffer(DataInputStream data, String expectedType) throws IOException {
    String kind = readName(data);
    if (!kind.equals("LONG_SHAPE") && !kind.equals("MIXED_DATA_TYPES")) {
      throw new ZipException("a buffer of the kind " + Quoted.of(kind));
    }
    long count = data.readLong();
    String type = readName(data);
    if (!type.equals(expectedType)) {
      throw new ZipException(
          Text.format("values of the type %s, expected %s", Quoted.of(type), expectedType));
    }
    return count;
  }

  private static String readName(DataInputStream data) throws IOException {
    int length = data.readUnsignedShort();
    if (length > 32) {
      throw new ZipException("not an array of ND4J");
    }
    byte[] name = new byte[length];
    data.readFully(name);
    return new String(name, java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static void requireLength(long expected, long found) throws ZipException {
    if (found != expected) {
      throw new ZipException(Text.format("%d values, expected %d", found, expected));
    }
  }
}
