package io.dmyt.cli.output;

import io.dmyt.RuleKind;
import io.dmyt.evaluation.DetectorEvaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an evaluation came to, for a terminal. */
public final class EvaluationText {
  private EvaluationText() {}

  /**
   * The tables: of one rule all of them, of several side by side the metrics that compare.
   *
   * @param classes the detector's
   */
  public static String of(List<String> classes, DetectorEvaluation.Result result) {
    StringBuilder text = new StringBuilder();
    boolean one = result.outcomes().size() == 1;
    if (one) {
      text.append(ReportTable.of(result.first().decisions().classification()));
      text.append('\n').append(DetectionTable.of(result.first().detection()));
    } else {
      Map<RuleKind, ComparisonTable.Column> columns = new LinkedHashMap<>();
      result
          .outcomes()
          .forEach(
              (rule, outcome) ->
                  columns.put(
                      rule,
                      new ComparisonTable.Column(
                          outcome.decisions().classification(), outcome.images())));
      text.append(ComparisonTable.of(classes, columns));
    }
    result
        .outcomes()
        .forEach(
            (rule, outcome) -> {
              if (!one && outcome.detection().size() > 1) {
                text.append("\n\n").append(rule).append(DetectionTable.of(outcome.detection()));
              }
              if (!outcome.corrupted().isEmpty()) {
                text.append('\n')
                    .append(DetectionTable.bySeverity(rule, outcome.images(), outcome.corrupted()));
              }
            });
    return text.toString();
  }
}
