package io.dmyt.engine;

/**
 * Where a layer's parameter lies in the network's flat parameters, and its gradient in the flat
 * gradients.
 *
 * @param offset of its first element
 * @param dims its dimensions as an {@link Operation} names them
 * @param strides elements between neighbours in these dimensions
 */
public record Parameter(long offset, long[] dims, long[] strides) {

  /** A parameter whose elements follow each other in row-major order. */
  static Parameter rowMajor(long offset, long... dims) {
    return new Parameter(offset, dims, rowMajorStrides(dims));
  }

  /** How many elements it has. */
  public long length() {
    long n = 1;
    for (long d : dims) {
      n *= d;
    }
    return n;
  }

  /** The strides of a row-major array. */
  public static long[] rowMajorStrides(long... dims) {
    long[] strides = new long[dims.length];
    long next = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = next;
      next *= dims[i];
    }
    return strides;
  }
}
