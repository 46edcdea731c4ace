package io.dmyt.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A raw native address that somebody else owns. */
public final class Address extends Pointer {
  /** Bytes of a cache line, on which memory should begin. */
  public static final long ALIGNMENT = 64;

  public Address(long address) {
    super((Pointer) null);
    this.address = address;
  }

  /** Leads to another address from now on. */
  public void moveTo(long other) {
    address = other;
  }

  /** Whether ND4J's arrays lie in the memory of this process, where addresses lead. */
  public static boolean reachesArrays() {
    return Nd4j.getBackend().getClass().getSimpleName().startsWith("Cpu");
  }

  /** Where the elements of {@code array} begin, its view's offset included. */
  public static long of(INDArray array) {
    return array.data().address() + array.offset() * array.data().getElementSize();
  }

  /** The next address from {@code address} on that is a multiple of {@link #ALIGNMENT}. */
  public static long align(long address) {
    return (address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** The {@code length} floats at {@code address}, whose bulk transfers are plain copies. */
  public static FloatBuffer floats(long address, long length) {
    return bytes(address, length * Float.BYTES).asFloatBuffer();
  }

  /** The {@code length} values of four bytes each at {@code address}. */
  public static IntBuffer ints(long address, long length) {
    return bytes(address, length * Integer.BYTES).asIntBuffer();
  }

  /** The {@code length} values of two bytes each at {@code address}. */
  public static ShortBuffer shorts(long address, long length) {
    return bytes(address, length * Short.BYTES).asShortBuffer();
  }

  /** The {@code size} bytes at {@code address}. */
  static ByteBuffer bytes(long address, long size) {
    Pointer memory = new BytePointer(new Address(address)).capacity(size);
    return memory.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A copy of the {@code length} floats at {@code address}. */
  public static float[] read(long address, long length) {
    float[] values = new float[Math.toIntExact(length)];
    floats(address, length).get(values);
    return values;
  }

  /** Writes floats at {@code address}. */
  public static void write(long address, float[] values) {
    floats(address, values.length).put(values);
  }

  /** Sets {@code bytes} bytes at {@code address} to 0. */
  public static void zero(long address, long bytes) {
    memset(new Address(address), 0, bytes);
  }
}
