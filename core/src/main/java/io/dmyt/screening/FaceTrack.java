package io.dmyt.screening;

import io.dmyt.metric.Estimate;
import java.util.List;
import java.util.Optional;

/**
 * A face, followed through a video.
 *
 * @param number from 1, in the order of appearance
 * @param sightings in the order of time, those that were not scored among them
 * @param score P(fake) of the face, with an interval from resampling its frames; NaN without a
 *     verdict
 * @param verdict of the face
 * @param reason why there is no verdict; nothing if there is one
 * @param strongest the frames with the highest P(fake), a few, the highest first
 * @param shots small pictures of its frames over time, a few
 */
public record FaceTrack(
    int number,
    List<Sighting> sightings,
    Estimate score,
    Verdict verdict,
    Optional<String> reason,
    List<Shot> strongest,
    List<Shot> shots) {
  public FaceTrack {
    sightings = List.copyOf(sightings);
    strongest = List.copyOf(strongest);
    shots = List.copyOf(shots);
  }

  /** How many of its frames were scored. */
  public int scored() {
    return (int) sightings.stream().filter(s -> s.skipped().isEmpty()).count();
  }
}
