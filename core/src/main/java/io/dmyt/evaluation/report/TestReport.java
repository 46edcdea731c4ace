package io.dmyt.evaluation.report;

import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.ClassificationReport;
import io.dmyt.metric.ClassificationReport.BinaryView;
import io.dmyt.metric.ConfusionMatrix;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.Estimate;
import io.dmyt.metric.Reliability;
import io.dmyt.metric.RocCurve;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page about a test. */
public final class TestReport {
  private TestReport() {}

  /** The whole page. It names no other file and no address. */
  public static String html(ReportData data) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>").append(Html.escape(data.title())).append("</h1>\n");
    body.append("<p class=\"verdict\">")
        .append(Html.escape(Verdict.of(data.images(), "image")))
        .append("</p>\n");
    data.videos().entrySet().stream()
        .findFirst()
        .ifPresent(
            video ->
                body.append("<p class=\"verdict\">By video (")
                    .append(Html.escape(video.getKey()))
                    .append("): ")
                    .append(Html.escape(Verdict.of(video.getValue(), "video")))
                    .append("</p>\n"));
    metrics(body, data);
    others(body, data);
    charts(body, data);
    corrupted(body, data);
    data.classes().ifPresent(classes -> classes(body, classes));
    errors(body, data);
    provenance(body, data.provenance());
    return Html.page(data.title(), body.toString());
  }

  private static void metrics(StringBuilder body, ReportData data) {
    Map<String, DetectionReport> columns = new LinkedHashMap<>();
    columns.put("Images", data.images());
    data.videos().forEach((rule, report) -> columns.put("Videos: " + rule, report));
    body.append("<h2>Metrics</h2>\n");
    table(body, columns);
    if (data.images().bootstrap().resamples() > 0) {
      body.append(
          Text.format(
              "<p class=\"note\">In brackets: %s intervals from %d resamples in which whole"
                  + " videos are drawn, if there are any (seed %d).</p>%n",
              Numbers.percent(data.images().bootstrap().confidence(), 0),
              data.images().bootstrap().resamples(),
              data.images().bootstrap().seed()));
    }
  }

  private static void table(StringBuilder body, Map<String, DetectionReport> columns) {
    body.append("<div class=\"scroll\"><table>\n<thead><tr><th>Metric</th>");
    columns.keySet().forEach(name -> body.append("<th>").append(Html.escape(name)).append("</th>"));
    body.append("</tr></thead>\n<tbody>\n");
    for (DetectionMetric metric : DetectionMetric.values()) {
      body.append("<tr><th>").append(metric.label()).append("</th>");
      columns.values().forEach(report -> cell(body, report.estimate(metric)));
      body.append("</tr>\n");
    }
    body.append("<tr><th>Real / fake</th>");
    columns
        .values()
        .forEach(
            report ->
                body.append("<td>")
                    .append(report.reals())
                    .append(" / ")
                    .append(report.fakes())
                    .append("</td>"));
    body.append("</tr>\n</tbody>\n</table></div>\n");
  }

  private static void others(StringBuilder body, ReportData data) {
    if (data.others().isEmpty()) {
      return;
    }
    body.append("<h2>Other decision rules on the same embeddings</h2>\n");
    table(body, data.others());
  }

  private static void corrupted(StringBuilder body, ReportData data) {
    if (data.corrupted().isEmpty()) {
      return;
    }
    int severities = data.corrupted().values().stream().mapToInt(List::size).max().orElseThrow();
    Map<String, double[]> lines = new LinkedHashMap<>();
    body.append("<h2>Robustness</h2>\n<div class=\"charts\">\n");
    StringBuilder rows = new StringBuilder();
    data.corrupted()
        .forEach(
            (name, reports) -> {
              double[] line = new double[1 + severities];
              Arrays.fill(line, Double.NaN);
              line[0] = data.images().value(DetectionMetric.ROC_AUC);
              rows.append("<tr><th>").append(Html.escape(name)).append("</th>");
              for (int s = 0; s < reports.size(); s++) {
                line[s + 1] = reports.get(s).value(DetectionMetric.ROC_AUC);
                cell(rows, reports.get(s).estimate(DetectionMetric.ROC_AUC));
              }
              rows.append("</tr>\n");
              lines.put(name, line);
            });
    figure(
        body,
        "ROC AUC by severity",
        "0: the original images",
        Svg.of(Charts.severities(lines), "severities", "ROC AUC by corruption and severity"));
    body.append("</div>\n<div class=\"scroll\"><table>\n<thead><tr><th>ROC AUC at severity</th>");
    for (int s = 1; s <= severities; s++) {
      body.append("<th>").append(s).append("</th>");
    }
    body.append("</tr></thead>\n<tbody>\n").append(rows).append("</tbody>\n</table></div>\n");
  }

  private static void cell(StringBuilder body, Estimate estimate) {
    body.append("<td>");
    if (Double.isNaN(estimate.value())) {
      body.append("n/a");
    } else {
      body.append(Text.format("%.4f", estimate.value()));
      if (!Double.isNaN(estimate.low())) {
        body.append(
            Text.format(
                " <span class=\"interval\">[%.4f, %.4f]</span>", estimate.low(), estimate.high()));
      }
    }
    body.append("</td>");
  }

  private static void charts(StringBuilder body, ReportData data) {
    DetectionReport images = data.images();
    body.append("<h2>Charts</h2>\n<div class=\"charts\">\n");
    RocCurve curve = RocCurve.of(data.scores());
    if (!curve.points().isEmpty()) {
      figure(
          body,
          "ROC curve",
          Text.format("Area under the curve %.4f", images.value(DetectionMetric.ROC_AUC)),
          Svg.of(
              Charts.roc(
                  curve,
                  images.value(DetectionMetric.FALSE_POSITIVE_RATE),
                  images.value(DetectionMetric.TRUE_POSITIVE_RATE)),
              "roc",
              "ROC curve"));
    }
    if (images.reals() + images.fakes() > 0) {
      figure(
          body,
          "Scores",
          Text.format(
              "Scores of at least %.3f, the threshold, are called fake", images.threshold()),
          Svg.of(
              Charts.histogram(
                  data.scores(), images.threshold(), data.probabilities() ? "P(fake)" : "Score"),
              "scores",
              "Histogram of the scores of real and fake images"));
    }
    if (images.reals() + images.fakes() > 0 && data.probabilities()) {
      figure(
          body,
          "Reliability",
          Text.format(
              "Expected calibration error %.4f", images.value(DetectionMetric.CALIBRATION_ERROR)),
          Svg.of(
              Charts.reliability(Reliability.of(data.scores())),
              "reliability",
              "Share of fakes by score"));
    }
    data.map()
        .ifPresent(
            map ->
                figure(
                    body,
                    "Embeddings",
                    map.dummies().isEmpty()
                        ? "Their two principal components"
                        : "Their two principal components, with the dummies",
                    Svg.of(
                        Charts.map(
                            map,
                            data.classes().map(ClassificationReport::realClass).orElse("real")),
                        "map",
                        "Embeddings by class")));
    body.append("</div>\n");
  }

  private static void figure(StringBuilder body, String title, String caption, String svg) {
    body.append("<figure><figcaption>")
        .append(Html.escape(title))
        .append("<span>")
        .append(Html.escape(caption))
        .append("</span></figcaption>")
        .append(svg)
        .append("</figure>\n");
  }

  private static void classes(StringBuilder body, ClassificationReport report) {
    ConfusionMatrix confusion = report.confusion();
    body.append("<h2>Classes</h2>\n<p>")
        .append("Accuracy ")
        .append(percent(report.accuracy()))
        .append(", balanced ")
        .append(percent(report.balancedAccuracy()))
        .append('.');
    BinaryView any = report.augmented();
    BinaryView own = report.separated();
    if (any != null && own != null) {
      body.append(" Any fake class for a fake: ")
          .append(percent(any.mean()))
          .append("; its own class: ")
          .append(percent(own.mean()))
          .append(" (means of the reals' and the fakes' recall).");
    }
    body.append("</p>\n<div class=\"scroll\"><table class=\"matrix\">\n<thead><tr><th>Truth</th>");
    confusion
        .classes()
        .forEach(c -> body.append("<th>predicted ").append(Html.escape(c)).append("</th>"));
    body.append("</tr></thead>\n<tbody>\n");
    for (int label = 0; label < confusion.classes().size(); label++) {
      body.append("<tr><th>").append(Html.escape(confusion.classes().get(label))).append("</th>");
      for (int prediction = 0; prediction < confusion.classes().size(); prediction++) {
        double share = report.confusionPercent().get(label).get(prediction) / 100;
        body.append(
            Text.format(
                "<td style=\"--share:%.3f\">%s<small>%d</small></td>",
                Double.isNaN(share) ? 0 : share,
                percent(share),
                confusion.count(label, prediction)));
      }
      body.append("</tr>\n");
    }
    body.append("</tbody>\n</table></div>\n");
  }

  private static String percent(double share) {
    return Numbers.percent(share, 1).replace(" ", "&nbsp;");
  }

  private static void errors(StringBuilder body, ReportData data) {
    if (data.errors().isEmpty()) {
      return;
    }
    body.append("<h2>Worst errors</h2>\n");
    if (data.errors().stream().anyMatch(e -> e.heatMap().isPresent())) {
      body.append(
          "<p class=\"note\">Below each image: where the evidence for fake lies (Grad-CAM).</p>\n");
    }
    body.append("<div class=\"errors\">\n");
    for (ReportData.WorstError error : data.errors()) {
      body.append("<figure>").append(Html.jpeg(error.thumbnail(), error.file()));
      error.heatMap().ifPresent(map -> body.append(Html.jpeg(map, "Heat map of " + error.file())));
      body.append("<figcaption>")
          .append(Html.escape(error.className()))
          .append(
              Text.format(
                  ", %s %.3f", data.probabilities() ? "P(fake)" : "score", error.probability()))
          .append("<span class=\"file\">")
          .append(Html.escape(error.file()))
          .append("</span></figcaption></figure>\n");
    }
    body.append("</div>\n");
  }

  static void provenance(StringBuilder body, Map<String, String> provenance) {
    if (provenance.isEmpty()) {
      return;
    }
    body.append("<h2>Provenance</h2>\n<table class=\"provenance\">\n<tbody>\n");
    provenance.forEach(
        (name, value) ->
            body.append("<tr><th>")
                .append(Html.escape(name))
                .append("</th><td>")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
    body.append("</tbody>\n</table>\n");
  }
}
