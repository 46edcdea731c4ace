package io.dmyt.cli.output;

import io.dmyt.internal.Numbers;
import io.dmyt.metric.ClassificationReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A classification report as a table for a terminal. */
public final class ReportTable {
  private ReportTable() {}

  public static String of(ClassificationReport report) {
    StringBuilder text = new StringBuilder();
    List<String> classes = report.confusion().classes();
    int width = Math.max(22, classes.stream().mapToInt(c -> c.length() + 9).max().orElseThrow());
    text.append('\n');
    TextTable metrics = new TextTable(0, -width, 8);
    metric(text, metrics, "accuracy", report.accuracy());
    metric(text, metrics, "balanced accuracy", report.balancedAccuracy());
    for (int k = 0; k < classes.size(); k++) {
      metric(text, metrics, "recall " + classes.get(k), report.recalls().get(k));
    }
    view(text, metrics, "real or fake (any fake class counts)", report.augmented());
    view(text, metrics, "real or fake (its own class counts)", report.separated());
    text.append("\nconfusion, in percent of the true class (rows); columns: predicted\n");
    int column = Math.max(8, classes.stream().mapToInt(String::length).max().orElseThrow() + 2);
    TextTable confusion = TextTable.named(column, column, classes.size() + 1);
    List<Object> cells = new ArrayList<>(classes);
    cells.add(0, "");
    cells.add("images");
    text.append(confusion.line(cells)).append('\n');
    for (int i = 0; i < classes.size(); i++) {
      cells.clear();
      cells.add(classes.get(i));
      report.confusionPercent().get(i).forEach(percent -> cells.add(percent(percent / 100)));
      cells.add(report.confusion().support(i));
      text.append(confusion.line(cells)).append('\n');
    }
    return text.toString().stripTrailing();
  }

  private static void view(
      StringBuilder text,
      TextTable table,
      String title,
      ClassificationReport.@Nullable BinaryView view) {
    if (view != null) {
      text.append(title).append('\n');
      metric(text, table, "  recall real", view.realRecall());
      metric(text, table, "  recall fake", view.fakeRecall());
      metric(text, table, "  mean", view.mean());
    }
  }

  private static void metric(StringBuilder text, TextTable table, String name, double value) {
    text.append(table.line(name, percent(value))).append('\n');
  }

  private static String percent(double value) {
    return Numbers.percent(value, 2);
  }
}
