package io.dmyt.evaluation.report;

import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.Estimate;

/** What the metrics say, in words. */
final class Verdict {
  private Verdict() {}

  /**
   * Two or three sentences.
   *
   * @param sample what was judged: "image" or "video"
   */
  static String of(DetectionReport report, String sample) {
    String samples = sample + "s";
    if (report.reals() + report.fakes() == 0) {
      return "No " + samples + " were scored, so there is nothing to say.";
    }
    StringBuilder words = new StringBuilder();
    Estimate area = report.estimate(DetectionMetric.ROC_AUC);
    if (Double.isNaN(area.value())) {
      words
          .append("All ")
          .append(samples)
          .append(" are ")
          .append(report.fakes() > 0 ? "fakes" : "real")
          .append(", so this does not show how well the detector tells the two apart.");
    } else {
      words
          .append("This detector tells fakes from real ")
          .append(samples)
          .append(' ')
          .append(quality(area.value()))
          .append(": of a fake and a real one, the fake has the higher score in ")
          .append(percent(area))
          .append(" of the cases.");
    }
    words.append(Text.format(" At the threshold %.3f", report.threshold()));
    Estimate found = report.estimate(DetectionMetric.TRUE_POSITIVE_RATE);
    Estimate alarms = report.estimate(DetectionMetric.FALSE_POSITIVE_RATE);
    if (!Double.isNaN(found.value())) {
      words.append(" it finds ").append(percent(found)).append(" of the fakes");
    }
    if (!Double.isNaN(alarms.value())) {
      words
          .append(Double.isNaN(found.value()) ? " it" : " and")
          .append(" calls ")
          .append(percent(alarms))
          .append(" of the real ones fake");
    }
    words.append('.');
    if (report.unscored() > 0) {
      words
          .append(' ')
          .append(Numbers.count(report.unscored(), sample))
          .append(" could not be scored and ")
          .append(report.unscored() == 1 ? "is" : "are")
          .append(" left out.");
    }
    return words.toString();
  }

  private static String quality(double area) {
    if (area >= 0.99) {
      return "almost perfectly";
    }
    if (area >= 0.95) {
      return "very well";
    }
    if (area >= 0.85) {
      return "well";
    }
    if (area >= 0.7) {
      return "moderately";
    }
    if (area >= 0.55) {
      return "poorly";
    }
    return area >= 0.45 ? "no better than chance" : "worse than chance";
  }

  private static String percent(Estimate share) {
    String value = Numbers.percent(share.value(), 1);
    return Double.isNaN(share.low())
        ? value
        : value + Text.format(" (%.1f to %.1f)", 100 * share.low(), 100 * share.high());
  }
}
