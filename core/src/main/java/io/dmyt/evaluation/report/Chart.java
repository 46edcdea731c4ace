package io.dmyt.evaluation.report;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** What a chart shows: series of points over two axes. {@link Svg} draws it. */
final class Chart {
  /** Values beyond this, as of a training that diverges, are drawn at it. */
  private static final double LARGEST = 1e12;

  /** How a series is drawn. */
  enum Style {
    LINE("━"),
    DASHED_LINE("┅"),
    MARKED_LINE("━"),
    AREA("━"),
    DOTS("●"),
    DIAMONDS("◆");

    private final String sign;

    Style(String sign) {
      this.sign = sign;
    }

    /** What stands for it in the legend. */
    String sign() {
      return sign;
    }
  }

  /** Points in order; as many of x as of y. */
  record Series(String name, Style style, ChartColor color, double[] x, double[] y) {
    Series {
      x = Arrays.stream(x).map(Chart::clipped).toArray();
      y = Arrays.stream(y).map(Chart::clipped).toArray();
      if (x.length != y.length) {
        throw new IllegalArgumentException(
            Text.format("%s has %d values of x and %d of y", name, x.length, y.length));
      }
    }
  }

  /** Text at a place of the chart. */
  record Label(String text, double x, double y) {}

  private final String xTitle;
  private final String yTitle;
  private final List<Series> series = new ArrayList<>();
  private final List<Label> labels = new ArrayList<>();
  private @Nullable Axis xAxis;
  private @Nullable Axis yAxis;
  private boolean wholeX;

  Chart(String xTitle, String yTitle) {
    this.xTitle = xTitle;
    this.yTitle = yTitle;
  }

  /** The value as it is drawn. */
  static double clipped(double value) {
    return Math.max(-LARGEST, Math.min(LARGEST, value));
  }

  /** The range across, in place of one that the points fit into. */
  Chart across(double low, double high) {
    xAxis = new Axis(low, high, false);
    return this;
  }

  /** The range upwards, in place of one that the points fit into. */
  Chart upwards(double low, double high) {
    yAxis = new Axis(low, high, false);
    return this;
  }

  /** Across there are whole numbers only. */
  Chart wholeNumbersAcross() {
    wholeX = true;
    return this;
  }

  /** Adds a series; infinite and enormous values are drawn at ±1e12. */
  Chart add(String name, Style style, ChartColor color, double[] x, double[] y) {
    series.add(new Series(name, style, color, x, y));
    return this;
  }

  Chart label(String text, double x, double y) {
    labels.add(new Label(text, x, y));
    return this;
  }

  String xTitle() {
    return xTitle;
  }

  String yTitle() {
    return yTitle;
  }

  Axis xAxis() {
    return xAxis != null ? xAxis : Axis.around(values(Series::x), wholeX);
  }

  Axis yAxis() {
    return yAxis != null ? yAxis : Axis.around(values(Series::y), false);
  }

  List<Series> series() {
    return Collections.unmodifiableList(series);
  }

  List<Label> labels() {
    return Collections.unmodifiableList(labels);
  }

  private double[] values(Function<Series, double[]> coordinate) {
    return series.stream().map(coordinate).flatMapToDouble(DoubleStream::of).toArray();
  }
}
