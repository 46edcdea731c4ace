package io.dmyt.checkpoint;

/** The element types of tensors, under safetensors' names. */
public enum DType {
  /** IEEE 754 double. */
  F64(8, true),
  /** IEEE 754 single. */
  F32(4, true),
  /** IEEE 754 half. */
  F16(2, true),
  /** The upper half of a single: 8 bits of exponent, 7 of fraction. */
  BF16(2, true),
  /** Signed 64-bit integer. */
  I64(8, false),
  /** Signed 32-bit integer. */
  I32(4, false),
  /** Signed 16-bit integer. */
  I16(2, false),
  /** Signed 8-bit integer. */
  I8(1, false),
  /** Unsigned 8-bit integer. */
  U8(1, false),
  /** One byte; 0 is false and anything else true. */
  BOOL(1, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** The size of one element in bytes: 1, 2, 4 or 8. */
  public int bytes() {
    return bytes;
  }

  /** Whether the elements are floating point. */
  public boolean isFloating() {
    return floating;
  }
}
