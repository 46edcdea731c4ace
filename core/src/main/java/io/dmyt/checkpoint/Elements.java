package io.dmyt.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Conversions of raw elements. Each reads whole elements from {@code from}'s position to its limit,
 * in its byte order, and appends them to its target.
 */
final class Elements {
  private Elements() {}

  static void toFloats(DType dtype, ByteBuffer from, FloatBuffer to) {
    switch (dtype) {
      case F32 -> to.put(from.asFloatBuffer());
      case F16 -> {
        while (from.hasRemaining()) {
          to.put(halfToFloat(from.getShort()));
        }
      }
      case BF16 -> {
        while (from.hasRemaining()) {
          to.put(Float.intBitsToFloat(from.getShort() << 16));
        }
      }
      case F64 -> {
        while (from.hasRemaining()) {
          to.put((float) from.getDouble());
        }
      }
      default -> {
        while (from.hasRemaining()) {
          to.put((float) nextLong(dtype, from));
        }
      }
    }
  }

  static void toDoubles(DType dtype, ByteBuffer from, DoubleBuffer to) {
    switch (dtype) {
      case F64 -> to.put(from.asDoubleBuffer());
      case F32 -> {
        while (from.hasRemaining()) {
          to.put(from.getFloat());
        }
      }
      case F16 -> {
        while (from.hasRemaining()) {
          to.put(halfToFloat(from.getShort()));
        }
      }
      case BF16 -> {
        while (from.hasRemaining()) {
          to.put(Float.intBitsToFloat(from.getShort() << 16));
        }
      }
      default -> {
        while (from.hasRemaining()) {
          to.put((double) nextLong(dtype, from));
        }
      }
    }
  }

  static void toLongs(DType dtype, ByteBuffer from, LongBuffer to) {
    while (from.hasRemaining()) {
      to.put(nextLong(dtype, from));
    }
  }

  private static long nextLong(DType dtype, ByteBuffer from) {
    return switch (dtype) {
      case I64 -> from.getLong();
      case I32 -> from.getInt();
      case I16 -> from.getShort();
      case I8 -> from.get();
      case U8 -> from.get() & 0xff;
      case BOOL -> from.get() != 0 ? 1 : 0;
      default -> throw new IllegalArgumentException(dtype + " is not an integer type");
    };
  }

  /** The single equal to an IEEE 754 half; a NaN keeps its sign and payload. */
  static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
  }

  /** The same elements in little-endian order; the given buffer if it has that order already. */
  static ByteBuffer littleEndian(DType dtype, ByteBuffer from) {
    if (from.order() == ByteOrder.LITTLE_ENDIAN || dtype.bytes() == 1) {
      return from;
    }
    ByteBuffer out = ByteBuffer.allocate(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      int at = from.position();
      copy(dtype.bytes(), from, at, out);
      from.position(at + dtype.bytes());
    }
    return out.flip();
  }

  /** Appends the element of {@code width} bytes at {@code at}, in the target's byte order. */
  static void copy(int width, ByteBuffer from, int at, ByteBuffer to) {
    switch (width) {
      case 1 -> to.put(from.get(at));
      case 2 -> to.putShort(from.getShort(at));
      case 4 -> to.putInt(from.getInt(at));
      case 8 -> to.putLong(from.getLong(at));
      default -> throw new IllegalArgumentException("elements of " + width + " bytes");
    }
  }
}
