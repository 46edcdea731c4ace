package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in core's README, which is this. */
class RunExampleTest {
  @TempDir Path folder;

  static List<EpochResult> train(
      Path folder, ImageFolder images, DetectorSpec spec, TrainingOptions options)
      throws IOException {
    try (TrainingRun run =
            TrainingRun.isOne(folder)
                ? TrainingRun.resume(folder)
                : TrainingRun.create(folder, Map.of("lr", options.learningRate()));
        Detector detector =
            run.checkpoint().isPresent()
                ? Detector.load(run.checkpoint().get())
                : Detector.create(spec, 7);
        ImageFolderIterator train =
            new ImageFolderIterator(images, LoaderOptions.training(spec.preprocessing()));
        ImageFolderIterator valid =
            new ImageFolderIterator(images, LoaderOptions.evaluation(spec.preprocessing()))) {
      run.begin(detector, images.fingerprint(), run.options());
      return new Trainer(detector, options).fit(train, valid, run, TrainingMonitor.SILENT, run);
    }
  }

  @Test
  void theExampleTrainsAndGoesOn() throws Exception {
    TrainingOptions options = TrainingOptions.defaults().withEpochs(1);
    TinyTraining tiny = new TinyTraining(folder.resolve("data"), LossKind.DMYT, options);
    Path run = folder.resolve("run");
    assertEquals(1, train(run, tiny.images(), tiny.spec(), options).size());
    assertEquals(2, train(run, tiny.images(), tiny.spec(), options.withEpochs(2)).size());
  }

  @Test
  void theReadmeShowsIt() throws Exception {
    Path source = Path.of("src/test/java/io/dmyt/training/RunExampleTest.java");
    String code = Files.readString(source);
    code = code.substring(code.indexOf("  static List"), code.indexOf("  @Test"));
    String readme = Files.readString(Path.of("README.md"));
    assertTrue(withoutSpaces(readme).contains(withoutSpaces(code)));
  }

  private static String withoutSpaces(String text) {
    return text.replaceAll("\\s+", "");
  }
}
