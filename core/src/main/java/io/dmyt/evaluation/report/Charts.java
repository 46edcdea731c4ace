package io.dmyt.evaluation.report;

import io.dmyt.evaluation.report.Chart.Style;
import io.dmyt.internal.Numbers;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.Reliability;
import io.dmyt.metric.RocCurve;
import java.util.ArrayList;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The charts of the pages. */
final class Charts {
  private static final int HISTOGRAM_BINS = 20;
  private static final double[] DIAGONAL = {0, 1};

  /** How far above its point a label stands, as a share of the chart. */
  private static final double LABEL_SHIFT = 0.045;

  /** How much of the chart's width a label takes. */
  private static final double LABEL_WIDTH = 0.2;

  /** How far shares' axes go beyond 0 and 1: a line there is whole, and the ends have labels. */
  private static final double BEYOND = 0.025;

  /** How far a map goes beyond its points, as a share of it: the labels have to be within. */
  private static final double MAP_MARGIN = 0.1;

  private Charts() {}

  /** The ROC curve, with the point of the threshold. */
  static Chart roc(RocCurve curve, double falsePositiveRate, double truePositiveRate) {
    return shares("False positive rate", "True positive rate")
        .add("chance", Style.DASHED_LINE, ChartColor.MUTED, DIAGONAL, DIAGONAL)
        .add(
            "this detector",
            Style.LINE,
            ChartColor.ACCENT,
            curve.points().stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray(),
            curve.points().stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray())
        .add(
            "at the threshold",
            Style.DIAMONDS,
            ChartColor.TEXT,
            new double[] {falsePositiveRate},
            new double[] {truePositiveRate});
  }

  /** How the scores of reals and of fakes are spread, with the threshold. */
  static Chart histogram(DetectionScores scores, double threshold, String scoreName) {
    double[] reals = shares(scores, false);
    double[] fakes = shares(scores, true);
    double highest =
        Math.max(
            1,
            IntStream.range(0, HISTOGRAM_BINS)
                .mapToDouble(b -> Math.max(reals[b], fakes[b]))
                .max()
                .getAsDouble());
    double top = Math.ceil(highest / 5) * 5;
    Chart chart =
        new Chart(scoreName, "Share of the class, %")
            .across(-BEYOND, 1 + BEYOND)
            .upwards(0, top * (1 + BEYOND));
    steps(chart, "real", reals, ChartColor.REAL);
    steps(chart, "fake", fakes, ChartColor.FAKE);
    return chart.add(
        "threshold",
        Style.DASHED_LINE,
        ChartColor.TEXT,
        new double[] {threshold, threshold},
        new double[] {0, top});
  }

  private static double[] shares(DetectionScores scores, boolean fakes) {
    double[] shares = new double[HISTOGRAM_BINS];
    long total = 0;
    for (int i = 0; i < scores.size(); i++) {
      double p = scores.probability(i);
      if (scores.isFake(i) == fakes && !Double.isNaN(p)) {
        shares[Math.min(HISTOGRAM_BINS - 1, (int) (p * HISTOGRAM_BINS))]++;
        total++;
      }
    }
    for (int b = 0; b < HISTOGRAM_BINS; b++) {
      shares[b] = total == 0 ? 0 : 100 * shares[b] / total;
    }
    return shares;
  }

  /** Bars without gaps, as the outline of an area. */
  private static void steps(Chart chart, String name, double[] heights, ChartColor color) {
    double[] x = new double[2 * heights.length];
    double[] y = new double[2 * heights.length];
    for (int b = 0; b < heights.length; b++) {
      x[2 * b] = b / (double) heights.length;
      x[2 * b + 1] = (b + 1) / (double) heights.length;
      y[2 * b] = heights[b];
      y[2 * b + 1] = heights[b];
    }
    chart.add(name, Style.AREA, color, x, y);
  }

  /** What share of the samples with a score are fakes. */
  static Chart reliability(Reliability reliability) {
    List<Reliability.Bin> filled =
        reliability.bins().stream().filter(b -> b.samples() > 0).toList();
    return shares("P(fake), mean of the bin", "Share of fakes")
        .add("perfectly calibrated", Style.DASHED_LINE, ChartColor.MUTED, DIAGONAL, DIAGONAL)
        .add(
            "this detector",
            Style.MARKED_LINE,
            ChartColor.ACCENT,
            filled.stream().mapToDouble(Reliability.Bin::meanScore).toArray(),
            filled.stream().mapToDouble(Reliability.Bin::fakeShare).toArray());
  }

  private static Chart shares(String xTitle, String yTitle) {
    return new Chart(xTitle, yTitle).across(-BEYOND, 1 + BEYOND).upwards(-BEYOND, 1 + BEYOND);
  }

