package io.dmyt.evaluation.report;

import io.dmyt.internal.Numbers;
import java.awt.Color;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;

/** Charts as SVG elements to be put into a page. */
final class Svg {
  private static final Pattern ROOT_TAG = Pattern.compile("<svg\\b[^>]*>");
  private static final Pattern BROKEN_TAG = Pattern.compile("\\s*\\n\\s*(?=/?>)");
  private static final String EMPTY_DEFS = "<defs id=\"genericDefs\"/>";
  private static final Pattern STYLE = Pattern.compile("\\bstyle=\"([^\"]*)\"");

  private Svg() {}

  /**
   * The chart as an element that fills the width it is given, and its legend as text under it.
   *
   * @param id that no other chart of the page has
   * @param description what the chart shows, for those who cannot see it
   */
  static String of(XYChart chart, String id, String description) {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(emptyDocument());
    context.setIDGenerator(
        new SVGIDGenerator() {
          @Override
          public String generateID(String prefix) {
            return id + "-" + super.generateID(prefix);
          }
        });
    SVGGraphics2D graphics = new SVGGraphics2D(context, false);
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    StringWriter text = new StringWriter();
    try {
      graphics.stream(graphics.getRoot(), text, true, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A StringWriter throws none.
    }
    String svg = BROKEN_TAG.matcher(text.toString()).replaceAll("").replace(EMPTY_DEFS, "");
    return ChartColor.replaceStandIns(
        inline(svg, chart.getWidth(), chart.getHeight(), description) + legend(chart));
  }

  /** XChart's own legend does not wrap, and shrinks with the chart. */
  private static String legend(XYChart chart) {
    StringBuilder legend = new StringBuilder("<p class=\"legend\">");
    for (XYSeries series : chart.getSeriesCollection()) {
      boolean scattered =
          series.getXYSeriesRenderStyle().filter(XYSeriesRenderStyle.Scatter::equals).isPresent();
      Color colour = scattered ? series.getMarkerColor() : series.getLineColor();
      String sign = series.getLineStyle().equals(SeriesLines.DASH_DASH) ? "┅" : "━";
      if (scattered) {
        sign = series.getMarker().equals(SeriesMarkers.DIAMOND) ? "◆" : "●";
      }
      legend.append(
          Numbers.format(
              "<span><i style=\"color:rgb(%d,%d,%d)\">%s</i> %s</span> ",
              colour.getRed(),
              colour.getGreen(),
              colour.getBlue(),
              sign,
              Html.escape(series.getName())));
    }
    return legend.append("</p>").toString();
  }

  /**
   * The root element with what a page needs of its attributes, and what comes before it left out.
   */
  private static String inline(String svg, int width, int height, String description) {
    Matcher root = ROOT_TAG.matcher(svg);
    if (!root.find()) {
      throw new IllegalStateException("no SVG: " + svg);
    }
    Matcher style = STYLE.matcher(root.group());
    return Numbers.format(
        "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" style=\"%s\">%s",
        width,
        height,
        Html.escape(description),
        style.find() ? style.group(1) : "",
        svg.substring(root.end()));
  }

  private static Document emptyDocument() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK has no XML parser", e);
    }
  }
}
