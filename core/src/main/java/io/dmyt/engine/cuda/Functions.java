package io.dmyt.engine.cuda;

import io.dmyt.engine.Operation.Elementwise;
import java.util.Locale;

/** Functions of one number and their derivatives, in a kernel's source. NaN stays NaN. */
final class Functions {
  private static final String ROOT = ".7978845608028654f";
  private static final String CUBE = ".044715f";

  private Functions() {}

  /**
   * @param x a variable
   */
  static String value(Elementwise f, String x) {
    String a = number(f.alpha());
    return switch (f.function()) {
      case LINEAR -> "%s * %s + %s".formatted(a, x, number(f.beta()));
      case RELU -> "(%1$s <= 0.f ? 0.f : %1$s)".formatted(x);
      case LEAKY_RELU -> "(%1$s > 0.f ? %1$s : %2$s * %1$s)".formatted(x, a);
      case RELU6 -> "(%1$s <= 0.f ? 0.f : %1$s >= 6.f ? 6.f : %1$s)".formatted(x);
      case ELU -> "(%1$s > 0.f ? %1$s : %2$s * expm1f(%1$s))".formatted(x, a);
      case SIGMOID -> "sigmoid(%s)".formatted(x);
      case HARD_SIGMOID ->
          "(%1$s <= -2.5f ? 0.f : %1$s >= 2.5f ? 1.f : .2f * %1$s + .5f)".formatted(x);
      case TANH -> "tanhf(%s)".formatted(x);
      case SWISH -> "%1$s * sigmoid(%2$s * %1$s)".formatted(x, a);
      case GELU -> "%1$s * normalCdf(%1$s)".formatted(x);
      case GELU_TANH -> ".5f * %1$s * (1.f + %2$s)".formatted(x, tanh(x));
    };
  }

  /**
   * The derivative.
   *
   * @param x a variable
   * @param y the variable of the function's value
   */
  static String derivative(Elementwise f, String x, String y) {
    String a = number(f.alpha());
    return switch (f.function()) {
      case LINEAR -> a;
      case RELU -> "(%s > 0.f ? 1.f : 0.f)".formatted(x);
      case LEAKY_RELU -> "(%s > 0.f ? 1.f : %s)".formatted(x, a);
      case RELU6 -> "(%1$s > 0.f && %1$s < 6.f ? 1.f : 0.f)".formatted(x);
      case ELU -> "(%s > 0.f ? 1.f : %s + %s)".formatted(x, y, a);
      case SIGMOID -> "%1$s * (1.f - %1$s)".formatted(y);
      case HARD_SIGMOID -> "(%1$s > -2.5f && %1$s < 2.5f ? .2f : 0.f)".formatted(x);
      case TANH -> "(1.f - %1$s * %1$s)".formatted(y);
      case SWISH ->
          "sigmoid(%2$s * %1$s) * (1.f + %2$s * %1$s * (1.f - sigmoid(%2$s * %1$s)))"
              .formatted(x, a);
      case GELU -> "(normalCdf(%1$s) + %1$s * normalPdf(%1$s))".formatted(x);
      case GELU_TANH ->
          "(.5f * (1.f + %2$s) + .5f * %1$s * (1.f - %2$s * %2$s) * %3$s * (1.f + 3.f * %4$s * %1$s * %1$s))"
              .formatted(x, tanh(x), ROOT, CUBE);
    };
  }

  private static String tanh(String x) {
    return "tanhf(%2$s * (%1$s + %3$s * %1$s * %1$s * %1$s))".formatted(x, ROOT, CUBE);
  }

  /** A number as C writes it. */
  static String number(double x) {
    return String.format(Locale.ROOT, "%.9ef", x);
  }
}
