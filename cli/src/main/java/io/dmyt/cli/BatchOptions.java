package io.dmyt.cli;

import com.beust.jcommander.Parameter;

/** Options of the commands that decode images batch by batch. */
class BatchOptions {
  @Parameter(
      names = {"-b", "--batch"},
      validateWith = Checks.Count.class,
      description = "Images per batch")
  int batch = 8;

  @Parameter(
      names = "--workers",
      validateWith = Checks.CountOrNone.class,
      description = "Threads that decode images ahead; 0: as many as there are processors")
  int workers;

  int threads() {
    return workers > 0 ? workers : Runtime.getRuntime().availableProcessors();
  }
}
