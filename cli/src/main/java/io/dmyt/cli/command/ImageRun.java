package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.Prediction;
import io.dmyt.Predictor;
import io.dmyt.VideoVerdict;
import io.dmyt.VideoVerdicts;
import io.dmyt.cli.option.BatchOptions;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.VideoRule;
import io.dmyt.cli.output.PredictionOutputs;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.BadImageException;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleId;
import io.dmyt.evaluation.explain.Explanations;
import io.dmyt.internal.Numbers;
import io.dmyt.metric.VideoScore;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Judges images.
 *
 * @param samples one at least
 */
record ImageRun(
    List<Sample> samples, BatchOptions loading, VideoRule videoBy, VideoScore videoScore) {

  /** Scores images, here or elsewhere. */
  @FunctionalInterface
  interface Scorer {
    /** As {@link Predictor#predict} does. */
    Predictor.Summary predict(List<Sample> samples, boolean keepContent, Predictor.Output output)
        throws IOException;
  }

  /** Scores images in this process. */
  Scorer here(Detector detector) {
    LoaderOptions options =
        LoaderOptions.evaluation(detector.spec().preprocessing())
            .withBatch(loading.batch)
            .withWorkers(loading.threads());
    return new Predictor(detector, options)::predict;
  }

  /** Whether one is fake, or with {@code --video-by} a video; whether one could not be read. */
  record Outcome(boolean fake, boolean bad) {}

  /**
   * @param explaining makes what writes heat maps, or null
   * @param progressOn where a progress bar may be
   */
  Outcome run(
      Detector detector,
      Scorer scorer,
      PredictionOutputs outputs,
      BiFunction<Detector, List<Sample>, Explanations> explaining,
      Terminal terminal,
      Terminal progressOn)
      throws IOException {
    VideoVerdicts videos = new VideoVerdicts();
    long started = System.nanoTime();
    try (Explanations explanations = explaining.apply(detector, samples);
        ProgressLine progress = new ProgressLine(progressOn, "Images", samples.size())) {
      Predictor.Summary summary =
          scorer.predict(
              samples,
              explanations != null,
              new Predictor.Output() {
                private final Map<String, BadImageException> found = new HashMap<>();
                private int done;
                private int told;

                @Override
                public void batch(List<Sample> batch, INDArray images, List<Prediction> predictions)
                    throws IOException {
                  for (Prediction prediction : predictions) {
                    tellBad(prediction.id());
                    outputs.image(prediction);
                    if (videoBy != VideoRule.NONE) {
                      videos.add(prediction);
                    }
                  }
                  if (explanations != null) {
                    explanations.write(batch, images);
                  }
                  done += predictions.size();
                  progress.at(done);
                }

                @Override
                public void bad(BadImageException sample) {
                  found.put(sample.file(), sample);
                  done++;
                }

                @Override
                public void end() throws IOException {
                  tellBad(null);
                }

                /** Tells of what could not be read before a sample, or before the end. */
                private void tellBad(@Nullable SampleId id) throws IOException {
                  while (told < samples.size()) {
                    SampleId next = samples.get(told++).id();
                    if (next.equals(id)) {
                      return;
                    }
                    BadImageException bad = found.remove(next.toString());
                    if (bad != null) {
                      outputs.bad(bad);
                    }
                  }
                }
              });
      List<VideoVerdict> verdicts =
          videos.verdicts(videoScore, detector.calibration().operatingPoint());
      for (VideoVerdict verdict : verdicts) {
        outputs.video(verdict);
      }
      say(summary, verdicts, (System.nanoTime() - started) / 1e9, terminal);
      return new Outcome(
          videoBy == VideoRule.NONE
              ? summary.fakes() > 0
              : verdicts.stream().anyMatch(VideoVerdict::fake),
          !summary.bad().isEmpty());
    }
  }

  private void say(
      Predictor.Summary summary, List<VideoVerdict> verdicts, double seconds, Terminal terminal) {
    terminal.say(
        "%s: %d fake, %d real (%.1f images/s)",
        Numbers.count(summary.scored(), "image"),
        summary.fakes(),
        summary.scored() - summary.fakes(),
        summary.scored() / seconds);
    if (!verdicts.isEmpty()) {
      long fakeVideos = verdicts.stream().filter(VideoVerdict::fake).count();
      terminal.say(
          "%s: %d fake, %d real (by the %s of the frames)",
          Numbers.count(verdicts.size(), "video"),
          fakeVideos,
          verdicts.size() - fakeVideos,
          OptionNames.of(videoScore));
    }
    if (!summary.bad().isEmpty()) {
      terminal.say("%d of the files are not images:", summary.bad().size());
      summary.bad().forEach(b -> terminal.say("  %s", b.getMessage()));
    }
  }
}
