package io.dmyt.evaluation.report;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class SvgTest {
  private static final double[] SOME = {1, 2, 3};

  private static Chart chart(double... y) {
    return Charts.history("Loss", Map.of("training", y));
  }

  /** The drawing without its legend; well-formed, or this fails. */
  private static String drawing(Chart chart) throws Exception {
    String html = Svg.of(chart, "id", "what it shows");
    String svg = html.substring(0, html.indexOf("<p class"));
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
    return svg;
  }

  /** The second of three epochs is in the middle, and the lowest loss below the highest. */
  @Test
  void pointsAreWhereTheirValuesAre() throws Exception {
    Matcher dots =
        Pattern.compile("cx=\"([\\d.]+)\" cy=\"([\\d.]+)\"").matcher(drawing(chart(4, 2, 0)));
    double[][] at = new double[3][2];
    for (double[] point : at) {
      assertTrue(dots.find());
      point[0] = Double.parseDouble(dots.group(1));
      point[1] = Double.parseDouble(dots.group(2));
    }
    assertFalse(dots.find());
    assertEquals((at[0][0] + at[2][0]) / 2, at[1][0], 0.1);
    assertEquals((at[0][1] + at[2][1]) / 2, at[1][1], 0.1);
    assertTrue(at[2][1] > at[0][1]);
  }

  @Test
  void everyStyleIsDrawn() throws Exception {
    for (Chart.Style style : Chart.Style.values()) {
      Chart chart = new Chart("x", "y").add("a", style, ChartColor.REAL, SOME, SOME);
      String svg = drawing(chart);
      assertTrue(svg.contains("var(--real)"), style + ": " + svg);
      assertFalse(svg.contains("NaN"), svg);
    }
  }

  @Test
  void namesAreEscaped() throws Exception {
    Chart chart =
        new Chart("<x>", "\"y\" & z").add("<b>", Chart.Style.LINE, ChartColor.REAL, SOME, SOME);
    drawing(chart.label("<i>", 1, 1));
    assertTrue(Svg.of(chart, "id", "\"<>").contains("&lt;b&gt;</span>"));
  }

  @Test
  void chartsEndWhateverTheValues() throws Exception {
    for (double[] values :
        List.of(
            new double[0],
            new double[] {Double.NaN},
            new double[] {1, 2e29, Double.POSITIVE_INFINITY, -Double.MAX_VALUE},
            new double[] {1, 1 + 1e-15, 1},
            new double[] {Double.MIN_VALUE, 0})) {
      String svg = drawing(chart(values));
      assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
      assertTrue(svg.length() < 10_000, svg);
    }
  }

  /** Fonts are the system's, and servers may have none. */
  @Test
  void nothingNeedsAFont() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.awt\\.(Font|FontMetrics)|java\\.awt\\.font\\..*")
        .check(new ClassFileImporter().importPackagesOf(Svg.class));
  }
}
