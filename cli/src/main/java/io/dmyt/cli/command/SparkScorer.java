package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.Predictor;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engine;
import io.dmyt.screening.FaceDetectors;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.screening.VideoResult;
import io.dmyt.spark.ScreenedVideos;
import io.dmyt.spark.SparkCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores images and judges videos on a Spark cluster. It connects when there is something to do,
 * and stays connected.
 */
final class SparkScorer implements ImageRun.Scorer, VideoRun.Place, AutoCloseable {
  private final PredictCommand command;
  private final Engine engine;
  private final Detector detector;
  private @Nullable SparkCluster cluster;
  private @Nullable Path copy;

  /**
   * @param engine that the executors use
   */
  SparkScorer(PredictCommand command, Engine engine, Detector detector) {
    this.command = command;
    this.engine = engine;
    this.detector = detector;
  }

  @Override
  public Predictor.Summary predict(
      List<Sample> samples, boolean keepContent, Predictor.Output output) throws IOException {
    return connected().predict(scoring(), samples, output);
  }

  @Override
  public VideoRun.Judge judge(
      List<Path> videos, ScreeningOptions options, FaceDetectors.Choice faces) throws IOException {
    ScreenedVideos screened = connected().screen(scoring(), options, faces.model(), videos);
    return new VideoRun.Judge() {
      @Override
      public VideoResult predict(Path video) throws IOException {
        return screened.next();
      }

      @Override
      public void close() {
        screened.close();
      }
    };
  }

  private SparkCluster connected() {
    if (cluster == null) {
      cluster = command.spark.connect(command.engine);
    }
    return cluster;
  }

  private SparkCluster.Scoring scoring() throws IOException {
    return scoring(engine, weights(), command.loading.batch);
  }

  /** The detector's file, or one with the threshold that was given. */
  private Path weights() throws IOException {
    if (command.threshold == null) {
      return command.source.weights;
    }
    if (copy == null) {
      copy = Files.createTempFile("dmyt-detector-", ".zip");
      detector.save(copy);
    }
    return copy;
  }

  static SparkCluster.Scoring scoring(Engine engine, Path file, int batch) {
    return new SparkCluster.Scoring(
        file, engine.name(), OptionNames.of(engine.options().precision()), batch);
  }

  @Override
  public void close() throws IOException {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      if (copy != null) {
        Files.deleteIfExists(copy);
      }
    }
  }
}
