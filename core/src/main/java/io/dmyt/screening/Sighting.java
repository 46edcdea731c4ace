package io.dmyt.screening;

import io.dmyt.face.Face;
import java.time.Duration;
import java.util.Optional;

/**
 * A face in a frame.
 *
 * @param frame index of the frame among all of the video, from 0
 * @param time of the frame, from the video's first
 * @param face where it is; nothing where whole frames are scored
 * @param fakeProbability P(fake), calibrated: 0 real … 1 fake; NaN if it was not scored
 * @param skipped why it was not scored; nothing if it was
 */
public record Sighting(
    int frame,
    Duration time,
    Optional<Face> face,
    double fakeProbability,
    Optional<String> skipped) {

  Sighting scored(double probability) {
    return new Sighting(frame, time, face, probability, skipped);
  }
}