  /** The embeddings in their plane, and the dummies. */
  static Chart map(EmbeddingMap map, String realClass) {
    Chart chart =
        new Chart(
            axis("First component", map.variance().get(0)),
            axis("Second component", map.variance().get(1)));
    int fakes = 0;
    for (int c = 0; c < map.classes().size(); c++) {
      int label = c;
      String name = map.classes().get(c);
      ChartColor color = name.equals(realClass) ? ChartColor.REAL : ChartColor.series(fakes++);
      List<EmbeddingMap.Point> points =
          map.samples().stream()
              .filter(s -> s.label() == label)
              .map(EmbeddingMap.Sample::at)
              .toList();
      if (!points.isEmpty()) {
        points(chart, name, Style.DOTS, color, points);
      }
    }
    if (!map.dummies().isEmpty()) {
      points(chart, "dummies", Style.DIAMONDS, ChartColor.TEXT, map.dummies().values());
      DoubleSummaryStatistics x = range(map, EmbeddingMap.Point::x);
      DoubleSummaryStatistics y = range(map, EmbeddingMap.Point::y);
      double width = x.getMax() - x.getMin();
      double height = y.getMax() - y.getMin();
      if (width > 0 && height > 0) {
        chart
            .across(x.getMin() - MAP_MARGIN * width, x.getMax() + MAP_MARGIN * width)
            .upwards(y.getMin() - MAP_MARGIN * height, y.getMax() + MAP_MARGIN * height);
      }
      label(chart, map, LABEL_WIDTH * width, LABEL_SHIFT * height);
    }
    return chart;
  }

  private static void points(
      Chart chart,
      String name,
      Style style,
      ChartColor color,
      Collection<EmbeddingMap.Point> points) {
    chart.add(
        name,
        style,
        color,
        points.stream().mapToDouble(EmbeddingMap.Point::x).toArray(),
        points.stream().mapToDouble(EmbeddingMap.Point::y).toArray());
  }

  /** Names the dummies: above each, or below it where another name stands there already. */
  private static void label(Chart chart, EmbeddingMap map, double width, double shift) {
    List<EmbeddingMap.Point> names = new ArrayList<>();
    map.dummies()
        .forEach(
            (name, at) -> {
              EmbeddingMap.Point above = new EmbeddingMap.Point(at.x(), at.y() + shift);
              EmbeddingMap.Point below = new EmbeddingMap.Point(at.x(), at.y() - 1.6 * shift);
              boolean free =
                  names.stream()
                      .noneMatch(
                          n ->
                              Math.abs(n.x() - above.x()) < width
                                  && Math.abs(n.y() - above.y()) < shift);
              EmbeddingMap.Point place = free ? above : below;
              names.add(place);
              chart.label(name, place.x(), place.y());
            });
  }

  private static DoubleSummaryStatistics range(
      EmbeddingMap map, ToDoubleFunction<EmbeddingMap.Point> coordinate) {
    return Stream.concat(
            map.samples().stream().map(EmbeddingMap.Sample::at), map.dummies().values().stream())
        .mapToDouble(coordinate)
        .map(Chart::clipped)
        .summaryStatistics();
  }

  private static String axis(String name, double share) {
    return name + " (" + Numbers.percent(share, 0) + " of the variance)";
  }

  /**
   * Lines over the epochs, counted from 1; NaN leaves a gap out, and what is beyond ±1e12, as in a
   * training that diverges, is drawn there.
   *
   * @param lines a value per epoch, by name
   */
  static Chart history(String yTitle, Map<String, double[]> lines) {
    return lines("Epoch", 1, yTitle, lines);
  }

  /**
   * ROC AUC over severities, counted from 0.
   *
   * @param lines a value per severity, by what was done to the images
   */
  static Chart severities(Map<String, double[]> lines) {
    return lines("Severity", 0, "ROC AUC", lines);
  }

  private static Chart lines(String xTitle, int first, String yTitle, Map<String, double[]> lines) {
    Chart chart = new Chart(xTitle, yTitle).wholeNumbersAcross();
    int number = 0;
    for (Map.Entry<String, double[]> entry : lines.entrySet()) {
      double[] values = entry.getValue();
      int[] there =
          IntStream.range(0, values.length).filter(e -> !Double.isNaN(values[e])).toArray();
      if (there.length > 0) {
        chart.add(
            entry.getKey(),
            Style.MARKED_LINE,
            number == 0 ? ChartColor.ACCENT : ChartColor.series(number),
            IntStream.of(there).mapToDouble(e -> first + e).toArray(),
            IntStream.of(there).mapToDouble(e -> values[e]).toArray());
      }
      number++;
    }
    return chart;
  }
}
