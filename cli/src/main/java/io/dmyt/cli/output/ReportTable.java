package io.dmyt.cli.output;

import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.ClassificationReport;
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
    figure(text, width, "accuracy", report.accuracy());
    figure(text, width, "balanced accuracy", report.balancedAccuracy());
    for (int k = 0; k < classes.size(); k++) {
      figure(text, width, "recall " + classes.get(k), report.recalls().get(k));
    }
    view(text, width, "real or fake (any fake class counts)", report.augmented());
    view(text, width, "real or fake (its own class counts)", report.separated());
    text.append("\nconfusion, in percent of the true class (rows); columns: predicted\n");
    int column = Math.max(8, classes.stream().mapToInt(String::length).max().orElseThrow() + 2);
    text.append(" ".repeat(column));
    classes.forEach(c -> text.append(Text.right(c, column)));
    text.append(Text.right("images", column)).append('\n');
    for (int i = 0; i < classes.size(); i++) {
      text.append(Text.left(classes.get(i), column));
      for (double percent : report.confusionPercent().get(i)) {
        text.append(Text.right(percent(percent / 100), column));
      }
      text.append(Text.right(Long.toString(report.confusion().support(i)), column)).append('\n');
    }
    return text.toString().stripTrailing();
  }

  private static void view(
      StringBuilder text, int width, String title, ClassificationReport.@Nullable BinaryView view) {
    if (view != null) {
      text.append(title).append('\n');
      figure(text, width, "  recall real", view.realRecall());
      figure(text, width, "  recall fake", view.fakeRecall());
      figure(text, width, "  mean", view.mean());
    }
  }

  private static void figure(StringBuilder text, int width, String name, double value) {
    text.append(Text.left(name, width)).append(Text.right(percent(value), 8)).append('\n');
  }

  private static String percent(double value) {
    return Numbers.percent(value, 2);
  }
}
