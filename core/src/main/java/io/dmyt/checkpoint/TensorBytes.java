package io.dmyt.checkpoint;

import io.dmyt.internal.ByteRange;
import io.dmyt.internal.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;
import org.jspecify.annotations.Nullable;

/** The elements of a tensor where they lie, in whatever order and with whatever strides. */
final class TensorBytes {
  private static final int LOOKED_AT = 1 << 12;
  private static final int GATHERED_ELEMENTS = 1 << 15;

  private final DType dtype;
  private final long[] shape;
  private final long length;
  private final ByteSource bytes;
  private final long start;
  private final long @Nullable [] strides;
  private final ByteOrder order;

  /**
   * @param start of the first element, in bytes
   * @param strides in elements, each ≥ 0; null for row-major without gaps
   */
  TensorBytes(
      DType dtype,
      long[] shape,
      ByteSource bytes,
      long start,
      long @Nullable [] strides,
      ByteOrder order) {
    this.dtype = dtype;
    this.shape = shape;
    this.length = Tensor.elements(shape);
    this.bytes = bytes;
    this.start = start;
    this.strides = strides == null || isRowMajor(shape, strides) ? null : strides;
    this.order = order;
  }

  private static boolean isRowMajor(long[] shape, long[] strides) {
    long expected = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      if (shape[d] == 0) {
        return true;
      }
      if (shape[d] != 1 && strides[d] != expected) {
        return false;
      }
      expected *= shape[d];
    }
    return true;
  }

  /** Whether the elements follow one another without gaps in row-major order. */
  boolean isDense() {
    return strides == null;
  }

  /** The elements of the sub-tensors from one of the outermost dimension on. */
  Tensor rows(long from, long[] part) {
    long step = strides != null ? strides[0] : shape[0] == 0 ? 0 : length / shape[0];
    return new Tensor(dtype, part, bytes, start + from * step * dtype.bytes(), strides, order);
  }

  /** The same elements, which are dense, in another shape. */
  Tensor reshaped(long[] to) {
    return new Tensor(dtype, to, bytes, start, null, order);
  }

  /** Hands over all elements in row-major order, in buffers of whole elements in their order. */
  void forEach(Consumer<ByteBuffer> sink) {
    if (length == 0) {
      return;
    }
    long last = length - 1;
    if (strides != null) {
      last = 0;
      for (int d = 0; d < shape.length; d++) {
        last += (shape[d] - 1) * strides[d];
      }
    }
    try (ByteRange window = bytes.window(start, (last + 1) * dtype.bytes())) {
      if (strides != null) {
        gather(window, strides, sink);
      } else {
        for (int i = 0; i < window.segmentCount(); i++) {
          sink.accept(window.segment(i).order(order));
        }
      }
    }
  }

  private void gather(ByteRange window, long[] strides, Consumer<ByteBuffer> sink) {
    int width = dtype.bytes();
    ByteBuffer out =
        ByteBuffer.allocate(width * (int) Math.min(length, GATHERED_ELEMENTS)).order(order);
    int inner = shape.length - 1;
    long[] index = new long[inner];
    long row = 0;
    for (long left = length; left > 0; left -= shape[inner]) {
      for (long i = 0; i < shape[inner]; i++) {
        long at = (row + i * strides[inner]) * width;
        ByteBuffer segment = window.segment((int) (at / window.segmentBytes()));
        Elements.copy(width, segment.order(order), (int) (at % window.segmentBytes()), out);
        if (!out.hasRemaining()) {
          sink.accept(out.flip());
          out.clear();
        }
      }
      for (int d = inner - 1; d >= 0; d--) {
        row += strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        row -= index[d] * strides[d];
        index[d] = 0;
      }
    }
    if (out.position() > 0) {
      sink.accept(out.flip());
    }
  }

  /** The row-major index of the first value, as a double, for which the test holds. */
  OptionalLong find(DoublePredicate test) {
    long[] at = {0, -1};
    DoubleBuffer values = DoubleBuffer.allocate(LOOKED_AT);
    forEach(
        chunk -> {
          while (at[1] < 0 && chunk.hasRemaining()) {
            int bytes = Math.min(chunk.remaining(), LOOKED_AT * dtype.bytes());
            ByteBuffer part = chunk.slice(chunk.position(), bytes).order(chunk.order());
            chunk.position(chunk.position() + bytes);
            Elements.toDoubles(dtype, part, values.clear());
            for (int i = 0; i < values.position() && at[1] < 0; i++) {
              at[1] = test.test(values.get(i)) ? at[0] + i : -1;
            }
            at[0] += values.position();
          }
        });
    return at[1] < 0 ? OptionalLong.empty() : OptionalLong.of(at[1]);
  }

  /** Writes the elements in row-major order, little-endian. */
  void writeTo(WritableByteChannel channel) throws IOException {
    IOException[] failure = new IOException[1];
    forEach(
        chunk -> {
          ByteBuffer out = Elements.littleEndian(dtype, chunk);
          try {
            while (failure[0] == null && out.hasRemaining()) {
              channel.write(out);
            }
          } catch (IOException e) {
            failure[0] = e;
          }
        });
    if (failure[0] != null) {
      throw failure[0];
    }
  }
}
