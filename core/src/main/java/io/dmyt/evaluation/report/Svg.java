package io.dmyt.evaluation.report;

import com.google.errorprone.annotations.FormatMethod;
import io.dmyt.internal.Text;
import java.math.BigDecimal;

/**
 * Charts as SVG elements to be put into a page. Text is text, which the page's reader sees in the
 * page's font: libraries that draw charts measure text with fonts of the system that draws, and
 * servers often have none.
 */
final class Svg {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 360;
  private static final int TOP = 10;
  private static final int RIGHT = 14;
  private static final int BOTTOM = 48;
  private static final int TICK_SIZE = 12;
  private static final int TITLE_SIZE = 13;
  private static final int TICK_GAP = 6;

  /** Left of the tick labels: the vertical axis's title. */
  private static final int TITLE_SPACE = 24;

  /** The widest that a digit is in usual fonts, as a share of their size. */
  private static final double DIGIT_WIDTH = 0.6;

  private static final double DOT_RADIUS = 3.5;
  private static final double DIAMOND_RADIUS = 5;

  private final Chart chart;
  private final String id;
  private final StringBuilder svg = new StringBuilder();
  private final Axis xAxis;
  private final Axis yAxis;
  private final double left;

  private Svg(Chart chart, String id) {
    this.chart = chart;
    this.id = id;
    xAxis = chart.xAxis();
    yAxis = chart.yAxis();
    int digits = yAxis.ticks().stream().mapToInt(t -> Axis.label(t).length()).max().orElse(0);
    left = TITLE_SPACE + DIGIT_WIDTH * TICK_SIZE * digits + TICK_GAP;
  }

  /**
   * The chart as an element that fills the width it is given, and its legend as text under it.
   *
   * @param id that no other chart of the page has
   * @param description what the chart shows, for those who cannot see it
   */
  static String of(Chart chart, String id, String description) {
    return new Svg(chart, id).draw(description);
  }

  private String draw(String description) {
    add(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
        WIDTH, HEIGHT, Html.escape(description));
    add(
        "<clipPath id=\"%s-plot\"><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/></clipPath>",
        id, left, TOP, WIDTH - RIGHT - left, HEIGHT - BOTTOM - TOP);
    axes();
    add("<g clip-path=\"url(#%s-plot)\">", id);
    chart.series().forEach(this::series);
    add("</g>");
    // Names may lie on points: an edge of paper sets them off.
    add("<g stroke=\"var(--paper)\" stroke-width=\"3\" paint-order=\"stroke\">");
    for (Chart.Label label : chart.labels()) {
      text(x(label.x()), y(label.y()), "middle", TITLE_SIZE, ChartColor.TEXT, "600", label.text());
    }
    add("</g></svg>");
    legend();
    return svg.toString();
  }

  private void axes() {
    add("<g stroke=\"%s\">", ChartColor.GRID.css());
    for (BigDecimal tick : xAxis.ticks()) {
      double x = x(tick.doubleValue());
      add("<path d=\"M%.1f %dV%d\"/>", x, TOP, HEIGHT - BOTTOM);
    }
    for (BigDecimal tick : yAxis.ticks()) {
      add("<path d=\"M%.1f %.1fH%d\"/>", left, y(tick.doubleValue()), WIDTH - RIGHT);
    }
    add("</g>");
    for (BigDecimal tick : xAxis.ticks()) {
      double below = HEIGHT - BOTTOM + TICK_GAP + TICK_SIZE;
      tickLabel(x(tick.doubleValue()), below, "middle", tick);
    }
    for (BigDecimal tick : yAxis.ticks()) {
      // A digit's middle is about a third of its size above the line on which it stands.
      tickLabel(left - TICK_GAP, y(tick.doubleValue()) + TICK_SIZE / 3.0, "end", tick);
    }
    title((left + WIDTH - RIGHT) / 2, HEIGHT - TICK_GAP, chart.xTitle());
    double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
    add("<g transform=\"translate(%d %.1f) rotate(-90)\">", TITLE_SIZE, middle);
    title(0, 0, chart.yTitle());
    add("</g>");
  }

  private void tickLabel(double x, double y, String anchor, BigDecimal tick) {
    text(x, y, anchor, TICK_SIZE, ChartColor.MUTED, "400", Axis.label(tick));
  }

  private void title(double x, double y, String title) {
    text(x, y, "middle", TITLE_SIZE, ChartColor.MUTED, "400", title);
  }

  private void text(
      double x, double y, String anchor, int size, ChartColor color, String weight, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" font-weight=\"%s\""
            + " fill=\"%s\">%s</text>",
        x, y, anchor, size, weight, color.css(), Html.escape(text));
  }

  private void series(Chart.Series series) {
    String color = series.color().css();
    switch (series.style()) {
      case LINE -> line(series, "");
      case DASHED_LINE -> line(series, " stroke-dasharray=\"5 4\"");
      case MARKED_LINE -> {
        line(series, "");
        dots(series, 1);
      }
      case AREA -> {
        add(
            "<path fill=\"%s\" fill-opacity=\"0.27\" d=\"%sV%.1fH%.1fZ\"/>",
            color, path(series), y(0), x(series.x()[0]));
        line(series, "");
      }
      case DOTS -> dots(series, 0.6);
      case DIAMONDS -> {
        add("<path fill=\"%s\" d=\"", color);
        for (int i = 0; i < series.x().length; i++) {
          double x = x(series.x()[i]);
          double y = y(series.y()[i]) - DIAMOND_RADIUS;
          add("M%.1f %.1fl%3$.0f %3$.0fl-%3$.0f %3$.0fl-%3$.0f -%3$.0fZ", x, y, DIAMOND_RADIUS);
        }
        add("\"/>");
      }
    }
  }

  private void line(Chart.Series series, String attributes) {
    add(
        "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"%s"
            + " d=\"%s\"/>",
        series.color().css(), attributes, path(series));
  }

  private String path(Chart.Series series) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < series.x().length; i++) {
      path.append(
          Text.format("%s%.1f %.1f", i == 0 ? "M" : "L", x(series.x()[i]), y(series.y()[i])));
    }
    return path.toString();
  }

  private void dots(Chart.Series series, double opacity) {
    add("<g fill=\"%s\" fill-opacity=\"%.1f\">", series.color().css(), opacity);
    for (int i = 0; i < series.x().length; i++) {
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
          x(series.x()[i]), y(series.y()[i]), DOT_RADIUS);
    }
    add("</g>");
  }

  /** Under the chart and not in it, where it could not wrap. */
  private void legend() {
    add("<p class=\"legend\">");
    for (Chart.Series series : chart.series()) {
      add(
          "<span><i style=\"color:%s\">%s</i> %s</span> ",
          series.color().css(), series.style().sign(), Html.escape(series.name()));
    }
    add("</p>");
  }

  private double x(double value) {
    return left + xAxis.place(value) * (WIDTH - RIGHT - left);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - yAxis.place(value) * (HEIGHT - BOTTOM - TOP);
  }

  @FormatMethod
  private void add(String format, Object... arguments) {
    svg.append(Text.format(format, arguments));
  }
}
