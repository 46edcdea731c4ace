package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.data.BadImages;
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
      description = "A file that is no image: skip (and say so; at most --bad-image-limit) or fail")
  BadImagePolicy onBadImage = BadImagePolicy.SKIP;

  @Parameter(
      names = "--bad-image-limit",
      validateWith = OptionChecks.CountOrNone.class,
      description = "How many bad images to skip before giving up")
  int badImageLimit = 10;

  /** What to do about a file that is no image. */
  enum BadImagePolicy {
    SKIP,
    FAIL
  }

  public BadImages badImages() {
    return onBadImage == BadImagePolicy.FAIL ? BadImages.fail() : BadImages.skip(badImageLimit);
  }
}
