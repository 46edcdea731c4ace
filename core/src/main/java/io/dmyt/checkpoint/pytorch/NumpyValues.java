package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.pytorch.PickledTypes.Blob;
import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** NumPy's arrays of numbers as pickles have them; all others stay what they are not. */
final class NumpyValues {
  private static final Map<String, DType> TYPES =
      Map.of(
          "f8", DType.F64,
          "f4", DType.F32,
          "f2", DType.F16,
          "i8", DType.I64,
          "i4", DType.I32,
          "i2", DType.I16,
          "i1", DType.I8,
          "u1", DType.U8,
          "b1", DType.BOOL);

  private NumpyValues() {}

  /** A {@code numpy.dtype}, in its byte order once its state is set. */
  static final class Type {
    private final @Nullable DType dtype;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    /**
     * @param code as in {@code f4}, after which byte orders may have been left out
     */
    Type(@Nullable Object code) {
      dtype = code instanceof String text ? TYPES.get(text) : null;
    }

    /** From (version, byte order, ...). */
    void setState(Object state) {
      if (state instanceof Tuple tuple && tuple.size() >= 2 && ">".equals(tuple.get(1))) {
        order = ByteOrder.BIG_ENDIAN;
      }
    }
  }

  /** An array; without numbers until its state is set, and for good if they are none of ours. */
  static final class Array {
    private @Nullable Type type;
    private long @Nullable [] shape;
    private boolean columnMajor;
    private @Nullable Object data;

    /** From (version, shape, dtype, whether column-major, bytes). */
    void setState(Object state) {
      if (state instanceof Tuple tuple
          && tuple.size() == 5
          && tuple.get(1) instanceof Tuple sizes
          && tuple.get(2) instanceof Type elements
          && tuple.get(3) instanceof Boolean fortran) {
        set(tuple.get(4), elements, sizes.sizes(), fortran);
      }
    }

    /** Takes numbers in if they are as many as the shape needs. */
    void set(Object bytes, Type elements, long @Nullable [] sizes, boolean fortran) {
      if (elements.dtype == null || sizes == null) {
        return;
      }
      long length =
          bytes instanceof byte[] array ? array.length : bytes instanceof Blob b ? b.length() : -1;
      try {
        long needed = Math.multiplyExact(Tensor.elements(sizes), (long) elements.dtype.bytes());
        // A text in UTF-8 is longer than the bytes that it stands for.
        boolean atLeast = bytes instanceof Blob b && b.latin1();
        boolean fits = atLeast ? length >= needed : length == needed;
        if (fits) {
          type = elements;
          shape = sizes;
          columnMajor = fortran;
          data = bytes;
        }
      } catch (ArithmeticException e) {
        // Larger than any file: not an array that could be read.
        type = null;
      }
    }

    /** Whether it holds numbers of a type that is read. */
    boolean isNumeric() {
      return type != null;
    }

    DType dtype() {
      return Objects.requireNonNull(type().dtype);
    }

    private Type type() {
      return Objects.requireNonNull(type, "not numeric");
    }

    long[] shape() {
      return Objects.requireNonNull(shape, "not numeric");
    }

    ByteOrder order() {
      return type().order;
    }

    /** A byte[] or a {@link Blob}. */
    Object data() {
      return Objects.requireNonNull(data, "not numeric");
    }

    /** In elements; null for row-major. */
    long @Nullable [] strides() {
      if (!columnMajor) {
        return null;
      }
      long[] sizes = shape();
      long[] strides = new long[sizes.length];
      long step = 1;
      for (int d = 0; d < sizes.length; d++) {
        strides[d] = step;
        step *= sizes[d];
      }
      return strides;
    }

    @Override
    public String toString() {
      return isNumeric() ? dtype() + Arrays.toString(shape) : "unread";
    }
  }
}
