package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.cli.option.FacesMode;
import io.dmyt.cli.option.VideoOptions;
import io.dmyt.cli.output.PredictionOutputs;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.cli.output.VideoReport;
import io.dmyt.cli.output.VideoWords;
import io.dmyt.face.FaceDetector;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.VideoScore;
import io.dmyt.screening.FaceDetectors;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoAnnotator;
import io.dmyt.screening.VideoDetector;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Judges videos and tells what they are, one after the other.
 *
 * @param videos one at least
 * @param weights the detector's file
 * @param report where the page goes; null for none
 * @param annotated where the videos with boxes go
 */
record VideoRun(
    List<Path> videos,
    Path weights,
    VideoOptions options,
    FacesMode faces,
    VideoScore score,
    @Nullable Path report,
    AnnotatedFiles annotated) {

  /** Judges videos, which it is given in their order. */
  @FunctionalInterface
  interface Judge extends AutoCloseable {
    /** As {@link VideoDetector#predict(Path)}. */
    VideoResult predict(Path video) throws IOException;

    @Override
    default void close() {}
  }

  /** Where videos are judged. */
  @FunctionalInterface
  interface Place {
    Judge judge(List<Path> videos, ScreeningOptions options, FaceDetectors.Choice faces)
        throws IOException;
  }

  /** Judges videos in this process. */
  static Place here(Detector detector, Terminal terminal) {
    return (videos, options, faces) -> {
      VideoDetector judge = new VideoDetector(detector, faces.detector(), options);
      return video -> {
        try (ProgressLine progress =
            new ProgressLine(terminal, String.valueOf(video.getFileName()), 0)) {
          return judge.predict(video, (read, chosen) -> progress.at(read, "of " + chosen));
        }
      };
    };
  }

  /** Whether one is fake; whether one could not be read. */
  record Outcome(boolean fake, boolean bad) {}

  Outcome run(Detector detector, Place place, PredictionOutputs outputs, Terminal terminal)
      throws IOException {
    ScreeningOptions screening = options.screening(faces, score);
    int[] counts = new int[Verdict.values().length];
    List<VideoException> bad = new ArrayList<>();
    FaceDetectors.Choice choice = options.faces(terminal);
    try (FaceDetector finder = choice.detector();
        VideoReport page = report == null ? null : new VideoReport(report, weights, detector)) {
      terminal.say(
          "faces        %s",
          screening.findsFaces()
              ? Text.format(
                  "found by %s, cut out: %s%s",
                  finder.name(),
                  VideoDetector.crop(detector),
                  detector.spec().preprocessing().faces() == null
                      ? " (the detector doesn't say how it was given faces)"
                      : "")
              : "not looked for: whole frames are scored");
      try (Judge judge = place.judge(videos, screening, choice)) {
        for (Path video : videos) {
          try {
            VideoResult result = judge.predict(video);
            counts[result.verdict().ordinal()]++;
            outputs.screened(result);
            if (page != null) {
              page.add(result, finder.name());
            }
            result
                .info()
                .highDynamicRange()
                .ifPresent(kind -> terminal.say("%s: %s", video, VideoWords.mapped(kind)));
            annotate(video, result, terminal);
          } catch (VideoException e) {
            bad.add(e);
            outputs.badVideo(e);
          }
        }
      }
      if (page != null) {
        page.write();
        terminal.say("report       %s", report);
      }
    }
    say(counts, bad, terminal);
    return new Outcome(counts[Verdict.FAKE.ordinal()] > 0, !bad.isEmpty());
  }

  private static void say(int[] counts, List<VideoException> bad, Terminal terminal) {
    terminal.say(
        "%s: %d fake, %d real, %d without a verdict",
        Numbers.count(IntStream.of(counts).sum(), "video"),
        counts[Verdict.FAKE.ordinal()],
        counts[Verdict.REAL.ordinal()],
        counts[Verdict.NONE.ordinal()]);
    if (!bad.isEmpty()) {
      terminal.say("%d of the files are not videos that can be read:", bad.size());
      bad.forEach(b -> terminal.say("  %s", b.getMessage()));
    }
  }

  private void annotate(Path video, VideoResult result, Terminal terminal) throws IOException {
    Path target = annotated.byVideo().get(video);
    if (target == null) {
      return;
    }
    VideoWriter.Sound sound = VideoAnnotator.write(result, target);
    terminal.say(
        "annotated    %s%s",
        target,
        sound.kept() || sound.codec().isEmpty()
            ? ""
            : Text.format(", without its sound (%s)", sound.codec()));
  }
}
