package io.dmyt.cli.option;

import com.beust.jcommander.IParameterValidator;
import com.beust.jcommander.IStringConverter;
import com.beust.jcommander.ParameterException;
import io.dmyt.LossKind;
import io.dmyt.RuleKind;
import io.dmyt.data.Corruption;
import io.dmyt.internal.Extensions;
import io.dmyt.internal.Text;
import java.util.Locale;

/** Validators and converters of option values; what they throw becomes exit code 2. */
public final class OptionChecks {
  private OptionChecks() {}

  private static double number(String name, String value) {
    try {
      double number = Double.parseDouble(value);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, as for infinities.
    }
    throw new ParameterException(Text.format("%s takes a number, got \"%s\"", name, value));
  }

  private static long whole(String name, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new ParameterException(Text.format("%s takes a whole number, got \"%s\"", name, value));
    }
  }

  /** A number above 0. */
  public static final class Positive implements IParameterValidator {
    @Override
    public void validate(String name, String value) {
      if (number(name, value) <= 0) {
        throw new ParameterException(Text.format("%s must be above 0, got %s", name, value));
      }
    }
  }

  /** A number from 0 to 1. */
  public static final class Share implements IParameterValidator {
    @Override
    public void validate(String name, String value) {
      double share = number(name, value);
      if (share < 0 || share > 1) {
        throw new ParameterException(Text.format("%s must be from 0 to 1, got %s", name, value));
      }
    }
  }

  /** A whole number from 1 on. */
  public static final class Count implements IParameterValidator {
    @Override
    public void validate(String name, String value) {
      long count = whole(name, value);
      if (count < 1 || count > Integer.MAX_VALUE) {
        throw new ParameterException(Text.format("%s must be at least 1, got %s", name, value));
      }
    }
  }

  /** A whole number from 0 on. */
  public static final class CountOrNone implements IParameterValidator {
    @Override
    public void validate(String name, String value) {
      long count = whole(name, value);
      if (count < 0 || count > Integer.MAX_VALUE) {
        throw new ParameterException(Text.format("%s must be at least 0, got %s", name, value));
      }
    }
  }

  /** A whole number. */
  public static final class Whole implements IParameterValidator {
    @Override
    public void validate(String name, String value) {
      whole(name, value);
    }
  }

  /** The side of an image: 32 to 4096 pixels. */
  public static final class ImageSize implements IParameterValidator {
    @Override
    public void validate(String name, String value) {
      long size = whole(name, value);
      if (size < 32 || size > 4096) {
        throw new ParameterException(
            Text.format("%s must be 32 to 4096 pixels, got %s", name, value));
      }
    }
  }

  /** A loss by its name, or by the name of its class. */
  public static final class Loss implements IStringConverter<LossKind> {
    @Override
    public LossKind convert(String value) {
      try {
        return value.contains(".")
            ? Extensions.named(LossKind.class, value)
            : LossKind.parse(value);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(e.getMessage());
      }
    }
  }

  /** A way to a verdict by its name. */
  public static final class ClassifierName implements IStringConverter<RuleKind> {
    @Override
    public RuleKind convert(String value) {
      try {
        return RuleKind.parse(value.strip());
      } catch (IllegalArgumentException e) {
        throw new ParameterException(e.getMessage());
      }
    }
  }

  /** A corruption by its name. */
  public static final class CorruptionName implements IStringConverter<Corruption.Kind> {
    @Override
    public Corruption.Kind convert(String value) {
      try {
        return Corruption.Kind.parse(value.strip());
      } catch (IllegalArgumentException e) {
        throw new ParameterException(e.getMessage());
      }
    }
  }

  /** Parses a comma-separated list of positive numbers. */
  public static double[] weights(String option, String value) {
    String[] parts = value.split(",", -1);
    double[] weights = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      weights[i] = number(option, parts[i].strip());
      if (weights[i] <= 0) {
        throw new UsageException(
            Text.format("%s must all be above 0, got %s", option, value.toLowerCase(Locale.ROOT)));
      }
    }
    return weights;
  }
}
