package io.dmyt.evaluation.report;

import io.dmyt.internal.Numbers;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.Reliability;
import io.dmyt.metric.RocCurve;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The charts, before they are put into a page. */
final class Charts {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 360;
  private static final int HISTOGRAM_BINS = 20;
  private static final int AREA_ALPHA = 70;

  /** How far above its point a label stands, as a share of the chart. */
  private static final double LABEL_SHIFT = 0.045;

  /** How much of the chart's width a label takes. */
  private static final double LABEL_WIDTH = 0.2;

  /** How far shares' axes go beyond 0 and 1: a line there is whole, and the ends have labels. */
  private static final double BEYOND = 0.025;

  /** How far a map goes beyond its points, as a share of it: the labels have to be within. */
  private static final double MAP_MARGIN = 0.1;

  /**
   * The largest value that is drawn: with spans from about 1e20 XChart looks for ticks for ever.
   */
  private static final double LARGEST = 1e12;

  private static final Color NONE = new Color(255, 255, 255, 0);
  private static final BasicStroke DASHED = SeriesLines.DASH_DASH;

  private Charts() {}

  /** The ROC curve, with the point of the threshold. */
  static XYChart roc(RocCurve curve, double falsePositiveRate, double truePositiveRate) {
    XYChart chart = chart("False alarms (share of the reals)", "Fakes found");
    sharesAcross(chart);
    sharesUpwards(chart);
    line(chart, "chance", new double[] {0, 1}, new double[] {0, 1}, ChartColor.MUTED, DASHED);
    line(
        chart,
        "this detector",
        curve.points().stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray(),
        curve.points().stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray(),
        ChartColor.ACCENT,
        SeriesLines.SOLID);
    points(
        chart,
        "at the threshold",
        new double[] {falsePositiveRate},
        new double[] {truePositiveRate},
        ChartColor.TEXT,
        SeriesMarkers.DIAMOND,
        255);
    return chart;
  }

