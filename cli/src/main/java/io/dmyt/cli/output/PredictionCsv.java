package io.dmyt.cli.output;

import io.dmyt.Detector;
import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Csv;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A row per file, of one that is no image only the error; of videos nothing. */
public final class PredictionCsv implements PredictionOutput {
  private final AtomicFile.Draft draft;

  /** How many there are before the error. */
  private final int columns;

  public PredictionCsv(Path file, Detector detector) throws IOException {
    draft = new AtomicFile.Draft(file);
    List<Object> header = new ArrayList<>(List.of("file", "p_fake", "verdict", "class"));
    detector.spec().classes().forEach(c -> header.add("p_class " + c));
    detector.rule().references().keySet().forEach(d -> header.add("distance " + d));
    columns = header.size();
    header.add("error");
    write(header);
  }

  @Override
  public void image(Prediction p) throws IOException {
    List<Object> row = new ArrayList<>();
    row.add(p.id());
    row.add(p.fakeProbability());
    row.add(p.fake() ? "fake" : "real");
    row.add(p.label());
    row.addAll(p.probabilities());
    row.addAll(p.distances());
    row.add("");
    write(row);
  }

  @Override
  public void bad(BadImageException file) throws IOException {
    List<Object> row = new ArrayList<>(Collections.nCopies(columns, ""));
    row.set(0, file.file());
    row.add(file.reason());
    write(row);
  }

  private void write(List<Object> row) throws IOException {
    draft.out().write(Csv.row(row).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void video(VideoVerdict video) {
    // A table has one kind of rows.
  }

  @Override
  public void screened(VideoResult video) {
    // As above.
  }

  @Override
  public void badVideo(VideoException file) {
    // As above.
  }

  @Override
  public void finish() throws IOException {
    draft.commit();
  }

  @Override
  public void close() throws IOException {
    draft.close();
  }
}
