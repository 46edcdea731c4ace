package io.dmyt.cli.output;

import io.dmyt.DetectorSpec;
import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Csv;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A row per file, of one that is no image only the error; of videos nothing. */
public final class PredictionCsv implements PredictionOutput {
  private final AtomicFile.Draft draft;
  private final Writer out;

  /** The commas of the columns that a file that is no image leaves empty. */
  private final String noImage;

  public PredictionCsv(Path file, DetectorSpec spec) throws IOException {
    draft = new AtomicFile.Draft(file);
    out = new BufferedWriter(new OutputStreamWriter(draft.out(), StandardCharsets.UTF_8));
    StringBuilder header = new StringBuilder("file,p_fake,verdict,class");
    spec.classes().forEach(c -> header.append(',').append(Csv.field("p_class " + c)));
    if (spec.judgedByDummies()) {
      spec.dummies().names().forEach(d -> header.append(',').append(Csv.field("distance " + d)));
    }
    int dummies = spec.judgedByDummies() ? spec.dummies().names().size() : 0;
    noImage = ",".repeat(3 + spec.classes().size() + dummies);
    out.append(header).append(",error\n");
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
    out.append(",\n");
  }

  @Override
  public void bad(BadImageException file) throws IOException {
    out.append(Csv.field(file.file())).append(noImage).append(',');
    out.append(Csv.field(file.reason())).append('\n');
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
