package io.dmyt.cli.output;

import io.dmyt.RuleKind;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.ClassificationReport;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Several ways to a verdict side by side, as a table for a terminal. */
public final class ComparisonTable {
  private static final int COLUMN = 16;

  private ComparisonTable() {}

  /** What one way came to. */
  public record Column(ClassificationReport classes, DetectionReport images) {}

  /**
   * A line of the table.
   *
   * @param cell null for a title
   */
  private record Row(String name, @Nullable Function<Column, String> cell) {
    static Row title(String name) {
      return new Row(name, null);
    }
  }

  /**
   * The table.
   *
   * @param classes the detector's classes; what tells only real from fake has no metrics for them
   */
  public static String of(List<String> classes, Map<RuleKind, Column> columns) {
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
    Bootstrap bootstrap = columns.values().iterator().next().images().bootstrap();
    rows.add(Row.title("real or fake, by score" + DetectionTable.intervals(bootstrap)));
    addScores(rows, "  ROC AUC", DetectionMetric.ROC_AUC, bootstrap);
    addScores(rows, "  average precision", DetectionMetric.AVERAGE_PRECISION, bootstrap);
    addScores(rows, "  equal error rate", DetectionMetric.EQUAL_ERROR_RATE, bootstrap);
    addScores(rows, "  log loss", DetectionMetric.LOG_LOSS, bootstrap);
    addScores(rows, "  Brier score", DetectionMetric.BRIER_SCORE, bootstrap);
    addScores(rows, "  calibration error", DetectionMetric.CALIBRATION_ERROR, bootstrap);

    int names =
        2
            + rows.stream()
                .filter(r -> r.cell() != null)
                .mapToInt(r -> r.name().length())
                .max()
                .orElseThrow();
    TextTable table = TextTable.named(names, COLUMN, columns.size());
    List<Object> cells = new ArrayList<>(columns.keySet());
    cells.add(0, "");
    StringBuilder text = new StringBuilder("\n").append(table.line(cells));
    for (Row row : rows) {
      text.append('\n');
      if (row.cell() == null) {
        text.append(row.name());
      } else {
        cells.clear();
        cells.add(row.name());
        columns.values().forEach(c -> cells.add(row.cell().apply(c)));
        text.append(table.line(cells));
      }
    }
    return text.toString();
  }

  private static Function<Column, String> ofClasses(
      List<String> classes, Function<ClassificationReport, Double> metric) {
    return column ->
        percent(
            Set.copyOf(column.classes().confusion().classes()).equals(Set.copyOf(classes))
                ? metric.apply(column.classes())
                : Double.NaN);
  }

  private static double recall(ClassificationReport report, String name) {
    return report.recalls().get(report.confusion().classes().indexOf(name));
  }

  private static Function<Column, String> ofBinary(
      Function<ClassificationReport.BinaryView, Double> metric) {
    return column -> percent(metric.apply(column.classes().realOrFake()));
  }

  /** The metrics in one line, and their intervals in the next. */
  private static void addScores(
      List<Row> rows, String name, DetectionMetric metric, Bootstrap bootstrap) {
    rows.add(
        new Row(
            name,
            column -> {
              double value = column.images().value(metric);
              return Numbers.fixed(value, 4);
            }));
    if (bootstrap.resamples() > 0) {
      rows.add(
          new Row(
              "",
              column -> {
                Estimate e = column.images().estimate(metric);
                return Double.isNaN(e.low()) ? "" : Text.format("[%.3f, %.3f]", e.low(), e.high());
              }));
    }
  }

  private static String percent(double share) {
    return Numbers.percent(share, 2);
  }
}
