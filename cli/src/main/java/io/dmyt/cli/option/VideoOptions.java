package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.cli.output.DownloadLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.face.FaceDetector;
import io.dmyt.hub.Download;
import io.dmyt.hub.WeightsCache;
import io.dmyt.metric.VideoScore;
import io.dmyt.screening.FaceDetectors;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.video.FrameSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Options that say which frames of a video are looked at, and how faces are found in them. */
public final class VideoOptions {
  @Parameter(
      names = "--frames",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Frames of a video to look at, evenly spaced; 0 for all (default: 32)")
  Integer frames;

  @Parameter(
      names = "--fps",
      validateWith = OptionChecks.Positive.class,
      description = "Instead of --frames: look at N frames per second")
  Double perSecond;

  @Parameter(
      names = "--every",
      validateWith = OptionChecks.Count.class,
      description = "Instead of --frames: look at every N-th frame")
  Integer every;

  @Parameter(
      names = "--face-model",
      description = "File of the face detector YuNet (default: fetched once)")
  public @Nullable Path faceModel;

  @Parameter(
      names = "--offline",
      description = "Never use the network: the face detector must be in the cache already")
  boolean offline;

  /** The frames that were asked for. */
  public FrameSelection selection() {
    if (Stream.of(frames, perSecond, every).filter(o -> o != null).count() > 1) {
      throw new UsageException("--frames, --fps and --every exclude each other");
    }
    try {
      if (perSecond != null) {
        return FrameSelection.perSecond(perSecond);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--fps: " + e.getMessage());
    }
    if (every != null) {
      return FrameSelection.every(every);
    }
    return frames == null
        ? ScreeningOptions.DEFAULT.frames()
        : frames == 0 ? FrameSelection.all() : FrameSelection.evenly(frames);
  }

  /** Whether the network must not be touched. */
  public boolean offline() {
    return offline;
  }

  /** How videos are judged. */
  public ScreeningOptions screening(FacesMode faces, VideoScore score) {
    return ScreeningOptions.DEFAULT
        .withFrames(selection())
        .withFindsFaces(faces != FacesMode.OFF)
        .withScore(score);
  }

  /** The face detector, fetched if need be; says so if it is the weaker one. */
  public FaceDetectors.Choice faces(Terminal terminal) throws IOException {
    WeightsCache cache = WeightsCache.ofEnvironment().withOffline(offline);
    FaceDetectors.Choice choice;
    try (DownloadLine progress = new DownloadLine(terminal)) {
      choice = FaceDetectors.choose(Optional.ofNullable(faceModel), cache, progress);
    }
    choice.note().ifPresent(note -> terminal.say("%s; or pass --face-model FILE", note));
    return choice;
  }

  /** Another one of the same, for another thread, without a word. */
  public FaceDetector again() throws IOException {
    return FaceDetectors.choose(
            Optional.ofNullable(faceModel),
            WeightsCache.ofEnvironment().withOffline(true),
            Download.Progress.NONE)
        .detector();
  }
}
