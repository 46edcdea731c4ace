package io.dmyt.screening;

import io.dmyt.Detector;
import io.dmyt.OperatingPoint;
import io.dmyt.Prediction;
import io.dmyt.data.FaceCrop;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.face.Face;
import io.dmyt.face.FaceCropper;
import io.dmyt.face.FaceDetector;
import io.dmyt.video.VideoFrame;
import io.dmyt.video.VideoReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges videos: finds faces in their frames, follows them, cuts them out as the detector was
 * trained on, and scores them. Frames pass through one at a time; of a face, its numbers and a few
 * small pictures are kept.
 *
 * <p>Not safe for use by several threads at once. It owns neither detector.
 */
public final class VideoDetector {
  private static final int BATCH = 8;

  private final Detector detector;
  private final FaceDetector faces;
  private final ScreeningOptions options;
  private final FaceCrop crop;

  /** Hears of a video's frames while they are read. */
  @FunctionalInterface
  public interface Progress {
    /**
     * A frame was read.
     *
     * @param read how many were so far
     * @param chosen how many will be, unless some are damaged
     */
    void read(int read, int chosen);
  }

  /** A crop that waits for its score. */
  private record Pending(TrackBuilder track, int place, Sample sample, RgbImage crop) {}

  /**
   * @param detector scores crops; it must {@link Detector#hasVerdict have a verdict}
   * @param faces finds faces
   */
  public VideoDetector(Detector detector, FaceDetector faces, ScreeningOptions options) {
    this.detector = detector;
    this.faces = faces;
    this.options = options;
    crop = crop(detector);
  }

  /**
   * How faces are cut out for a detector: as it says; for one that says nothing, aligned as
   * DeepfakeBench has it.
   */
  public static FaceCrop crop(Detector detector) {
    FaceCrop own = detector.spec().preprocessing().faces();
    return own == null ? FaceCrop.aligned() : own;
  }

  /** {@link #predict(Path, Progress)} without anybody who listens. */
  public VideoResult predict(Path video) throws IOException {
    return predict(video, (read, chosen) -> {});
  }

  /**
   * Judges a video.
   *
   * @throws io.dmyt.video.VideoException if the file is no video; one line says why
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public VideoResult predict(Path video, Progress progress) throws IOException {
    OperatingPoint point = detector.calibration().operatingPoint();
    List<TrackBuilder> tracks = new ArrayList<>();
    List<Pending> pending = new ArrayList<>();
    Tracker tracker = new Tracker();
    Cuts cuts = new Cuts();
    int read = 0;
    try (VideoReader reader = VideoReader.open(video, options.frames())) {
      for (Optional<VideoFrame> f = reader.next(); f.isPresent(); f = reader.next()) {
        VideoFrame frame = f.get();
        if (options.findsFaces()) {
          List<Face> found = faces.detect(frame.image());
          int[] numbers = tracker.next(found, cuts.isCut(frame.image()));
          for (int i = 0; i < numbers.length; i++) {
            see(frame, found.get(i), track(tracks, numbers[i]), pending);
          }
        } else {
          queue(frame, Optional.empty(), frame.image(), track(tracks, 0), pending);
        }
        if (pending.size() >= BATCH) {
          score(pending);
        }
        progress.read(++read, reader.chosen());
      }
      score(pending);
      return new VideoResult(
          video.toString(),
          reader.info(),
          reader.damage(),
          reader.chosen(),
          read,
          cuts.count(),
          tracks.stream().map(t -> t.build(options, point)).toList());
    }
  }

  private static TrackBuilder track(List<TrackBuilder> tracks, int index) {
    if (index == tracks.size()) {
      tracks.add(new TrackBuilder(index + 1));
    }
    return tracks.get(index);
  }

  private void see(VideoFrame frame, Face face, TrackBuilder track, List<Pending> pending) {
    Optional<String> skipped = Optional.empty();
    if (face.box().size() < options.minSize()) {
      skipped = Optional.of("too small");
    } else {
      RgbImage cut = FaceCropper.crop(frame.image(), face, crop);
      if (Sharpness.of(cut) >= options.minSharpness()) {
        queue(frame, Optional.of(face), cut, track, pending);
        return;
      }
      skipped = Optional.of("too blurred");
    }
    track.add(new Sighting(frame.index(), frame.time(), Optional.of(face), Double.NaN, skipped));
  }

  private static void queue(
      VideoFrame frame,
      Optional<Face> face,
      RgbImage cut,
      TrackBuilder track,
      List<Pending> pending) {
    int place =
        track.add(new Sighting(frame.index(), frame.time(), face, Double.NaN, Optional.empty()));
    pending.add(new Pending(track, place, frame.opened(cut), cut));
  }

  private void score(List<Pending> pending) {
    List<Prediction> predictions =
        detector.predictSamples(pending.stream().map(Pending::sample).toList());
    for (int i = 0; i < predictions.size(); i++) {
      Pending p = pending.get(i);
      p.track().score(p.place(), predictions.get(i).fakeProbability(), p.crop());
    }
    pending.clear();
  }
}
