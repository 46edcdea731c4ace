package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.DetectorSpec;
import io.dmyt.data.BadImages;
import io.dmyt.data.LoaderOptions;
import java.nio.file.Path;

/** Options of the commands that read a data set. */
public final class DataOptions extends BatchOptions {
  @Parameter(
      names = {"-d", "--dataset"},
      required = true,
      description = "Folder with train, valid and test, each with a folder of images per class")
  public Path dataset;

  @Parameter(
      names = "--on-bad-image",
      description =
          "What to do with a file that is not an image: skip it and say so (at most"
              + " --bad-image-limit of them), or fail")
  BadImagePolicy onBadImage = BadImagePolicy.SKIP;

  @Parameter(
      names = "--bad-image-limit",
      validateWith = OptionChecks.CountOrNone.class,
      description = "How many files that can't be read as images to skip before giving up")
  int badImageLimit = 10;

  /** What to do about a file that is no image. */
  enum BadImagePolicy {
    SKIP,
    FAIL
  }

  /** How to load every image, in order. */
  public LoaderOptions loader(DetectorSpec spec) {
    return configured(LoaderOptions.evaluation(spec.preprocessing()));
  }

  /** How to load images to train on: shuffled by the seed, in whole batches. */
  public LoaderOptions trainingLoader(DetectorSpec spec, long seed) {
    return configured(LoaderOptions.training(spec.preprocessing()).withSeed(seed));
  }

  private LoaderOptions configured(LoaderOptions loader) {
    return loader.withBatch(batch).withWorkers(threads()).withBadImages(badImages());
  }

  private BadImages badImages() {
    return onBadImage == BadImagePolicy.FAIL ? BadImages.fail() : BadImages.skip(badImageLimit);
  }
}
