package io.dmyt.metric;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Our metrics in the words and digits of the reference's print-out, for comparison with it line by
 * line.
 */
final class ReferencePrintout {
  private static final int NAME_AND_DASHES = 15;
  private static final int LINE_WIDTH = 75;
  private static final int MATRIX_DECIMALS = 8;

  private ReferencePrintout() {}

  static List<String> lines(ClassificationReport report) {
    List<String> lines = new ArrayList<>();
    lines.add("ACCURACY ----------- " + percent(report.accuracy()));
    lines.add("BALANCED ACCURACY -- " + percent(report.balancedAccuracy()));
    lines.add("TPR PER CLASS: ");
    List<String> classes = report.confusion().classes();
    for (int c = 0; c < classes.size(); c++) {
      String dashes = "-".repeat(Math.max(0, NAME_AND_DASHES - classes.get(c).length()));
      lines.add("  " + classes.get(c) + "  " + dashes + "  " + percent(report.recalls().get(c)));
    }
    if (report.separated() != null) {
      lines.add("SEPARATED BIN ACCURACY:");
      lines.addAll(view(report.separated()));
      lines.add("AUGMENTED ACCURACY: ");
      lines.addAll(view(report.augmented()));
      lines.addAll(matrix(report.confusionPercent()));
    }
    return lines;
  }

  private static List<String> view(ClassificationReport.BinaryView view) {
    return List.of(
        "  REAL ------------- " + percent(view.realRecall()),
        "  FAKE ------------- " + percent(view.fakeRecall()),
        "  MEAN ------------- " + percent(view.mean()));
  }

  private static String percent(double fraction) {
    return new BigDecimal(100 * fraction).setScale(4, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** As NumPy prints a matrix: shortest digits, columns aligned at the point, lines wrapped. */
  private static List<String> matrix(List<List<Double>> percent) {
    int decimals =
        percent.stream().flatMap(List::stream).mapToInt(v -> decimals(v).length()).max().orElse(0);
    int digits =
        percent.stream().flatMap(List::stream).mapToInt(v -> whole(v).length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < percent.size(); row++) {
      StringBuilder line = new StringBuilder(row == 0 ? "[[" : " [");
      for (int column = 0; column < percent.size(); column++) {
        double value = percent.get(row).get(column);
        String word =
            " ".repeat(digits - whole(value).length())
                + whole(value)
                + "."
                + decimals(value)
                + " ".repeat(decimals - decimals(value).length());
        if (line.length() + word.length() > LINE_WIDTH - 1) {
          lines.add(line.toString().stripTrailing());
          line = new StringBuilder("  ");
        }
        line.append(word).append(column + 1 < percent.size() ? " " : "");
      }
      lines.add(line + (row + 1 < percent.size() ? "]" : "]]"));
    }
    return lines;
  }

  private static String whole(double value) {
    return rounded(value).split("\\.", -1)[0];
  }

  private static String decimals(double value) {
    return rounded(value).split("\\.", -1)[1];
  }

  private static String rounded(double value) {
    BigDecimal exact = new BigDecimal(value).setScale(MATRIX_DECIMALS, RoundingMode.HALF_EVEN);
    String plain = exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString();
    return plain.contains(".") ? plain : plain + ".";
  }
}
