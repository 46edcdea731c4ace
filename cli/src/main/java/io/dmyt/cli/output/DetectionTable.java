package io.dmyt.cli.output;

import io.dmyt.RuleKind;
import io.dmyt.data.Corruption;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Detection reports side by side, as a table for a terminal. */
public final class DetectionTable {
  private static final int NAMES = 28;
  private static final int COLUMN = 26;

  private DetectionTable() {}

  /**
   * The table.
   *
   * @param columns reports by what they judge, such as "images"; one at least
   */
  public static String of(Map<String, DetectionReport> columns) {
    DetectionReport first = columns.values().iterator().next();
    StringBuilder text = new StringBuilder("\nreal or fake, by score");
    text.append(intervals(first.bootstrap()));
    TextTable table = TextTable.named(NAMES, -COLUMN, columns.size());
    List<Object> names = new ArrayList<>(columns.keySet());
    names.add(0, "");
    text.append('\n').append(table.line(names));
    for (DetectionMetric metric : DetectionMetric.values()) {
      text.append(row(table, metric.label(), columns, r -> r.estimate(metric).toString()));
    }
    text.append(row(table, "Threshold", columns, r -> number(r.threshold())));
    text.append(
        row(table, "Threshold of equal errors", columns, r -> number(r.equalErrorThreshold())));
    text.append(row(table, "Real, fake", columns, r -> r.reals() + ", " + r.fakes()));
    return text.toString();
  }

  /** " [95 % intervals, 2000 resamples, seed 42]", or nothing without. */
  static String intervals(Bootstrap bootstrap) {
    return bootstrap.resamples() == 0
        ? ""
        : Text.format(
            " [%s intervals, %d resamples, seed %d]",
            Numbers.percent(bootstrap.confidence(), 0), bootstrap.resamples(), bootstrap.seed());
  }

  /**
   * ROC AUC against severity.
   *
   * @param clean over the images as they are
   * @param corrupted by corruption, at each severity from 1
   */
  public static String bySeverity(
      RuleKind way, DetectionReport clean, Map<String, List<DetectionReport>> corrupted) {
    StringBuilder text = new StringBuilder("\nROC AUC by severity (0: as they are), " + way);
    TextTable table = TextTable.named(12, 8, Corruption.MAX_SEVERITY + 1);
    List<Object> cells = new ArrayList<>();
    cells.add("");
    IntStream.rangeClosed(0, Corruption.MAX_SEVERITY).forEach(cells::add);
    text.append('\n').append(table.line(cells));
    corrupted.forEach(
        (kind, reports) -> {
          cells.clear();
          cells.add(kind);
          cells.add(number(clean.value(DetectionMetric.ROC_AUC)));
          reports.forEach(r -> cells.add(number(r.value(DetectionMetric.ROC_AUC))));
          text.append('\n').append(table.line(cells));
        });
    return text.toString();
  }

  private static String row(
      TextTable table,
      String name,
      Map<String, DetectionReport> columns,
      Function<DetectionReport, String> cell) {
    List<String> cells = new ArrayList<>(columns.values().stream().map(cell).toList());
    cells.add(0, name);
    return "\n" + table.line(cells);
  }

  private static String number(double value) {
    return Numbers.fixed(value, 4);
  }
}
