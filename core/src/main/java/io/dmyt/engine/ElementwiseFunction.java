package io.dmyt.engine;

/** A function of one number x; α and β are those of {@link Operation.Elementwise}. */
public enum ElementwiseFunction {
  /** α · x + β. */
  LINEAR,
  /** max(0, x). */
  RELU,
  /** x where it is positive, else α · x. */
  LEAKY_RELU,
  /** min(max(0, x), 6). */
  RELU6,
  /** x where it is positive, else α · (eˣ − 1). */
  ELU,
  /** 1 / (1 + e⁻ˣ). */
  SIGMOID,
  /** eˣ. */
  EXP,
  /** min(max(0, 0.2 · x + 0.5), 1). */
  HARD_SIGMOID,
  /** The hyperbolic tangent. */
  TANH,
  /** x · sigmoid(α · x): SiLU where α is 1, QuickGELU where it is 1.702. */
  SWISH,
  /** x · Φ(x), by the error function. */
  GELU,
  /** x · Φ(x), by the approximation with tanh. */
  GELU_TANH
}
