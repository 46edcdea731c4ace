package io.dmyt.screening;

import io.dmyt.OperatingPoint;
import io.dmyt.data.RgbImage;
import io.dmyt.internal.Text;
import io.dmyt.metric.Estimate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Gathers what is known of a face: numbers of all its frames, pictures of a few. */
final class TrackBuilder {
  private static final int STRONGEST = 4;
  private static final int SHOTS = 48;

  /** The longer side of a small picture. */
  private static final int SHOT_SIDE = 96;

  private final int number;
  private final List<Sighting> sightings = new ArrayList<>();
  private final List<Shot> strongest = new ArrayList<>();
  private final List<Shot> shots = new ArrayList<>();
  private int scored;
  private int stride = 1;

  TrackBuilder(int number) {
    this.number = number;
  }

  /** Adds a frame, which may be scored later; returns its place. */
  int add(Sighting sighting) {
    sightings.add(sighting);
    return sightings.size() - 1;
  }

  void score(int place, double probability, RgbImage crop) {
    Sighting sighting = sightings.get(place).scored(probability);
    sightings.set(place, sighting);
    strongest.add(new Shot(sighting.time(), probability, crop));
    strongest.sort(Comparator.comparingDouble(Shot::fakeProbability).reversed());
    if (strongest.size() > STRONGEST) {
      strongest.remove(STRONGEST);
    }
    if (scored++ % stride == 0) {
      shots.add(new Shot(sighting.time(), probability, small(crop)));
    }
    if (shots.size() > SHOTS) {
      stride *= 2;
      List<Shot> all = List.copyOf(shots);
      shots.clear();
      for (int i = 0; i < all.size(); i += 2) {
        shots.add(all.get(i));
      }
    }
  }

  private static RgbImage small(RgbImage crop) {
    double factor = Math.min(1, (double) SHOT_SIDE / Math.max(crop.width(), crop.height()));
    return crop.resize(
        Math.max(1, (int) Math.round(factor * crop.width())),
        Math.max(1, (int) Math.round(factor * crop.height())));
  }

  FaceTrack build(ScreeningOptions options, OperatingPoint point) {
    Optional<String> reason = reason(options);
    Estimate score =
        reason.isPresent()
            ? Estimate.NONE
            : options
                .score()
                .estimate(
                    options.bootstrap(),
                    sightings.stream().mapToDouble(Sighting::fakeProbability).toArray());
    Verdict verdict =
        reason.isPresent()
            ? Verdict.NONE
            : point.isFake(score.value()) ? Verdict.FAKE : Verdict.REAL;
    return new FaceTrack(number, sightings, score, verdict, reason, strongest, shots);
  }

  private Optional<String> reason(ScreeningOptions options) {
    if (scored >= options.minFrames()) {
      return Optional.empty();
    }
    Map<String, Integer> why = new TreeMap<>();
    sightings.forEach(s -> s.skipped().ifPresent(r -> why.merge(r, 1, Integer::sum)));
    StringBuilder text = new StringBuilder();
    text.append(
        Text.format(
            "the face was scored in %d frame%s, %d are needed",
            scored, scored == 1 ? "" : "s", options.minFrames()));
    why.forEach((r, n) -> text.append(Text.format("; %s in %d", r, n)));
    return Optional.of(text.toString());
  }
}
