package io.dmyt.cli.output;

import io.dmyt.Detector;
import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A line per image for people: the file comes last, as it may have blanks. */
public final class PredictionTable implements PredictionOutput {
  private static final String REAL = "real";
  private static final String FAKE = "FAKE";

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final Terminal terminal;
  private final List<String> references;
  private final int classWidth;
  private boolean images;
  private boolean videos;
  private boolean screened;

  public PredictionTable(Terminal terminal, Detector detector) {
    this.terminal = terminal;
    references = List.copyOf(detector.rule().references().keySet());
    classWidth =
        Math.max(
            5, detector.spec().classes().stream().mapToInt(String::length).max().orElseThrow());
  }

  @Override
  public void image(Prediction p) throws IOException {
    if (!images) {
      StringBuilder header = new StringBuilder();
      header.append("P(fake)  verdict  " + Text.left("class", classWidth));
      references.forEach(d -> header.append("  ").append(to(d)));
      terminal.out().println(header.append("  file"));
      images = true;
    }
    StringBuilder line = new StringBuilder();
    line.append(
        Text.format(
            "%7.4f  %-7s  %s",
            p.fakeProbability(), p.fake() ? FAKE : REAL, Text.left(p.label(), classWidth)));
    for (int k = 0; k < references.size(); k++) {
      String distance = Numbers.fixed(p.distances().get(k), 4);
      line.append("  ").append(Text.right(distance, to(references.get(k)).length()));
    }
    print(line.append("  ").append(p.id()));
  }

  /** The distance to a reference as a column's name, wide enough for its numbers. */
  private static String to(String reference) {
    return Text.right("to " + reference, 8);
  }

  @Override
  public void bad(BadImageException file) {
    // Said on standard error at the end.
  }

  @Override
  public void video(VideoVerdict v) throws IOException {
    if (!videos) {
      terminal.out().printf("%n   mean   median      max  verdict  frames  video%n");
      videos = true;
    }
    print(
        Text.format(
            "%7.4f  %7.4f  %7.4f  %-7s  %6d  %s",
            v.mean(), v.median(), v.max(), v.fake() ? FAKE : REAL, v.frames(), v.video()));
  }

  @Override
  public void screened(VideoResult video) throws IOException {
    if (!screened) {
      terminal
          .out()
          .println("P(fake)  95 % interval     verdict  frames     from       to  face  video");
      screened = true;
    }
    for (FaceTrack face : video.faces()) {
      List<Sighting> seen = face.sightings();
      print(
          row(
              face.score(),
              face.verdict(),
              face.scored(),
              seen.get(0).time(),
              seen.get(seen.size() - 1).time(),
              String.valueOf(face.number()),
              video.video(),
              face.reason()));
    }
    print(
        row(
            video.score(),
            video.verdict(),
            video.read(),
            Duration.ZERO,
            video.info().duration(),
            "all",
            video.video(),
            video.reason()));
  }

  private static String row(
      Estimate score,
      Verdict verdict,
      int frames,
      Duration from,
      Duration to,
      String face,
      String video,
      Optional<String> reason) {
    String interval =
        Double.isNaN(score.low()) ? "" : Text.format("[%.4f, %.4f]", score.low(), score.high());
    return Text.format(
        "%7s  %-16s  %-7s  %6d  %6.1f s %6.1f s  %4s  %s%s",
        Double.isNaN(score.value()) ? "" : Numbers.fixed(score.value(), 4),
        interval,
        switch (verdict) {
          case REAL -> REAL;
          case FAKE -> FAKE;
          case NONE -> "none";
        },
        frames,
        from.toNanos() / 1e9,
        to.toNanos() / 1e9,
        face,
        video,
        reason.map(r -> " (" + r + ")").orElse(""));
  }

  @Override
  public void badVideo(VideoException file) {
    // Said on standard error at the end.
  }

  /**
   * A line is one line: control characters, which names of files may have, are shown as ls does.
   */
  private void print(CharSequence line) throws IOException {
    terminal.out().println(CONTROL.matcher(line).replaceAll("?"));
    terminal.requireReader();
  }

  @Override
  public void finish() {
    // Nothing is held back.
  }

  @Override
  public void close() {
    // Standard output is not this class's to close.
  }
}
