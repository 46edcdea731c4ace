package io.dmyt.cli.output;

import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoDamage;
import io.dmyt.video.VideoInfo;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What is said of videos, in words. */
public final class VideoWords {
  private VideoWords() {}

  /** The verdict of a video, in a sentence or two. */
  static String verdict(VideoResult result, double threshold) {
    return result
        .deciding()
        .map(
            face ->
                Text.format(
                    "%s: P(fake) of face %d is %s, %s the threshold of %.3f.%s",
                    face.verdict().label().toUpperCase(Locale.ROOT),
                    face.number(),
                    score(face.score()),
                    face.score().value() >= threshold ? "at or above" : "below",
                    threshold,
                    result.faces().size() > 1
                        ? Text.format(" It is the highest of %d faces.", result.faces().size())
                        : ""))
        .orElse("No verdict: " + result.reason().orElse("") + ".");
  }

  /** The verdict of a face, in a few words. */
  static String verdict(FaceTrack face) {
    return face.reason()
        .map(r -> "no verdict, " + r)
        .orElse(
            Text.format(
                "%s, P(fake) %s from %s",
                face.verdict().label(),
                score(face.score()),
                Numbers.count(face.scored(), "frame")));
  }

  /** {@code 0.87 (0.80 to 0.93)}. */
  static String score(Estimate score) {
    return Double.isNaN(score.low())
        ? Numbers.fixed(score.value(), 2)
        : Text.format("%.2f (%.2f to %.2f)", score.value(), score.low(), score.high());
  }

  static String info(VideoInfo info) {
    return Text.format(
        "%d × %d pixels, %.1f s, %d frames, %s%.2f a second, %s",
        info.width(),
        info.height(),
        info.duration().toNanos() / 1e9,
        info.frames(),
        info.variableRate() ? "on average " : "",
        info.frameRate(),
        info.codec());
  }

  /** What became of a video's high dynamic range. */
  public static String mapped(String kind) {
    return Text.format(
        "high dynamic range (%s), mapped to standard dynamic range as in ITU-R BT.2390", kind);
  }

  /** How many frames were looked at, and what damage cost. */
  static String frames(VideoResult result) {
    VideoDamage damage = result.damage();
    String looked = Text.format("%d of %d looked at", result.read(), result.info().frames());
    return damage.isNone()
        ? looked
        : Text.format(
            "%s; %s cost %s, the first at %.2f s",
            looked,
            Numbers.count(damage.packets(), "damaged packet"),
            Numbers.count(damage.frames(), "frame"),
            damage.times().get(0).toNanos() / 1e9);
  }

  /** Which faces in which frames were not scored, and why. */
  static String skipped(VideoResult result) {
    Map<String, Integer> why = new TreeMap<>();
    for (FaceTrack face : result.faces()) {
      for (Sighting sighting : face.sightings()) {
        sighting.skipped().ifPresent(reason -> why.merge(reason, 1, Integer::sum));
      }
    }
    if (why.isEmpty()) {
      return "nothing";
    }
    StringBuilder text = new StringBuilder();
    why.forEach(
        (reason, count) ->
            text.append(text.isEmpty() ? "" : ", ").append(count).append(" ").append(reason));
    return text.toString();
  }
}
