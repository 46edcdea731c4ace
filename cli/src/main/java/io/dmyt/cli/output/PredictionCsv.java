package io.dmyt.cli.output;

import io.dmyt.Detector;
import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.internal.CsvFile;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A row per file, of one that is no image only the error; of videos nothing. */
public final class PredictionCsv implements PredictionOutput {
  private final CsvFile file;

  /** How many there are before the error. */
  private final int columns;

  public PredictionCsv(Path file, Detector detector) throws IOException {
    this.file = new CsvFile(file);
    List<Object> header = new ArrayList<>(List.of("file", "p_fake", "verdict", "class"));
    detector.spec().classes().forEach(c -> header.add("p_class " + c));
    detector.rule().references().keySet().forEach(d -> header.add("distance " + d));
    columns = header.size();
    header.add("error");
    this.file.row(header);
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
    file.row(row);
  }

  @Override
  public void bad(BadImageException image) throws IOException {
    List<Object> row = new ArrayList<>(Collections.nCopies(columns, ""));
    row.set(0, image.file());
    row.add(image.reason());
    file.row(row);
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
  public void badVideo(VideoException video) {
    // As above.
  }

  @Override
  public void finish() throws IOException {
    file.commit();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
