package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;

/** Options of a training on a Spark cluster. */
public final class SparkTrainingOptions extends SparkOptions {
  @Parameter(
      names = "--round-steps",
      validateWith = OptionChecks.Count.class,
      description =
          "With --spark: steps that each worker takes before all weights are averaged; 1 trains as"
              + " with a batch that is as large as all workers' together")
  public int roundSteps = 1;

  @Parameter(
      names = "--round-workers",
      validateWith = OptionChecks.CountOrNone.class,
      description =
          "With --spark: workers that train side by side; 0 for as many as the cluster runs")
  public int roundWorkers;

  @Override
  public void check() {
    if (!isGiven() && (roundSteps != 1 || roundWorkers != 0)) {
      throw new UsageException(
          "--round-steps and --round-workers are for a training on Spark: give --spark too");
    }
    super.check();
  }
}
