package io.dmyt.engine.cuda;

import io.dmyt.engine.Operation.Elementwise;
import io.dmyt.internal.Text;

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
      case LINEAR -> Text.format("%s * %s + %s", a, x, number(f.beta()));
      case RELU -> Text.format("(%1$s <= 0.f ? 0.f : %1$s)", x);
      case LEAKY_RELU -> Text.format("(%1$s > 0.f ? %1$s : %2$s * %1$s)", x, a);
      case RELU6 -> Text.format("(%1$s <= 0.f ? 0.f : %1$s >= 6.f ? 6.f : %1$s)", x);
      case ELU -> Text.format("(%1$s > 0.f ? %1$s : %2$s * expm1f(%1$s))", x, a);
      case SIGMOID -> Text.format("sigmoid(%s)", x);
      case EXP -> Text.format("expf(%s)", x);
      case HARD_SIGMOID ->
          Text.format("(%1$s <= -2.5f ? 0.f : %1$s >= 2.5f ? 1.f : .2f * %1$s + .5f)", x);
      case TANH -> Text.format("tanhf(%s)", x);
      case SWISH -> Text.format("%1$s * sigmoid(%2$s * %1$s)", x, a);
      case GELU -> Text.format("%1$s * normalCdf(%1$s)", x);
      case GELU_TANH -> Text.format(".5f * %1$s * (1.f + %2$s)", x, tanh(x));
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
      case RELU -> Text.format("(%s > 0.f ? 1.f : 0.f)", x);
      case LEAKY_RELU -> Text.format("(%s > 0.f ? 1.f : %s)", x, a);
      case RELU6 -> Text.format("(%1$s > 0.f && %1$s < 6.f ? 1.f : 0.f)", x);
      case ELU -> Text.format("(%s > 0.f ? 1.f : %s + %s)", x, y, a);
      case SIGMOID -> Text.format("%1$s * (1.f - %1$s)", y);
      case EXP -> y;
      case HARD_SIGMOID -> Text.format("(%1$s > -2.5f && %1$s < 2.5f ? .2f : 0.f)", x);
      case TANH -> Text.format("(1.f - %1$s * %1$s)", y);
      case SWISH ->
          Text.format(
              "sigmoid(%2$s * %1$s) * (1.f + %2$s * %1$s * (1.f - sigmoid(%2$s * %1$s)))", x, a);
      case GELU -> Text.format("(normalCdf(%1$s) + %1$s * normalPdf(%1$s))", x);
      case GELU_TANH ->
          Text.format(
              "(.5f * (1.f + %2$s) + .5f * %1$s * (1.f - %2$s * %2$s) * %3$s * (1.f + 3.f * %4$s * %1$s * %1$s))",
              x, tanh(x), ROOT, CUBE);
    };
  }

  private static String tanh(String x) {
    return Text.format("tanhf(%2$s * (%1$s + %3$s * %1$s * %1$s * %1$s))", x, ROOT, CUBE);
  }

  /** A number as C writes it. */
  static String number(double x) {
    return Text.format("%.9ef", x);
  }
}
