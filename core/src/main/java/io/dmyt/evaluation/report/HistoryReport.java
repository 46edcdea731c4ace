package io.dmyt.evaluation.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The page about a training run. */
public final class HistoryReport {
  private HistoryReport() {}

  /**
   * What is shown of an epoch; NaN where there is none.
   *
   * @param trainAccuracy from 0 to 1, as is the other
   * @param triplets mined in a training batch; with a loss that mines none NaN, as are the next
   *     four then
   * @param sameDistance mean distance of two training images of one class
   * @param differentDistance and of different classes
   * @param precisionAt1 of the validation images' embeddings, from 0 to 1, as is the next
   * @param seconds that it took
   */
  public record Epoch(
      double learningRate,
      double trainLoss,
      double trainAccuracy,
      double validLoss,
      double validAccuracy,
      double triplets,
      double sameDistance,
      double differentDistance,
      double precisionAt1,
      double mapAtR,
      double seconds) {}

  /**
   * The whole page, with the charts that suit the epochs.
   *
   * @param title of the page
   * @param epochs one at least, from the first on
   * @param provenance where model and data are from: name and value
   */
  public static String html(String title, List<Epoch> epochs, Map<String, String> provenance) {
    Map<String, Map<String, double[]>> charts = new LinkedHashMap<>();
    charts.put("Loss", trainingAndValidation(epochs, Epoch::trainLoss, Epoch::validLoss));
    if (Double.isNaN(epochs.get(0).triplets())) {
      charts.put(
          "Accuracy", trainingAndValidation(epochs, Epoch::trainAccuracy, Epoch::validAccuracy));
    } else {
      // A triplet loss has no accuracy before an SVM is fitted, but mines.
      charts.put("Neighbours of the same class", neighbours(epochs));
      charts.put("Distance of two embeddings", distances(epochs));
      charts.put(
          "Mined triplets in a batch",
          Map.of("mean of the epoch", values(epochs, Epoch::triplets)));
    }
    charts.put("Learning rate", Map.of("learning rate", values(epochs, Epoch::learningRate)));
    charts.put("Seconds", Map.of("seconds of the epoch", values(epochs, Epoch::seconds)));
    return html(title, charts, provenance);
  }

  private static Map<String, double[]> trainingAndValidation(
      List<Epoch> epochs, ToDoubleFunction<Epoch> training, ToDoubleFunction<Epoch> validation) {
    Map<String, double[]> lines = new LinkedHashMap<>();
    lines.put("training", values(epochs, training));
    lines.put("validation", values(epochs, validation));
    return lines;
  }

  private static Map<String, double[]> neighbours(List<Epoch> epochs) {
    Map<String, double[]> lines = new LinkedHashMap<>();
    lines.put("precision@1", values(epochs, Epoch::precisionAt1));
    lines.put("MAP@R", values(epochs, Epoch::mapAtR));
    return lines;
  }

  private static Map<String, double[]> distances(List<Epoch> epochs) {
    Map<String, double[]> lines = new LinkedHashMap<>();
    lines.put("of one class", values(epochs, Epoch::sameDistance));
    lines.put("of different classes", values(epochs, Epoch::differentDistance));
    return lines;
  }

  private static double[] values(List<Epoch> epochs, ToDoubleFunction<Epoch> value) {
    return epochs.stream().mapToDouble(value).toArray();
  }

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
