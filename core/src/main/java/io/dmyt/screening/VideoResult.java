package io.dmyt.screening;

import io.dmyt.internal.Numbers;
import io.dmyt.metric.Estimate;
import io.dmyt.video.VideoDamage;
import io.dmyt.video.VideoInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is said of a video.
 *
 * @param video its path
 * @param info what it is
 * @param damage what of it could not be decoded
 * @param chosen how many frames were to be looked at
 * @param read how many were
 * @param cuts how many cuts were seen between them
 * @param faces in the order of appearance
 */
public record VideoResult(
    String video,
    VideoInfo info,
    VideoDamage damage,
    int chosen,
    int read,
    int cuts,
    List<FaceTrack> faces) {
  public VideoResult {
    faces = List.copyOf(faces);
  }

  /** The face with the highest score, which decides; nothing if no face has a verdict. */
  public Optional<FaceTrack> deciding() {
    return faces.stream()
        .filter(f -> f.verdict() != Verdict.NONE)
        .max(Comparator.comparingDouble(f -> f.score().value()));
  }

  /** P(fake) of the video: the highest of its faces', with that face's interval. */
  public Estimate score() {
    return deciding().map(FaceTrack::score).orElse(Estimate.NONE);
  }

  /** Fake if one face is. */
  public Verdict verdict() {
    return deciding().map(FaceTrack::verdict).orElse(Verdict.NONE);
  }

  /** Why there is no verdict; nothing if there is one. */
  public Optional<String> reason() {
    if (verdict() != Verdict.NONE) {
      return Optional.empty();
    }
    if (read == 0) {
      return Optional.of("none of its frames could be decoded");
    }
    if (faces.isEmpty()) {
      return Optional.of("no face found in " + Numbers.count(read, "frame"));
    }
    return faces.stream()
        .max(Comparator.comparingInt(f -> f.sightings().size()))
        .flatMap(FaceTrack::reason);
  }
}
