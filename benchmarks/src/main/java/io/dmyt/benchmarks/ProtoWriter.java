package io.dmyt.benchmarks;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one message in the <a href="https://protobuf.dev/programming-guides/encoding/">protocol
 * buffer encoding</a>: as much of it as an ONNX file needs.
 */
final class ProtoWriter {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtoWriter integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  ProtoWriter integers(int field, long... values) {
    for (long value : values) {
      integer(field, value);
    }
    return this;
  }

  ProtoWriter real(int field, float value) {
    tag(field, FIXED32);
    out.writeBytes(littleEndian(value));
    return this;
  }

  ProtoWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoWriter message(int field, ProtoWriter value) {
    return bytes(field, value.toBytes());
  }

  ProtoWriter bytes(int field, byte[] value) {
    tag(field, LENGTH_DELIMITED);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  /** Adds the fields of another writer to this message. */
  ProtoWriter append(ProtoWriter fields) {
    out.writeBytes(fields.toBytes());
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  /** The values as IEEE floats, little-endian. */
  static byte[] littleEndian(float... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, values.length))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
