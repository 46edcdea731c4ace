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
    TextTable figures = new TextTable(0, -width, 8);
    figure(text, figures, "accuracy", report.accuracy());
    figure(text, figures, "balanced accuracy", report.balancedAccuracy());
    for (int k = 0; k < classes.size(); k++) {
      figure(text, figures, "recall " + classes.get(k), report.recalls().get(k));
    }
    view(text, figures, "real or fake (any fake class counts)", report.augmented());
    view(text, figures, "real or fake (its own class counts)", report.separated());
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
      figure(text, table, "  recall real", view.realRecall());
      figure(text, table, "  recall fake", view.fakeRecall());
      figure(text, table, "  mean", view.mean());
    }
  }

  private static void figure(StringBuilder text, TextTable table, String name, double value) {
    text.append(table.line(name, percent(value))).append('\n');
  }

  private static String percent(double value) {
    return Numbers.percent(value, 2);
  }
}
