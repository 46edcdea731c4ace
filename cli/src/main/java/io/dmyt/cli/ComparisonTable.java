package io.dmyt.cli;

import io.dmyt.evaluation.ClassificationReport;
import io.dmyt.evaluation.Classifier;
import io.dmyt.evaluation.DetectionMetric;
import io.dmyt.evaluation.DetectionReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Several ways to a verdict side by side, as a table for a terminal. */
final class ComparisonTable {
  private static final int COLUMN = 12;

  private ComparisonTable() {}

  /** What one way came to. */
  record Column(ClassificationReport classes, DetectionReport images) {}

  /**
   * A line of the table.
   *
   * @param cell null for a title
   */
  private record Row(String name, Function<Column, String> cell) {
    static Row title(String name) {
      return new Row(name, null);
    }
  }

  /**
   * The table.
   *
   * @param classes the detector's classes; what tells only real from fake has no figures for them
   */
  static String of(List<String> classes, Map<Classifier, Column> columns) {
    List<Row> rows = new ArrayList<>();
    rows.add(Row.title("every class"));
    rows.add(new Row("  accuracy", ofClasses(classes, ClassificationReport::accuracy)));
    rows.add(
        new Row("  balanced accuracy", ofClasses(classes, ClassificationReport::balancedAccuracy)));
    for (String name : classes) {
      rows.add(new Row("  recall " + name, ofClasses(classes, r -> recall(r, name))));
    }
    if (classes.size() > 2) {
      rows.add(Row.title("real or fake (any fake class counts)"));
      rows.add(new Row("  recall real", ofBinary(ClassificationReport.BinaryView::realRecall)));
      rows.add(new Row("  recall fake", ofBinary(ClassificationReport.BinaryView::fakeRecall)));
      rows.add(new Row("  mean", ofBinary(ClassificationReport.BinaryView::mean)));
    }
    rows.add(Row.title("real or fake, by score"));
    rows.add(new Row("  ROC AUC", ofScores(DetectionMetric.ROC_AUC)));
    rows.add(new Row("  average precision", ofScores(DetectionMetric.AVERAGE_PRECISION)));
    rows.add(new Row("  equal error rate", ofScores(DetectionMetric.EQUAL_ERROR_RATE)));
    rows.add(new Row("  log loss", ofScores(DetectionMetric.LOG_LOSS)));
    rows.add(new Row("  Brier score", ofScores(DetectionMetric.BRIER_SCORE)));
    rows.add(new Row("  calibration error", ofScores(DetectionMetric.CALIBRATION_ERROR)));

    int names = 2 + rows.stream().mapToInt(r -> r.name().length()).max().orElseThrow();
    StringBuilder text = new StringBuilder("\n").append(" ".repeat(names));
    columns.keySet().forEach(c -> text.append(String.format("%" + COLUMN + "s", c)));
    for (Row row : rows) {
      text.append('\n');
      if (row.cell() == null) {
        text.append(row.name());
      } else {
        text.append(String.format("%-" + names + "s", row.name()));
        columns
            .values()
            .forEach(c -> text.append(String.format("%" + COLUMN + "s", row.cell().apply(c))));
      }
    }
    return text.toString();
  }

  private static Function<Column, String> ofClasses(
      List<String> classes, Function<ClassificationReport, Double> figure) {
    return column ->
        percent(
            Set.copyOf(column.classes().confusion().classes()).equals(Set.copyOf(classes))
                ? figure.apply(column.classes())
                : Double.NaN);
  }

  private static double recall(ClassificationReport report, String name) {
    return report.recalls().get(report.confusion().classes().indexOf(name));
  }

  private static Function<Column, String> ofBinary(
      Function<ClassificationReport.BinaryView, Double> figure) {
    return column -> percent(figure.apply(column.classes().realOrFake()));
  }

  private static Function<Column, String> ofScores(DetectionMetric metric) {
    return column -> {
      double value = column.images().value(metric);
      return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%.4f", value);
    };
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "n/a" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}
