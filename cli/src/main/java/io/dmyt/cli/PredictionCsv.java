package io.dmyt.cli;

import io.dmyt.DetectorSpec;
import io.dmyt.Prediction;
import io.dmyt.WholeFile;
import io.dmyt.data.BadImageException;
import io.dmyt.evaluation.Csv;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A row per image that could be read; of videos nothing. */
final class PredictionCsv implements PredictionOutput {
  private final WholeFile.Draft draft;
  private final Writer out;

  PredictionCsv(Path file, DetectorSpec spec) throws IOException {
    draft = new WholeFile.Draft(file);
    out = new BufferedWriter(new OutputStreamWriter(draft.out(), StandardCharsets.UTF_8));
    StringBuilder header = new StringBuilder("file,p_fake,verdict,class");
    spec.classes().forEach(c -> header.append(',').append(Csv.field("p_class " + c)));
    if (spec.dummies() != null) {
      spec.dummies().names().forEach(d -> header.append(',').append(Csv.field("distance " + d)));
    }
    out.append(header).append('\n');
  }

  @Override
  public void image(Prediction p) throws IOException {
    out.append(Csv.field(p.file().toString())).append(',');
    out.append(Double.toString(p.fakeProbability())).append(',');
    out.append(p.fake() ? "fake" : "real").append(',').append(Csv.field(p.label()));
    for (double probability : p.probabilities()) {
      out.append(',').append(Double.toString(probability));
    }
    for (double distance : p.distances()) {
      out.append(',').append(Double.toString(distance));
    }
    out.append('\n');
  }

  @Override
  public void bad(BadImageException file) {
    // It has none of the columns.
  }

  @Override
  public void video(VideoVerdict video) {
    // A table has one kind of rows.
  }

  @Override
  public void finish() throws IOException {
    out.flush();
    draft.commit();
  }

  @Override
  public void close() throws IOException {
    draft.close();
  }
}
