package io.dmyt.cli.option;

import com.beust.jcommander.ParameterException;
import io.dmyt.internal.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How values of options are written. */
public final class OptionNames {
  private OptionNames() {}

  /** A constant's name as people type it. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The constant of that name, case ignored.
   *
   * @param option that is given the value, for the message
   * @throws ParameterException if there is none; the message lists them
   */
  static <E extends Enum<E>> E parse(String option, String value, E[] constants) {
    String name = value.toLowerCase(Locale.ROOT);
    List<E> all = Arrays.asList(constants);
    return all.stream()
        .filter(constant -> of(constant).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    Text.format(
                        "%s must be one of %s, found %s",
                        option,
                        String.join(", ", all.stream().map(OptionNames::of).toList()),
                        value)));
  }
}
