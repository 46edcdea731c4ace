package io.dmyt.cli.option;

import java.util.Locale;

/** How values of options are written. */
public final class OptionNames {
  private OptionNames() {}

  /** A constant's name as people type it. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
