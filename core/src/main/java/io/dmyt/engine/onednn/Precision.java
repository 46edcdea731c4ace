package io.dmyt.engine.onednn;

/** What activations are stored in and convolutions multiply; parameters are always float. */
public enum Precision {
  /** Single precision throughout. */
  F32,
  /** bfloat16 activations and convolutions; parameters, statistics and loss in single precision. */
  BF16
}