  /** How the scores of reals and of fakes are spread, with the threshold. */
  static XYChart histogram(DetectionScores scores, double threshold, String scoreName) {
    XYChart chart = chart(scoreName, "Share of the class, %");
    sharesAcross(chart);
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
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(top * (1 + BEYOND));
    steps(chart, "real", reals, ChartColor.REAL);
    steps(chart, "fake", fakes, ChartColor.FAKE);
    line(
        chart,
        "threshold",
        new double[] {threshold, threshold},
        new double[] {0, top},
        ChartColor.TEXT,
        DASHED);
    return chart;
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
  private static void steps(XYChart chart, String name, double[] heights, ChartColor ink) {
    double[] x = new double[2 * heights.length];
    double[] y = new double[2 * heights.length];
    for (int b = 0; b < heights.length; b++) {
      x[2 * b] = b / (double) heights.length;
      x[2 * b + 1] = (b + 1) / (double) heights.length;
      y[2 * b] = heights[b];
      y[2 * b + 1] = heights[b];
    }
    XYSeries series = line(chart, name, x, y, ink, SeriesLines.SOLID);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
    series.setFillColor(ink.standIn(AREA_ALPHA));
  }

  /** What share of the samples with a score are fakes. */
  static XYChart reliability(Reliability reliability) {
    XYChart chart = chart("P(fake), mean of the bin", "Share of fakes");
    sharesAcross(chart);
    sharesUpwards(chart);
    line(
        chart,
        "as it should be",
        new double[] {0, 1},
        new double[] {0, 1},
        ChartColor.MUTED,
        DASHED);
    List<Reliability.Bin> filled =
        reliability.bins().stream().filter(b -> b.samples() > 0).toList();
    XYSeries series =
        line(
            chart,
            "this detector",
            filled.stream().mapToDouble(Reliability.Bin::meanScore).toArray(),
            filled.stream().mapToDouble(Reliability.Bin::fakeShare).toArray(),
            ChartColor.ACCENT,
            SeriesLines.SOLID);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(ChartColor.ACCENT.standIn());
    return chart;
  }

  /** The embeddings in their plane, and the dummies. */
  static XYChart map(EmbeddingMap map, String realClass) {
    XYChart chart =
        chart(
            axis("First component", map.variance().get(0)),
            axis("Second component", map.variance().get(1)));
    int fakes = 0;
    for (int c = 0; c < map.classes().size(); c++) {
      int label = c;
      String name = map.classes().get(c);
      ChartColor ink = name.equals(realClass) ? ChartColor.REAL : ChartColor.series(fakes++);
      List<EmbeddingMap.Sample> samples =
          map.samples().stream().filter(s -> s.label() == label).toList();
      if (!samples.isEmpty()) {
        points(
            chart,
            name,
            samples.stream().mapToDouble(s -> s.at().x()).toArray(),
            samples.stream().mapToDouble(s -> s.at().y()).toArray(),
            ink,
            SeriesMarkers.CIRCLE,
            150);
      }
    }
    if (!map.dummies().isEmpty()) {
      points(
          chart,
          "dummies",
          map.dummies().values().stream().mapToDouble(EmbeddingMap.Point::x).toArray(),
          map.dummies().values().stream().mapToDouble(EmbeddingMap.Point::y).toArray(),
          ChartColor.TEXT,
          SeriesMarkers.DIAMOND,
          255);
      DoubleSummaryStatistics x = range(map, EmbeddingMap.Point::x);
      DoubleSummaryStatistics y = range(map, EmbeddingMap.Point::y);
      double width = x.getMax() - x.getMin();
      double height = y.getMax() - y.getMin();
      chart
          .getStyler()
          .setXAxisMin(x.getMin() - MAP_MARGIN * width)
          .setXAxisMax(x.getMax() + MAP_MARGIN * width)
          .setYAxisMin(y.getMin() - MAP_MARGIN * height)
          .setYAxisMax(y.getMax() + MAP_MARGIN * height)
          .setPlotContentSize(1);
      label(chart, map, LABEL_WIDTH * width, LABEL_SHIFT * height);
    }
    return chart;
  }

  /** Names the dummies: above each, or below it where another name stands there already. */
  private static void label(XYChart chart, EmbeddingMap map, double width, double shift) {
    List<EmbeddingMap.Point> names = new ArrayList<>();
    map.dummies()
        .forEach(
            (name, at) -> {
              EmbeddingMap.Point above = new EmbeddingMap.Point(at.x(), at.y() + shift);
              EmbeddingMap.Point below = new EmbeddingMap.Point(at.x(), at.y() - shift);
              boolean free =
                  names.stream()
                      .noneMatch(
                          n ->
                              Math.abs(n.x() - above.x()) < width
                                  && Math.abs(n.y() - above.y()) < shift);
              EmbeddingMap.Point place = free ? above : below;
              names.add(place);
              chart.addAnnotation(new AnnotationText(name, place.x(), place.y(), false));
            });
  }

  private static DoubleSummaryStatistics range(
      EmbeddingMap map, ToDoubleFunction<EmbeddingMap.Point> coordinate) {
    return Stream.concat(
            map.samples().stream().map(EmbeddingMap.Sample::at), map.dummies().values().stream())
        .mapToDouble(coordinate)
        .map(Charts::clipped)
        .summaryStatistics();
  }

  private static double[] clipped(double[] values) {
    return Arrays.stream(values).map(Charts::clipped).toArray();
  }

  private static double clipped(double value) {
    return Math.max(-LARGEST, Math.min(LARGEST, value));
  }

  private static String axis(String name, double share) {
    return Numbers.format("%s (%.0f %% of the variance)", name, 100 * share);
  }

  /**
   * Lines over the epochs, counted from 1; NaN leaves a gap out, and what is beyond ±1e12, as in a
   * training that diverges, is drawn there.
   *
   * @param lines a value per epoch, by name
   */
  static XYChart history(String yTitle, Map<String, double[]> lines) {
    return lines("Epoch", 1, yTitle, lines);
  }

  /**
   * ROC AUC over severities, counted from 0.
   *
   * @param lines a value per severity, by what was done to the images
   */
  static XYChart severities(Map<String, double[]> lines) {
    return lines("Severity", 0, "ROC AUC", lines);
  }

  private static XYChart lines(
      String xTitle, int first, String yTitle, Map<String, double[]> lines) {
    XYChart chart = chart(xTitle, yTitle);
    chart.getStyler().setXAxisDecimalPattern("0").setYAxisDecimalPattern("0.##########");
    int number = 0;
    for (Map.Entry<String, double[]> entry : lines.entrySet()) {
      double[] values = entry.getValue();
      int[] there =
          IntStream.range(0, values.length).filter(e -> !Double.isNaN(values[e])).toArray();
      if (there.length > 0) {
        ChartColor ink = number == 0 ? ChartColor.ACCENT : ChartColor.series(number);
        XYSeries series =
            line(
                chart,
                entry.getKey(),
                IntStream.of(there).mapToDouble(e -> first + e).toArray(),
                IntStream.of(there).mapToDouble(e -> values[e]).toArray(),
                ink,
                SeriesLines.SOLID);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(ink.standIn());
      }
      number++;
    }
    return chart;
  }

  private static XYSeries line(
      XYChart chart, String name, double[] x, double[] y, ChartColor ink, BasicStroke stroke) {
    XYSeries series = chart.addSeries(name, clipped(x), clipped(y));
    series.setLineColor(ink.standIn());
    series.setLineStyle(stroke);
    series.setMarker(SeriesMarkers.NONE);
    return series;
  }

  private static void points(
      XYChart chart,
      String name,
      double[] x,
      double[] y,
      ChartColor ink,
      Marker marker,
      int alpha) {
    XYSeries series = chart.addSeries(name, clipped(x), clipped(y));
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    series.setMarker(marker);
    series.setMarkerColor(ink.standIn(alpha));
  }

  private static XYChart chart(String xTitle, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    XYStyler style = chart.getStyler();
    style.setLocale(Locale.ROOT);
    style.setChartTitleVisible(false);
    style.setChartBackgroundColor(NONE);
    style.setChartFontColor(ChartColor.TEXT.standIn());
    style.setPlotBackgroundColor(NONE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(ChartColor.GRID.standIn());
    style.setAxisTickLabelsColor(ChartColor.MUTED.standIn());
    style.setAxisTickMarksColor(ChartColor.GRID.standIn());
    style.setXAxisTitleColor(ChartColor.MUTED.standIn());
    style.setYAxisTitleColor(ChartColor.MUTED.standIn());
    style.setAxisTitleFont(font(Font.PLAIN, 13));
    style.setAnnotationTextFont(font(Font.BOLD, 13));
    style.setAnnotationTextFontColor(ChartColor.TEXT.standIn());
    style.setAxisTickLabelsFont(font(Font.PLAIN, 12));
    style.setLegendVisible(false);
    style.setMarkerSize(7);
    style.setChartPadding(6);
    style.setPlotContentSize(0.94);
    return chart;
  }

  private static void sharesAcross(XYChart chart) {
    chart.getStyler().setXAxisMin(-BEYOND).setXAxisMax(1 + BEYOND).setPlotContentSize(1);
  }

  private static void sharesUpwards(XYChart chart) {
    chart.getStyler().setYAxisMin(-BEYOND).setYAxisMax(1 + BEYOND);
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
