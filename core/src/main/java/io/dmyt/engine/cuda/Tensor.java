package io.dmyt.engine.cuda;

import java.util.Arrays;

/**
 * An array on the device, without gaps. Images (examples, channels, height, width) are stored
 * channels last, all others in row-major order, so that every tensor is a matrix of rows of
 * channels.
 */
final class Tensor {
  private static final int IMAGE = 4;

  private final Storage storage;
  private final Type type;
  private final long[] dims;

  private Tensor(Storage storage, Type type, long[] dims) {
    this.storage = storage;
    this.type = type;
    this.dims = dims.clone();
  }

  /** One that gets its place from an arena. */
  static Tensor planned(Type type, long... dims) {
    return new Tensor(Storage.planned(length(dims) * type.bytes()), type, dims);
  }

  /** One in memory that somebody else owns. */
  static Tensor at(long address, Type type, long... dims) {
    return new Tensor(Storage.fixed(address, length(dims) * type.bytes()), type, dims);
  }

  /** The same memory under other dimensions. */
  Tensor as(long... other) {
    if (length(other) != length()) {
      throw new IllegalArgumentException(
          Arrays.toString(dims) + " can't be seen as " + Arrays.toString(other));
    }
    return new Tensor(storage, type, other);
  }

  private static long length(long[] dims) {
    long n = 1;
    for (long d : dims) {
      n *= d;
    }
    return n;
  }

  Storage storage() {
    return storage;
  }

  long address() {
    return storage.address();
  }

  Type type() {
    return type;
  }

  long[] dims() {
    return dims.clone();
  }

  long dim(int axis) {
    return dims[axis];
  }

  int rank() {
    return dims.length;
  }

  boolean image() {
    return dims.length == IMAGE;
  }

  long length() {
    return length(dims);
  }

  long bytes() {
    return length() * type.bytes();
  }

  /** The dimension that neighbours in memory differ in. */
  int channels() {
    return Math.toIntExact(image() ? dims[1] : dims[dims.length - 1]);
  }

  /** Everything but the channels. */
  int rows() {
    return Math.toIntExact(length() / channels());
  }

  /** The rows of an example. */
  int rowsPerExample() {
    return rank() == 1 ? 1 : Math.toIntExact(rows() / dims[0]);
  }

  boolean sameDims(Tensor other) {
    return Arrays.equals(dims, other.dims);
  }

  @Override
  public String toString() {
    return type + " " + Arrays.toString(dims);
  }
}
