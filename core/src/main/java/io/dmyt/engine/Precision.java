package io.dmyt.engine;

/** What activations are stored in and convolutions multiply; parameters keep the graph's type. */
public enum Precision {
  /** Single precision throughout. */
  F32(4),
  /** bfloat16 activations and convolutions; parameters, statistics and loss in single precision. */
  BF16(2);

  private final int bytes;

  Precision(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an activation. */
  public int bytes() {
    return bytes;
  }
}
