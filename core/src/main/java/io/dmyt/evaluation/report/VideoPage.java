package io.dmyt.evaluation.report;

import io.dmyt.data.RgbImage;
import io.dmyt.evaluation.report.Chart.Style;
import io.dmyt.internal.Text;
import io.dmyt.metric.Estimate;
import java.util.List;
import java.util.Map;

/** The page about videos: verdicts in words, P(fake) over time, pictures, heat maps. */
public final class VideoPage {
  /**
   * A video.
   *
   * @param name its path
   * @param verdict in words, one sentence or two
   * @param faces that were found
   * @param facts what was used and what was skipped: name and value
   */
  public record Video(String name, String verdict, List<Face> faces, Map<String, String> facts) {}

  /**
   * A face in a video.
   *
   * @param name such as {@code face 1}
   * @param verdict in a few words
   * @param score P(fake) with its interval; NaN without a verdict
   * @param seconds when it was scored, ascending
   * @param scores P(fake) at these times
   * @param pictures of it over time
   * @param strongest the frames that speak most for fake
   */
  public record Face(
      String name,
      String verdict,
      Estimate score,
      double[] seconds,
      double[] scores,
      List<Picture> pictures,
      List<Picture> strongest) {}

  /**
   * A picture.
   *
   * @param caption such as {@code 3.2 s: 0.87}
   */
  public record Picture(RgbImage image, String caption) {}

  /** How far the axis of shares goes beyond 0 and 1. */
  private static final double BEYOND = 0.025;

  private VideoPage() {}

  /**
   * The whole page. It names no other file and no address.
   *
   * @param threshold from which P(fake) on a face is called fake
   * @param provenance where the detector is from: name and value
   */
  public static String html(
      String title, List<Video> videos, double threshold, Map<String, String> provenance) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>").append(Html.escape(title)).append("</h1>\n");
    for (int i = 0; i < videos.size(); i++) {
      video(body, videos.get(i), i, threshold);
    }
    body.append("<h2>How it was judged</h2>\n");
    table(body, provenance);
    return Html.page(title, body.toString());
  }

  private static void video(StringBuilder body, Video video, int number, double threshold) {
    body.append("<h2>")
        .append(Html.escape(video.name()))
        .append("</h2>\n<p class=\"verdict\">")
        .append(Html.escape(video.verdict()))
        .append("</p>\n");
    boolean scored = video.faces().stream().anyMatch(f -> f.seconds().length > 0);
    if (scored) {
      body.append("<figure><figcaption>P(fake) over time")
          .append("<span>A dot for each frame that was scored. The dashed line is the threshold: a")
          .append(" face at or above it is called fake.</span></figcaption>")
          .append(
              Svg.of(
                  timeline(video.faces(), threshold),
                  "video" + number,
                  "P(fake) of each face over time in " + video.name()))
          .append("</figure>\n");
    }
    for (Face face : video.faces()) {
      face(body, face);
    }
    table(body, video.facts());
  }

  private static Chart timeline(List<Face> faces, double threshold) {
    Chart chart = new Chart("Seconds", "P(fake)").upwards(-BEYOND, 1 + BEYOND);
    chart =
        chart.add(
            Text.format("threshold %.2f", threshold),
            Style.DASHED_LINE,
            ChartColor.MUTED,
            new double[] {0, end(faces)},
            new double[] {threshold, threshold});
    for (int i = 0; i < faces.size(); i++) {
      Face face = faces.get(i);
      if (face.seconds().length > 0) {
        chart =
            chart.add(
                face.name(),
                Style.MARKED_LINE,
                ChartColor.series(i),
                face.seconds(),
                face.scores());
      }
    }
    return chart;
  }

  private static double end(List<Face> faces) {
    double end = 0;
    for (Face face : faces) {
      for (double second : face.seconds()) {
        end = Math.max(end, second);
      }
    }
    return end == 0 ? 1 : end;
  }

  private static void face(StringBuilder body, Face face) {
    body.append("<h3>")
        .append(Html.escape(face.name()))
        .append(": ")
        .append(Html.escape(face.verdict()))
        .append("</h3>\n");
    if (!face.pictures().isEmpty()) {
      body.append("<p class=\"note\">As the detector saw it, from left to right in time:</p>\n");
      pictures(body, face.pictures(), "strip");
    }
    if (!face.strongest().isEmpty()) {
      body.append("<p class=\"note\">The frames with the highest P(fake), and where in them the")
          .append(" evidence for fake lies (Grad-CAM):</p>\n");
      pictures(body, face.strongest(), "errors");
    }
  }

  private static void pictures(StringBuilder body, List<Picture> pictures, String kind) {
    body.append("<div class=\"").append(kind).append("\">\n");
    for (Picture picture : pictures) {
      body.append("<figure>")
          .append(Html.jpeg(Thumbnails.jpeg(picture.image()), picture.caption()))
          .append("<figcaption>")
          .append(Html.escape(picture.caption()))
          .append("</figcaption></figure>\n");
    }
    body.append("</div>\n");
  }

  private static void table(StringBuilder body, Map<String, String> rows) {
    body.append("<div class=\"scroll\"><table class=\"provenance\">\n");
    rows.forEach(
        (name, value) ->
            body.append("<tr><th scope=\"row\">")
                .append(Html.escape(name))
                .append("</th><td>")
                .append(Html.escape(value))
                .append("</td></tr>\n"));
    body.append("</table></div>\n");
  }
}
