package io.dmyt.svm;

import static io.dmyt.internal.Checks.require;

/** Checks of arguments. */
final class SvmChecks {
  private SvmChecks() {}

  /** Checks that a row has that many features, all finite. */
  static void requireRow(float[] row, int features, int index) {
    require(
        row.length == features && features > 0,
        "embedding %d has %d features, expected %d",
        index,
        row.length,
        features);
    for (int i = 0; i < row.length; i++) {
      require(Float.isFinite(row[i]), "embedding %d has %s as feature %d", index, row[i], i);
    }
  }

  /** Checks that an array has that many numbers, all finite. */
  static void requireFinite(double[] values, int length, String what) {
    require(values.length == length, "%d %s, expected %d", values.length, what, length);
    for (double value : values) {
      require(Double.isFinite(value), "the %s must be finite, found %s", what, value);
    }
  }
}
