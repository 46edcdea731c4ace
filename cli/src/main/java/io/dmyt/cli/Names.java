package io.dmyt.cli;

import java.util.Locale;

/** How values of options are written. */
final class Names {
  private Names() {}

  /** A constant's name as people type it. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
