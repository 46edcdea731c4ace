package io.dmyt.evaluation.report;

import java.awt.Color;
import java.util.Locale;

/**
 * The colours of charts. A chart is drawn with a stand-in per colour, which the SVG then replaces
 * by the page's variable of that name, so that the same drawing serves light and dark.
 */
enum ChartColor {
  TEXT,
  MUTED,
  GRID,
  REAL,
  FAKE,
  ACCENT,
  SERIES_1,
  SERIES_2,
  SERIES_3,
  SERIES_4,
  SERIES_5,
  SERIES_6;

  private static final int FIRST_SERIES = SERIES_1.ordinal();

  /** The colour of a series by its number; they repeat. */
  static ChartColor series(int number) {
    return values()[FIRST_SERIES + number % (values().length - FIRST_SERIES)];
  }

  /** The stand-in: almost black, and unlike any other. */
  Color standIn() {
    return standIn(255);
  }

  /** The stand-in, see-through: alpha 0 to 255. */
  Color standIn(int alpha) {
    int shade = ordinal() + 1;
    return new Color(shade, shade, shade, alpha);
  }

  /** The SVG with the page's variables in the place of stand-ins. */
  static String replaceStandIns(String svg) {
    String result = svg;
    for (ChartColor ink : values()) {
      int shade = ink.ordinal() + 1;
      result =
          result.replace(
              "rgb(" + shade + "," + shade + "," + shade + ")", "var(" + ink.variable() + ")");
    }
    return result;
  }

  /** The name of the page's variable. */
  String variable() {
    return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
