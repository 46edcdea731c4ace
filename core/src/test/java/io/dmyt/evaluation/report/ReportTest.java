package io.dmyt.evaluation.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.OperatingPoint;
import io.dmyt.RuleKind;
import io.dmyt.data.RgbImage;
import io.dmyt.evaluation.LabelledDecisions;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.ClassificationReport;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.VideoScore;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ReportTest {
  private static final Bootstrap FAST = new Bootstrap(200, 0.95, 1);
  private static final List<String> CLASSES = List.of("faceswap", "reenactment", "real");

  @Test
  void testReport_holdsEveryPart() throws IOException {
    String html = TestReport.html(data());
    for (String part :
        List.of(
            "This detector tells fakes from real images",
            "By video (mean of frames)",
            "ROC AUC",
            "Videos: mean of frames",
            "aria-label=\"ROC curve\"",
            "Histogram of the scores",
            "Share of fakes by score",
            "Embeddings by class",
            "predicted reenactment",
            "Their two principal components, with the dummies",
            "Other decision rules",
            "aria-label=\"ROC AUC by corruption and severity\"",
            "data:image/jpeg;base64,",
            "P(fake) 0.031",
            "resnet18")) {
      assertTrue(html.contains(part), "lacks " + part);
    }
    write("test-report.html", html);
  }

  @Test
  void pages_ask_noOne() throws IOException {
    for (String html : List.of(TestReport.html(data()), history())) {
      assertFalse(Pattern.compile("(?i)https?:|<script|<link|@import").matcher(html).find());
      Matcher source = Pattern.compile("(?:src|href)=\"([^\"]*)\"").matcher(html);
      while (source.find()) {
        assertTrue(
            source.group(1).startsWith("data:") || source.group(1).startsWith("#"),
            source.group(1));
      }
      Matcher url = Pattern.compile("url\\(([^)]*)\\)").matcher(html);
      while (url.find()) {
        assertTrue(url.group(1).startsWith("#"), url.group());
      }
    }
  }

  /** Two charts on a page may not share an id: the second would be clipped by the first. */
  @Test
  void idsAreUnique() throws IOException {
    for (String html : List.of(TestReport.html(data()), history())) {
      List<String> ids = new ArrayList<>();
      Matcher id = Pattern.compile("\\bid=\"([^\"]*)\"").matcher(html);
      while (id.find()) {
        ids.add(id.group(1));
      }
      assertEquals(ids.stream().distinct().count(), ids.size(), ids.toString());
    }
  }

  /** No colour of a chart is fixed: every one is the theme's. */
  @Test
  void charts_followTheTheme() throws IOException {
    String html = TestReport.html(data());
    String charts = html.substring(html.indexOf("<svg"), html.lastIndexOf("</svg>"));
    assertTrue(charts.contains("var(--accent)"));
    assertTrue(charts.contains("var(--text)"));
    assertFalse(Pattern.compile("rgb|#[0-9a-f]{3}").matcher(charts.replace("url(#", "")).find());
  }

  @Test
  void names_areEscaped() throws IOException {
    String html =
        TestReport.html(
            new ReportData(
                "<b>\"x\" & 'y'</b>",
                scores(),
                DetectionReport.of(scores(), 0.5, Bootstrap.NONE),
                Map.of("<i>", DetectionReport.of(scores(), 0.5, Bootstrap.NONE)),
                Map.of("<a>", DetectionReport.of(scores(), 0.5, Bootstrap.NONE)),
                Optional.of(
                    ClassificationReport.of(
                        List.of("<fake>", "real"), 1, new int[] {0, 1}, new int[] {0, 1})),
                Optional.empty(),
                Map.of("<em>", List.of(DetectionReport.of(scores(), 0.5, Bootstrap.NONE))),
                List.of(
                    new ReportData.WorstError(
                        "<u>.png", "<s>", 0.1, thumbnail(1), Optional.empty())),
                Map.of("<p>", "<q>")));
    assertTrue(html.contains("&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;"));
    assertFalse(Pattern.compile("<(a|b|em|i|u|s|q|fake)>").matcher(html).find());
  }

  @Test
  void nothingScored_isSaid_andOneClassToo() {
    DetectionScores none = DetectionScores.of(new double[] {Double.NaN}, new boolean[1]);
    assertTrue(page(none).contains("No images were scored"));
    assertFalse(page(none).contains("<svg"));
    DetectionScores fakes = DetectionScores.of(new double[] {0.9}, new boolean[] {true});
    assertTrue(page(fakes).contains("All images are fakes"));
    assertTrue(page(fakes).contains("it finds 100.0 % of the fakes."));
    assertTrue(page(fakes).contains("n/a"));
    DetectionScores reals =
        DetectionScores.of(new double[] {0.9, Double.NaN}, new boolean[] {false, false});
    assertTrue(page(reals).contains("All images are real"));
    assertTrue(page(reals).contains("it calls 100.0 % of the real ones fake."));
    assertTrue(page(reals).contains("1 image could not be scored and is left out"));
  }

  /** An SVM's scores are none: no reliability, and nothing is called P(fake). */
  @Test
  void scoresThatAreNoProbabilities_areNotCalledSo() {
    double[] margins = {0.9, 0.2, 0.6};
    LabelledDecisions svm =
        new LabelledDecisions(
            RuleKind.SVM,
            List.of("fake", "real"),
            1,
            new int[] {0, 1, 1},
            new int[] {0, 1, 0},
            margins,
            false,
            OperatingPoint.DEFAULT);
    String html =
        TestReport.html(
            new ReportData(
                "Test",
                svm.scores(),
                svm.detection(svm.scores(), Bootstrap.NONE),
                Map.of(),
                Map.of(),
                Optional.of(svm.classification()),
                Optional.of(
                    EmbeddingMap.of(
                        new float[][] {{0, 1}, {1, 0}, {2, 2}},
                        new int[] {0, 1, 1},
                        List.of("fake", "real"),
                        Map.of())),
                Map.of(),
                List.of(
                    new ReportData.WorstError("a.png", "real", 0.6, new byte[1], Optional.empty())),
                Map.of()));
    assertTrue(html.contains("ROC AUC"));
    assertTrue(html.contains("real, score 0.600"));
    assertFalse(html.contains("P(fake)"));
    assertFalse(html.contains("Reliability"));
    assertTrue(html.contains("Their two principal components<"));
  }

  /** A white square of 400 becomes one of 192, and JPEG's first two bytes are FF D8. */
  @Test
  void thumbnails_areSmall() throws IOException {
    byte[] white = new byte[3 * 400 * 200];
    Arrays.fill(white, (byte) 255);
    byte[] file = Thumbnails.jpeg(new RgbImage(400, 200, white));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    assertEquals(192, image.getWidth());
    assertEquals(96, image.getHeight());
    assertEquals(0xffffffff, image.getRGB(100, 50));
    assertEquals(
        3,
        ImageIO.read(new ByteArrayInputStream(Thumbnails.jpeg(new RgbImage(3, 1, new byte[9]))))
            .getWidth());
  }

  @Test
  void historyReport_holdsEveryChart() throws IOException {
    String html = history();
    for (String part : List.of("Loss", "Accuracy", "validation", "Learning rate", "resnet18")) {
      assertTrue(html.contains(part), "lacks " + part);
    }
    write("history.html", html);
  }

  /** A training that diverges has values of any size. */
  @Test
  @Timeout(120)
  void charts_endWhateverTheValues() {
    double[] enormous = {1, 2e29, Double.POSITIVE_INFINITY, -Double.MAX_VALUE, Double.NaN};
    double[] tiny = {1, 1 + 1e-15, 1, 1, 1};
    String html =
        HistoryReport.html(
            "Run", Map.of("Loss", Map.of("a", enormous), "Rate", Map.of("b", tiny)), Map.of());
    assertEquals(3, html.split("<svg", -1).length);
    EmbeddingMap map =
        EmbeddingMap.of(
            new float[][] {{0, 1e30f}, {-1e30f, 0}, {2, 2}},
            new int[] {0, 1, 1},
            List.of("fake", "real"),
            Map.of("real", new float[] {1e25f, 1}));
    String svg = Svg.of(Charts.map(map, "real"), "map", "Embeddings");
    assertTrue(svg.contains("<svg"), svg);
  }

  /**
   * Points on the line (1, 2, 2)/3 with a little scatter along (2, −2, 1)/3: these are the axes,
   * and a dummy at the mean is at the origin.
   */
  @Test
  void embeddingMap_findsTheAxes() {
    float[][] rows = new float[40][3];
    int[] labels = new int[40];
    for (int i = 0; i < 40; i++) {
      double along = i - 19.5;
      double across = i % 2 == 0 ? 0.3 : -0.3;
      rows[i][0] = (float) (1 + along / 3 + across * 2 / 3);
      rows[i][1] = (float) (1 + along * 2 / 3 - across * 2 / 3);
      rows[i][2] = (float) (1 + along * 2 / 3 + across / 3);
    }
    EmbeddingMap map =
        EmbeddingMap.of(rows, labels, CLASSES, Map.of("real", new float[] {1, 1, 1}));
    assertEquals(19.5, map.samples().get(39).at().x(), 0.01);
    assertEquals(-19.5, map.samples().get(0).at().x(), 0.01);
    assertEquals(0.3, Math.abs(map.samples().get(0).at().y()), 0.05);
    assertEquals(0, map.dummies().get("real").x(), 0.01);
    assertEquals(1, map.variance().get(0) + map.variance().get(1), 1e-6);
    assertTrue(map.variance().get(0) > 0.99);
  }

  @Test
  void embeddingMap_ofEqualPoints_isAPoint() {
    EmbeddingMap map = EmbeddingMap.of(new float[3][4], new int[3], CLASSES, Map.of());
    assertEquals(new EmbeddingMap.Point(0, 0), map.samples().get(2).at());
    assertEquals(List.of(0.0, 0.0), map.variance());
  }

  @Test
  void embeddingMap_faultsAreNamed() {
    assertThrows(
        IllegalArgumentException.class,
        () -> EmbeddingMap.of(new float[0][], new int[0], CLASSES, Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> EmbeddingMap.of(new float[1][2], new int[] {3}, CLASSES, Map.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> EmbeddingMap.of(new float[1][2], new int[1], CLASSES, Map.of("x", new float[3])));
  }

  private static String page(DetectionScores scores) {
    return TestReport.html(
        new ReportData(
            "Test",
            scores,
            DetectionReport.of(scores, 0.5, Bootstrap.NONE),
            Map.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            List.of(),
            Map.of()));
  }

  private static String history() {
    Map<String, Map<String, double[]>> charts = new LinkedHashMap<>();
    charts.put("Loss", lines(0.9, 0.5, 0.3, 0.22, 0.2, "training", "validation"));
    charts.put("Accuracy", lines(0.55, 0.7, 0.82, 0.9, 0.91, "training", "validation"));
    charts.put(
        "Learning rate", Map.of("learning rate", new double[] {2e-5, 2e-5, 2e-5, 1e-5, 1e-5}));
    charts.put("Triplets", Map.of("mined", new double[] {Double.NaN, 40, 30, 22, 12}));
    return HistoryReport.html("Training of resnet18", charts, Map.of("Backbone", "resnet18"));
  }

  private static Map<String, double[]> lines(
      double a, double b, double c, double d, double e, String first, String second) {
    Map<String, double[]> lines = new LinkedHashMap<>();
    lines.put(first, new double[] {a, b, c, d, e});
    lines.put(second, new double[] {a * 0.95, b * 1.05, c * 1.04, d * 1.1, e * 1.02});
    return lines;
  }

  private static DetectionScores scores() {
    return scores(1.5);
  }

  private static DetectionScores scores(double deviation) {
    SplittableRandom random = new SplittableRandom(1);
    double[] scores = new double[600];
    boolean[] fakes = new boolean[600];
    List<String> videos = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      fakes[i] = i % 3 > 0;
      scores[i] = 1 / (1 + Math.exp(-deviation * random.nextGaussian() + (fakes[i] ? -1.4 : 1.4)));
      videos.add((fakes[i] ? "fake/" : "real/") + i / 30);
    }
    return DetectionScores.of(scores, fakes, videos);
  }

  private static ReportData data() throws IOException {
    DetectionScores scores = scores();
    SplittableRandom random = new SplittableRandom(2);
    int[] labels = new int[300];
    int[] predictions = new int[300];
    float[][] embeddings = new float[300][8];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 3;
      predictions[i] = random.nextDouble() < 0.8 ? labels[i] : random.nextInt(3);
      for (int f = 0; f < 8; f++) {
        boolean mine = labels[i] == 2 ? f < 4 : f / 2 == 2 + labels[i];
        embeddings[i][f] = (float) ((mine ? 1 : 0) + 0.25 * random.nextGaussian());
      }
    }
    Map<String, float[]> dummies = new LinkedHashMap<>();
    dummies.put("real", new float[] {1, 1, 1, 1, 0, 0, 0, 0});
    dummies.put("faceswap", new float[] {0, 0, 0, 0, 1, 1, 0, 0});
    dummies.put("reenactment", new float[] {0, 0, 0, 0, 0, 0, 1, 1});
    Map<String, DetectionReport> videos = new LinkedHashMap<>();
    videos.put("mean of frames", DetectionReport.of(scores.byVideo(VideoScore.MEAN), 0.5, FAST));
    videos.put(
        "median of frames", DetectionReport.of(scores.byVideo(VideoScore.MEDIAN), 0.5, FAST));
    Map<String, List<DetectionReport>> corrupted = new LinkedHashMap<>();
    for (double noise : new double[] {0.5, 1}) {
      List<DetectionReport> reports = new ArrayList<>();
      for (int severity = 1; severity <= 5; severity++) {
        reports.add(DetectionReport.of(scores(1.5 + noise * severity), 0.5, FAST));
      }
      corrupted.put(noise == 1 ? "noise" : "blur", reports);
    }
    List<ReportData.WorstError> errors = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      errors.add(
          new ReportData.WorstError(
              "faceswap/video_0" + i + "/frame_00" + i + ".png",
              "faceswap",
              0.031 + 0.01 * i,
              thumbnail(i),
              i % 2 == 0 ? Optional.of(thumbnail(i + 50)) : Optional.empty()));
    }
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("Backbone", "resnet18");
    provenance.put("Loss", "DmyT");
    provenance.put(
        "Data", "dataset/test, 600 images, sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b");
    return new ReportData(
        "Test of detector.zip",
        scores,
        DetectionReport.of(scores, 0.5, FAST),
        videos,
        Map.of("svm", DetectionReport.of(scores, 0.4, FAST)),
        Optional.of(ClassificationReport.of(CLASSES, 2, labels, predictions)),
        Optional.of(EmbeddingMap.of(embeddings, labels, CLASSES, dummies)),
        corrupted,
        errors,
        provenance);
  }

  private static byte[] thumbnail(int hue) throws IOException {
    BufferedImage image = new BufferedImage(96, 96, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.getHSBColor(hue / 80f, 0.4f, 0.8f));
    graphics.fillRect(0, 0, 96, 96);
    graphics.setColor(Color.WHITE);
    graphics.fillOval(24, 16, 48, 64);
    graphics.dispose();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", file);
    return file.toByteArray();
  }

  /** For a look at it in a browser. */
  private static void write(String name, String html) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "reports"));
    Files.writeString(folder.resolve(name), html);
  }
}
