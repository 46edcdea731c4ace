package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.SparkTrainingOptions;
import io.dmyt.cli.option.UsageException;
import io.dmyt.data.BadImageException;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.engine.Engine;
import io.dmyt.spark.SparkCluster;
import io.dmyt.spark.SparkRounds;
import io.dmyt.training.CheckpointSaver;
import io.dmyt.training.Checkpoints;
import io.dmyt.training.Trainer;
import io.dmyt.training.TrainingMonitor;
import io.dmyt.training.TrainingOptions;
import java.io.IOException;
import java.util.List;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A training whose steps a Spark cluster takes.
 *
 * @param engine that the executors use
 * @param augmentation what happens to training images, by its names
 */
record SparkTraining(
    SparkTrainingOptions spark,
    EngineOptions engineOptions,
    Engine engine,
    Detector detector,
    TrainingOptions options,
    String augmentation) {

  /** As the command's options say. */
  static SparkTraining of(TrainCommand command, Detector detector, Engine engine) {
    ILossFunction own = detector.loss();
    if (command.losses.training(own) != own || command.losses.validation(own) != own) {
      throw new UsageException("options that change the loss don't go with --spark");
    }
    return new SparkTraining(
        command.spark,
        command.engine,
        engine,
        detector,
        command.how.options(),
        command.images.named());
  }

  /**
   * Trains.
   *
   * @return the training images of the last epoch that couldn't be read
   */
  List<BadImageException> fit(
      ImageFolderIterator train,
      ImageFolderIterator valid,
      CheckpointSaver saver,
      TrainingMonitor monitor,
      Checkpoints checkpoints)
      throws IOException {
    try (SparkCluster cluster = spark.connect(engineOptions)) {
      SparkRounds.Settings settings =
          new SparkRounds.Settings(
              spark.roundWorkers > 0 ? spark.roundWorkers : cluster.parallelism(),
              spark.roundSteps,
              engine.name(),
              OptionNames.of(engine.options().precision()),
              augmentation);
      try (SparkRounds rounds = new SparkRounds(cluster, options, train.options(), settings)) {
        new Trainer(detector, options).fit(train, valid, saver, monitor, checkpoints, rounds);
        return rounds.badImages();
      }
    }
  }
}
