package io.dmyt.cli.output;

import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Several places at once. */
public final class PredictionOutputs implements PredictionOutput {
  private final List<PredictionOutput> outputs = new ArrayList<>();

  /** Adds a place, which is closed with this. */
  public void add(PredictionOutput output) {
    outputs.add(output);
  }

  @Override
  public void image(Prediction prediction) throws IOException {
    for (PredictionOutput output : outputs) {
      output.image(prediction);
    }
  }

  @Override
  public void bad(BadImageException file) throws IOException {
    for (PredictionOutput output : outputs) {
      output.bad(file);
    }
  }

  @Override
  public void video(VideoVerdict video) throws IOException {
    for (PredictionOutput output : outputs) {
      output.video(video);
    }
  }

  @Override
  public void screened(VideoResult video) throws IOException {
    for (PredictionOutput output : outputs) {
      output.screened(video);
    }
  }

  @Override
  public void badVideo(VideoException file) throws IOException {
    for (PredictionOutput output : outputs) {
      output.badVideo(file);
    }
  }

  @Override
  public void finish() throws IOException {
    for (PredictionOutput output : outputs) {
      output.finish();
    }
  }

  @Override
  public void close() throws IOException {
    for (PredictionOutput output : outputs) {
      output.close();
    }
  }
}
