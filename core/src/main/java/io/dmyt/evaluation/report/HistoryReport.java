package io.dmyt.evaluation.report;

import java.util.Map;

/** The page about a training run. */
public final class HistoryReport {
  private HistoryReport() {}

  /**
   * The whole page. It names no other file and no address.
   *
   * @param title of the page
   * @param charts by the name of what they show, such as "Loss": lines by name, such as "training",
   *     each with a value per epoch, NaN where there is none
   * @param provenance where model and data are from: name and value
   */
  public static String html(
      String title, Map<String, Map<String, double[]>> charts, Map<String, String> provenance) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>").append(Html.escape(title)).append("</h1>\n<div class=\"charts\">\n");
    int number = 0;
    for (Map.Entry<String, Map<String, double[]>> chart : charts.entrySet()) {
      body.append("<figure><figcaption>")
          .append(Html.escape(chart.getKey()))
          .append("</figcaption>")
          .append(
              Svg.of(
                  Charts.history(chart.getKey(), chart.getValue()),
                  "history" + number++,
                  chart.getKey() + " by epoch"))
          .append("</figure>\n");
    }
    body.append("</div>\n");
    TestReport.provenance(body, provenance);
    return Html.page(title, body.toString());
  }
}
