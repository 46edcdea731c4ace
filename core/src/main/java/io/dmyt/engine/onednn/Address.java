package io.dmyt.engine.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A raw native address that somebody else owns. */
public final class Address extends Pointer {
  /** Bytes of a cache line, on which oneDNN likes memory to begin. */
  static final long ALIGNMENT = 64;

  Address(long address) {
    super((Pointer) null);
    this.address = address;
  }

  /** Where the elements of {@code array} begin, its view's offset included. */
  public static long of(INDArray array) {
    return array.data().address() + array.offset() * array.data().getElementSize();
  }

  /** The next address from {@code address} on that is a multiple of {@link #ALIGNMENT}. */
  static long align(long address) {
    return (address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** The {@code length} floats at {@code address}, whose bulk transfers are plain copies. */
  public static FloatBuffer floats(long address, long length) {
    return bytes(address, length * Float.BYTES).asFloatBuffer();
  }

  /** The {@code length} longs at {@code address}. */
  static LongBuffer longs(long address, long length) {
    return bytes(address, length * Long.BYTES).asLongBuffer();
  }

  private static ByteBuffer bytes(long address, long size) {
    Pointer memory = new BytePointer(new Address(address)).capacity(size);
    return memory.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A copy of the {@code length} floats at {@code address}. */
  static float[] read(long address, long length) {
    float[] values = new float[Math.toIntExact(length)];
    floats(address, length).get(values);
    return values;
  }

  /** Writes floats at {@code address}. */
  static void write(long address, float[] values) {
    floats(address, values.length).put(values);
  }

  /** Sets {@code bytes} bytes at {@code address} to 0. */
  static void zero(long address, long bytes) {
    memset(new Address(address), 0, bytes);
  }
}
