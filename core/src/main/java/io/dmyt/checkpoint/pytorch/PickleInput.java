package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.pytorch.PickledTypes.Blob;
import io.dmyt.checkpoint.pytorch.PickledTypes.Opaque;
import io.dmyt.internal.Text;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The arguments of a pickle's opcodes. Lengths are checked against what is left before anything is
 * allocated.
 */
final class PickleInput {
  private static final int LARGEST_INTEGER = 64;

  /** A longer text or byte string stays in the file, as a {@link Blob}. */
  private static final int LONGEST_ON_HEAP = 1 << 16;

  private static final String HUGE = "int";

  private final String where;
  private final ByteBuffer in;
  private final HeapBudget heap;

  PickleInput(String where, ByteBuffer in, HeapBudget heap) {
    this.where = where;
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    this.heap = heap;
  }

  private ByteBuffer need(int bytes) {
    if (in.remaining() < bytes) {
      throw broken("the pickle is cut short");
    }
    return in;
  }

  /** The next byte, which stays next. */
  int peek() {
    return need(1).get(in.position()) & 0xff;
  }

  int unsignedByte() {
    return need(1).get() & 0xff;
  }

  int unsignedShort() {
    return need(2).getShort() & 0xffff;
  }

  int signedInt() {
    return need(4).getInt();
  }

  long unsignedInt() {
    return need(4).getInt() & 0xffffffffL;
  }

  long signedLong() {
    return need(8).getLong();
  }

  /** The one number that is big-endian. */
  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(need(8).getLong()));
  }

  /** A length that is not longer than what is left. */
  int length(long claimed) {
    if (claimed < 0 || claimed > in.remaining()) {
      throw broken(
          Text.format(
              "a value claims %s bytes, %d are left",
              Long.toUnsignedString(claimed), in.remaining()));
    }
    return (int) claimed;
  }

  /** A byte[], or a Blob if it is long. */
  Object bytes(int length) {
    return length > LONGEST_ON_HEAP ? blob(length) : shortBytes(length);
  }

  private Blob blob(int length) {
    int start = in.position();
    in.position(start + length(length));
    return new Blob(start, length, false);
  }

  private byte[] shortBytes(int length) {
    length(length);
    take(HeapBudget.OBJECT + (long) length);
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /** A String, a Blob if it is long, or an Opaque if it is not UTF-8, as file names need not be. */
  Object text(int length) {
    if (length > LONGEST_ON_HEAP) {
      return blob(length);
    }
    ByteBuffer encoded = in.slice(in.position(), length(length));
    in.position(in.position() + length);
    take(HeapBudget.OBJECT + (long) length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      return Opaque.of("a text that is not UTF-8");
    }
  }

  /** Python 2's byte string: a text where it is ASCII, else bytes. */
  Object byteText(int length) {
    Object bytes = bytes(length);
    if (bytes instanceof byte[] array) {
      for (byte b : array) {
        if (b < 0) {
          return bytes;
        }
      }
      return new String(array, StandardCharsets.US_ASCII);
    }
    return bytes;
  }

  /**
   * A little-endian integer in two's complement: a Long, a BigInteger beyond, or an Opaque if no
   * tensor could need it.
   */
  Object integer(int length) {
    if (length > LARGEST_INTEGER) {
      in.position(in.position() + length(length));
      return Opaque.of(HUGE);
    }
    byte[] bytes = shortBytes(length);
    if (length == 0) {
      return 0L;
    }
    for (int i = 0; i < length / 2; i++) {
      byte low = bytes[i];
      bytes[i] = bytes[length - 1 - i];
      bytes[length - 1 - i] = low;
    }
    return narrowed(new BigInteger(bytes));
  }

  private static Object narrowed(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  /** Up to the end of the line, which is consumed, in Latin-1. */
  String line(int longest) {
    int start = in.position();
    int end = start;
    while (end < in.limit() && in.get(end) != '\n') {
      if (++end - start > longest) {
        throw broken("a line of over " + longest + " bytes");
      }
    }
    byte[] bytes = shortBytes(end - start);
    unsignedByte();
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** The same as a decimal number on a line, with Python 2's L at its end or without. */
  Object integerLine() {
    String line = line(Integer.MAX_VALUE).strip();
    if (line.length() > 2 * LARGEST_INTEGER) {
      return Opaque.of(HUGE);
    }
    try {
      return narrowed(
          new BigInteger(line.endsWith("L") ? line.substring(0, line.length() - 1) : line));
    } catch (NumberFormatException e) {
      throw broken("a malformed number");
    }
  }

  /** The same, or a Boolean, which protocols 0 and 1 write as 00 and 01. */
  Object intOrBoolLine() {
    int start = in.position();
    Object value = integerLine();
    boolean two = in.position() - start == 3 && in.get(start) == '0';
    return two ? (Object) Long.valueOf(1).equals(value) : value;
  }

  /** The index of a memo entry on a line. */
  long indexLine() {
    if (integerLine() instanceof Long index && index >= 0) {
      return index;
    }
    throw broken("a memo entry without a number");
  }

  double doubleLine() {
    String line = line(2 * LARGEST_INTEGER).strip();
    try {
      return switch (line) {
        case "nan", "-nan" -> Double.NaN;
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(line);
      };
    } catch (NumberFormatException e) {
      throw broken("a malformed number");
    }
  }

  /** A text on a line in Python's raw-unicode-escape. */
  String escapedLine() {
    String line = line(Integer.MAX_VALUE);
    if (line.indexOf('\\') < 0) {
      return line;
    }
    StringBuilder text = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      char kind = c == '\\' && i + 1 < line.length() ? line.charAt(i + 1) : 0;
      int digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
      if (digits == 0) {
        text.append(c);
        continue;
      }
      int end = i + 2 + digits;
      try {
        text.appendCodePoint(Integer.parseUnsignedInt(line, i + 2, end, 16));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw broken("a text with a broken escape");
      }
      i = end - 1;
    }
    return text.toString();
  }

  /** Takes from the heap's budget. */
  void take(long bytes) {
    if (!heap.take(bytes)) {
      throw broken(
          Text.format(
              "its values take more than the %d MB of memory that are there for them; give Java more with -Xmx",
              heap.megabytes()));
    }
  }

  /** How many bytes have been read. */
  int position() {
    return in.position();
  }

  /** A fault at this position. */
  CheckpointException broken(String what) {
    return new CheckpointException(Text.format("%s, byte %d: %s", where, in.position(), what));
  }
}
