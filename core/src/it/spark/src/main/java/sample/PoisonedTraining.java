package sample;

import static sample.OnSpark.require;
import static sample.TrainingOnSpark.DATA;
import static sample.TrainingOnSpark.ENGINE;
import static sample.TrainingOnSpark.QUIET;
import static sample.TrainingOnSpark.SGD;
import static sample.TrainingOnSpark.WITHOUT_BATCH_NORM;
import static sample.TrainingOnSpark.spec;

import io.dmyt.Detector;
import io.dmyt.data.BadImageException;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Preprocessing;
import io.dmyt.spark.SparkCluster;
import io.dmyt.spark.SparkRounds;
import io.dmyt.training.Checkpoints;
import io.dmyt.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An image that can't be read costs its worker a step, and the user is told of it; one too many ends
 * the training as it ends that of a single process.
 */
final class PoisonedTraining {
  private PoisonedTraining() {}

  static void run(SparkCluster cluster) throws IOException {
    Path broken = Files.writeString(DATA.resolve("fake/broken.png"), "no picture");
    ImageFolder folder = ImageFolder.scan(DATA);
    for (int limit : new int[] {1, 0}) {
      LoaderOptions loading =
          LoaderOptions.training(Preprocessing.imageNet(32))
              .withBatch(1)
              .withSeed(7)
              .withBadImages(BadImages.skip(limit));
      SparkRounds.Settings settings =
          new SparkRounds.Settings(2, 1, ENGINE.name(), "f32", "none");
      String said = "";
      try (Detector detector =
              Detector.create(spec(WITHOUT_BATCH_NORM, folder.classes()), 1, ENGINE);
          ImageFolderIterator train =
              new ImageFolderIterator(
                  folder.samples(), folder.classes(), loading, LoadingSteps.PLAIN);
          ImageFolderIterator valid =
              new ImageFolderIterator(
                  folder, loading.withShuffle(false).withBadImages(BadImages.skip(1)));
          SparkRounds rounds = new SparkRounds(cluster, SGD, loading, settings)) {
        new Trainer(detector, SGD).fit(train, valid, e -> {}, QUIET, Checkpoints.NONE, rounds);
        require(rounds.badImages().size() == 1, "bad images: " + rounds.badImages());
        said = rounds.badImages().get(0).getMessage();
        require(limit == 1, "nothing ended the training");
      } catch (BadImageException e) {
        require(limit == 0, "the training ended with " + e);
        said = e.getMessage();
      }
      require(said.startsWith(broken + ": neither JPEG nor PNG"), "of a bad image: " + said);
    }
    Files.delete(broken);
  }
}
