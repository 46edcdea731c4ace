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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A line per image for people: the file comes last, as it may have blanks. */
public final class PredictionTable implements PredictionOutput {
  private static final String REAL = "real";
  private static final String FAKE = "FAKE";

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final TextTable VIDEOS = new TextTable(2, 7, 7, 7, -7, 6, -5);
  private static final TextTable FACES = new TextTable(2, 7, -16, -7, 6, 8, 7, 4, -5);

  private final Terminal terminal;
  private final List<String> references;
  private final TextTable table;
  private boolean images;
  private boolean videos;
  private boolean screened;

  public PredictionTable(Terminal terminal, Detector detector) {
    this.terminal = terminal;
    references = List.copyOf(detector.rule().references().keySet());
    int classWidth =
        Math.max(
            5, detector.spec().classes().stream().mapToInt(String::length).max().orElseThrow());
    IntStream distances = references.stream().mapToInt(r -> Math.max(8, to(r).length()));
    table =
        new TextTable(
            2,
            IntStream.concat(
                    IntStream.concat(IntStream.of(7, -7, -classWidth), distances), IntStream.of(-4))
                .toArray());
  }

  @Override
  public void image(Prediction p) throws IOException {
    if (!images) {
      List<Object> header = new ArrayList<>(List.of("P(fake)", "verdict", "class"));
      references.forEach(reference -> header.add(to(reference)));
      header.add("file");
      terminal.out().println(table.line(header));
      images = true;
    }
    List<Object> cells = new ArrayList<>();
    cells.add(Numbers.fixed(p.fakeProbability(), 4));
    cells.add(p.fake() ? FAKE : REAL);
    cells.add(p.label());
    p.distances().forEach(distance -> cells.add(Numbers.fixed(distance, 4)));
    cells.add(p.id());
    print(table.line(cells));
  }

  /** The distance to a reference as a column's name. */
  private static String to(String reference) {
    return "to " + reference;
  }

  @Override
  public void bad(BadImageException file) {
    // Said on standard error at the end.
  }

  @Override
  public void video(VideoVerdict v) throws IOException {
    if (!videos) {
      terminal
          .out()
          .printf("%n%s%n", VIDEOS.line("mean", "median", "max", "verdict", "frames", "video"));
      videos = true;
    }
    print(
        VIDEOS.line(
            Numbers.fixed(v.mean(), 4),
            Numbers.fixed(v.median(), 4),
            Numbers.fixed(v.max(), 4),
            v.fake() ? FAKE : REAL,
            v.frames(),
            v.video()));
  }

  @Override
  public void screened(VideoResult video) throws IOException {
    if (!screened) {
      terminal
          .out()
          .println(
              FACES.line(
                  "P(fake)", "95 % interval", "verdict", "frames", "from", "to", "face", "video"));
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
    return FACES.line(
        Double.isNaN(score.value()) ? "" : Numbers.fixed(score.value(), 4),
        interval,
        switch (verdict) {
          case REAL -> REAL;
          case FAKE -> FAKE;
          case NONE -> "none";
        },
        frames,
        Numbers.fixed(from.toNanos() / 1e9, 1) + " s",
        Numbers.fixed(to.toNanos() / 1e9, 1) + " s",
        face,
        video + reason.map(r -> " (" + r + ")").orElse(""));
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
