package io.dmyt.checkpoint;

import io.dmyt.internal.ByteSource;
import io.dmyt.internal.HeapByteSource;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor of a state dict: element type, shape, and values that stay where they are, in a file or
 * in memory, until one of the conversions below copies them out. Immutable and thread-safe.
 *
 * <p>Every conversion is row-major over {@link #shape()}, whatever the strides in the file. A
 * tensor of a file throws {@link IllegalStateException} once its {@link StateDict} is closed, and
 * {@link CheckpointException} when the file cannot be read.
 */
public final class Tensor {
  /** More dimensions than any tensor of a checkpoint has; NumPy's limit. */
  public static final int LARGEST_RANK = 64;

  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final DType dtype;
  private final long[] shape;
  private final long length;
  private final TensorBytes elements;

  /**
   * A view of checked bytes.
   *
   * @param start of the first element, in bytes
   * @param strides in elements, each ≥ 0; null for row-major without gaps
   */
  public Tensor(
      DType dtype,
      long[] shape,
      ByteSource bytes,
      long start,
      long @Nullable [] strides,
      ByteOrder order) {
    this.dtype = dtype;
    this.shape = shape;
    this.length = elements(shape);
    this.elements = new TensorBytes(dtype, shape, bytes, start, strides, order);
  }

  /**
   * The number of elements of a shape with non-negative sizes; ArithmeticException if over 2^63.
   */
  public static long elements(long[] shape) {
    long n = 1;
    for (long size : shape) {
      n = Math.multiplyExact(n, size);
    }
    return n;
  }

  /** An in-memory F32 tensor with a copy of these row-major values, as many as the shape has. */
  public static Tensor of(float[] values, long... shape) {
    byte[] copy = new byte[byteCount(DType.F32, values.length, shape)];
    littleEndian(copy).asFloatBuffer().put(values);
    return ofBytes(DType.F32, copy, shape);
  }

  /** An in-memory F64 tensor, as {@link #of(float[], long...)} makes one. */
  public static Tensor of(double[] values, long... shape) {
    byte[] copy = new byte[byteCount(DType.F64, values.length, shape)];
    littleEndian(copy).asDoubleBuffer().put(values);
    return ofBytes(DType.F64, copy, shape);
  }

  /** An in-memory I64 tensor, as {@link #of(float[], long...)} makes one. */
  public static Tensor of(long[] values, long... shape) {
    byte[] copy = new byte[byteCount(DType.I64, values.length, shape)];
    littleEndian(copy).asLongBuffer().put(values);
    return ofBytes(DType.I64, copy, shape);
  }

  /**
   * An in-memory copy of an array, in its own shape: FLOAT as F32, DOUBLE as F64, LONG as I64.
   *
   * @throws IllegalArgumentException for other types
   */
  public static Tensor of(INDArray array) {
    return TensorArrays.copy(array);
  }

  /**
   * An in-memory tensor with a copy of these little-endian, row-major bytes.
   *
   * @throws IllegalArgumentException if the shape has another number of bytes
   */
  public static Tensor of(DType dtype, byte[] littleEndian, long... shape) {
    byteCount(dtype, littleEndian.length / dtype.bytes(), shape);
    if (littleEndian.length % dtype.bytes() != 0) {
      throw new IllegalArgumentException(
          littleEndian.length + " bytes are not a whole number of elements of " + dtype);
    }
    return ofBytes(dtype, littleEndian.clone(), shape);
  }

  private static Tensor ofBytes(DType dtype, byte[] bytes, long... shape) {
    return new Tensor(
        dtype, shape.clone(), new HeapByteSource(bytes), 0, null, ByteOrder.LITTLE_ENDIAN);
  }

  private static int byteCount(DType dtype, int values, long... shape) {
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException("negative size in shape " + Arrays.toString(shape));
      }
    }
    if (elements(shape) != values) {
      throw new IllegalArgumentException(
          Text.format(
              "shape %s has %d elements, found %d values",
              Arrays.toString(shape), elements(shape), values));
    }
    return Math.multiplyExact(values, dtype.bytes());
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The type of the elements as stored. */
  public DType dtype() {
    return dtype;
  }

  /** The sizes, outermost dimension first; empty for a scalar. A copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** Both. */
  public TensorType type() {
    return TensorType.of(dtype, shape);
  }

  /** The number of elements: the product of the shape, 1 for a scalar. */
  public long length() {
    return length;
  }

  /** The size of the values in bytes, {@code length · dtype.bytes}. */
  public long byteLength() {
    return length * dtype.bytes();
  }

  /**
   * The values as singles: exact for F32, F16, BF16 and small integers, else the nearest single.
   * Booleans are 0 and 1.
   *
   * @throws CheckpointException if there are more than an array holds
   */
  public float[] floats() {
    float[] values = new float[arrayLength()];
    copyTo(FloatBuffer.wrap(values));
    return values;
  }

  /**
   * Puts the values, as {@link #floats} gives them, at the buffer's position and advances it.
   *
   * @throws BufferOverflowException if fewer than {@link #length} values fit
   */
  public void copyTo(FloatBuffer target) {
    requireRoom(target);
    elements.forEach(chunk -> Elements.toFloats(dtype, chunk, target));
  }

  /**
   * The values as doubles: exact for all types but integers beyond 2^53, which are rounded.
   *
   * @throws CheckpointException if there are more than an array holds
   */
  public double[] doubles() {
    DoubleBuffer values = DoubleBuffer.allocate(arrayLength());
    elements.forEach(chunk -> Elements.toDoubles(dtype, chunk, values));
    return values.array();
  }

  /**
   * The values of an integer or boolean tensor, exactly.
   *
   * @throws IllegalStateException if the elements are floating point
   * @throws CheckpointException if there are more than an array holds
   */
  public long[] longs() {
    if (dtype.isFloating()) {
      throw new IllegalStateException("expected a tensor of integers, found one of " + dtype);
    }
    LongBuffer values = LongBuffer.allocate(arrayLength());
    elements.forEach(chunk -> Elements.toLongs(dtype, chunk, values));
    return values.array();
  }

  /**
   * The values' bits, row-major and little-endian, {@link #byteLength} bytes.
   *
   * @throws CheckpointException if there are more than an array holds
   */
  public byte[] bytes() {
    if (byteLength() > LARGEST_ARRAY) {
      throw tooLarge();
    }
    ByteBuffer out = ByteBuffer.allocate((int) byteLength());
    elements.forEach(chunk -> out.put(Elements.littleEndian(dtype, chunk)));
    return out.array();
  }

  /**
   * A new array of this shape, in C order, of the smallest of FLOAT, DOUBLE and LONG that holds
   * every value of the type: FLOAT for F32, F16 and BF16, DOUBLE for F64, LONG for integers and
   * booleans. A tensor without elements becomes an empty array.
   */
  public INDArray toINDArray() {
    return TensorArrays.of(this);
  }

  /**
   * A view of the sub-tensors [from, to) of the outermost dimension.
   *
   * @throws IndexOutOfBoundsException if there are no such ones
   * @throws IllegalStateException if this is a scalar
   */
  public Tensor rows(long from, long to) {
    if (shape.length == 0) {
      throw new IllegalStateException("a scalar has no rows");
    }
    Objects.checkFromToIndex(from, to, shape[0]);
    long[] part = shape.clone();
    part[0] = to - from;
    return elements.rows(from, part);
  }

  /**
   * The same values, row-major, in another shape.
   *
   * @throws IllegalArgumentException if it has another number of elements
   */
  public Tensor reshape(long... to) {
    if (Arrays.stream(to).anyMatch(size -> size < 0) || elements(to) != length) {
      throw new IllegalArgumentException(
          Text.format("expected a shape of %d elements, found %s", length, Arrays.toString(to)));
    }
    return elements.isDense() ? elements.reshaped(to.clone()) : ofBytes(dtype, bytes(), to);
  }

  /** The row-major index of the first value, as a double, for which the test holds. */
  public OptionalLong find(DoublePredicate test) {
    return elements.find(test);
  }

  /** Writes what {@link #bytes} gives, piecewise. */
  public void writeTo(WritableByteChannel channel) throws IOException {
    elements.writeTo(channel);
  }

  private int arrayLength() {
    if (length > LARGEST_ARRAY) {
      throw tooLarge();
    }
    return (int) length;
  }

  private CheckpointException tooLarge() {
    return new CheckpointException(this + ": too large for one array");
  }

  private void requireRoom(Buffer target) {
    if (target.remaining() < length) {
      throw new BufferOverflowException();
    }
  }

  /** Type and shape, as in {@code F32[64, 3, 7, 7]}. */
  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
