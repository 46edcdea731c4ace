package io.dmyt.onednn;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A raw native address that somebody else owns. */
final class Address extends Pointer {
  Address(long address) {
    super((Pointer) null);
    this.address = address;
  }

  /** Where the elements of {@code array} begin, its view's offset included. */
  static long of(INDArray array) {
    return array.data().address() + array.offset() * array.data().getElementSize();
  }

  /** A copy of the {@code length} floats at {@code address}. */
  static float[] read(long address, long length) {
    float[] values = new float[Math.toIntExact(length)];
    new FloatPointer(new Address(address)).get(values);
    return values;
  }

  /** Writes floats at {@code address}. */
  static void write(long address, float[] values) {
    new FloatPointer(new Address(address)).put(values);
  }

  /** Sets {@code bytes} bytes at {@code address} to 0. */
  static void zero(long address, long bytes) {
    memset(new Address(address), 0, bytes);
  }
}
