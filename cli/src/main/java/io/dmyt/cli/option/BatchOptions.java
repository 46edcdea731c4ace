package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;

/** Options of the commands that decode images batch by batch. */
public class BatchOptions {
  @Parameter(
      names = {"-b", "--batch"},
      validateWith = OptionChecks.Count.class,
      description = "Images per batch")
  public int batch = 8;

  @Parameter(
      names = "--workers",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Threads that decode images in advance; 0 for one per processor")
  int workers;

  public int threads() {
    return workers > 0 ? workers : Runtime.getRuntime().availableProcessors();
  }
}
