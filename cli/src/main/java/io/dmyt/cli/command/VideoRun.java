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
import org.jspecify.annotations.Nullable;

/**
 * Judges videos, one after the other.
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

  /** What it came to. */
  record Summary(int fake, int real, int none, List<VideoException> bad) {}

  Summary run(Detector detector, PredictionOutputs outputs, Terminal terminal) throws IOException {
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
      VideoDetector judge = new VideoDetector(detector, finder, screening);
      for (Path video : videos) {
        try {
          VideoResult result = judge(judge, video, terminal);
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
      if (page != null) {
        page.write();
        terminal.say("report       %s", report);
      }
    }
    return new Summary(
        counts[Verdict.FAKE.ordinal()],
        counts[Verdict.REAL.ordinal()],
        counts[Verdict.NONE.ordinal()],
        bad);
  }

  private static VideoResult judge(VideoDetector judge, Path video, Terminal terminal)
      throws IOException {
    try (ProgressLine progress =
        new ProgressLine(terminal, String.valueOf(video.getFileName()), 0)) {
      return judge.predict(video, (read, chosen) -> progress.at(read, "of " + chosen));
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
