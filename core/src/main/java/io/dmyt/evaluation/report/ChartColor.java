package io.dmyt.evaluation.report;

import java.util.Locale;

/** The colours of charts: variables of the page, so that one drawing serves light and dark. */
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

  /** The colour in CSS. */
  String css() {
    return "var(--" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ")";
  }
}
