package io.dmyt.cli;

import java.util.List;

/** The subcommands, in the order of the help. */
final class Commands {
  private Commands() {}

  static List<Command> all() {
    return List.of(
        new DemoCommand(),
        new TrainCommand(),
        new CalibrateCommand(),
        new PredictCommand(),
        new TestCommand(),
        new EmbedCommand(),
        new ConvertCommand(),
        new ModelsCommand(),
        new BenchCommand(),
        new InfoCommand());
  }
}
