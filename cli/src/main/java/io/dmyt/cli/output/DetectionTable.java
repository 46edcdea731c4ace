package io.dmyt.cli.output;

import io.dmyt.RuleKind;
import io.dmyt.data.Corruption;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
    text.append('\n').append(" ".repeat(NAMES));
    columns.keySet().forEach(name -> text.append(Text.left(name, COLUMN)));
    newLine(text);
    for (DetectionMetric metric : DetectionMetric.values()) {
      row(text, metric.label(), columns, r -> r.estimate(metric).toString());
    }
    row(text, "Threshold", columns, r -> number(r.threshold()));
    row(text, "Threshold of equal errors", columns, r -> number(r.equalErrorThreshold()));
    row(text, "Real, fake", columns, r -> r.reals() + ", " + r.fakes());
    return text.toString().stripTrailing();
  }

  /** " [95 % intervals, 2000 resamples, seed 42]", or nothing without. */
  static String intervals(Bootstrap bootstrap) {
    return bootstrap.resamples() == 0
        ? ""
        : Text.format(
            " [%.0f %% intervals, %d resamples, seed %d]",
            100 * bootstrap.confidence(), bootstrap.resamples(), bootstrap.seed());
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
    text.append(Text.format("%n%-12s", ""));
    for (int severity = 0; severity <= Corruption.MAX_SEVERITY; severity++) {
      text.append(Text.format("%8d", severity));
    }
    corrupted.forEach(
        (kind, reports) -> {
          text.append(Text.format("%n%-12s", kind));
          text.append(Text.format("%8s", number(clean.value(DetectionMetric.ROC_AUC))));
          reports.forEach(
              r -> text.append(Text.format("%8s", number(r.value(DetectionMetric.ROC_AUC)))));
        });
    return text.toString();
  }

  private static void row(
      StringBuilder text,
      String name,
      Map<String, DetectionReport> columns,
      Function<DetectionReport, String> cell) {
    text.append(Text.left(name, NAMES));
    List<String> cells = columns.values().stream().map(cell).toList();
    cells.forEach(c -> text.append(Text.left(c, COLUMN)));
    newLine(text);
  }

  private static void newLine(StringBuilder text) {
    text.setLength(text.toString().stripTrailing().length());
    text.append('\n');
  }

  private static String number(double value) {
    return Numbers.fixed(value, 4);
  }
}
