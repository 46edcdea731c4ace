package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.Predictor;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.SparkOptions;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engine;
import io.dmyt.spark.SparkCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Scores images on a Spark cluster.
 *
 * @param engine that the executors use
 * @param weights the detector's file
 * @param changed whether the detector is another than in its file, such as by a threshold
 */
record SparkScorer(
    SparkOptions spark,
    EngineOptions options,
    Engine engine,
    int batch,
    Path weights,
    Detector detector,
    boolean changed)
    implements ImageRun.Scorer {

  @Override
  public Predictor.Summary predict(
      List<Sample> samples, boolean keepContent, Predictor.Output output) throws IOException {
    Path file = changed ? Files.createTempFile("dmyt-detector-", ".zip") : weights;
    try (SparkCluster cluster = spark.connect(options)) {
      if (changed) {
        detector.save(file);
      }
      return cluster.predict(scoring(engine, file, batch), samples, output);
    } finally {
      if (changed) {
        Files.deleteIfExists(file);
      }
    }
  }

  static SparkCluster.Scoring scoring(Engine engine, Path file, int batch) {
    return new SparkCluster.Scoring(
        file, engine.name(), OptionNames.of(engine.options().precision()), batch);
  }
}
