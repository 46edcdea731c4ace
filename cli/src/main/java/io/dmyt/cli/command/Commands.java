package io.dmyt.cli.command;

import java.util.List;

/** The subcommands, in the order of the help. */
public final class Commands {
  private Commands() {}

  public static List<Command> all() {
    return List.of(
        new DemoCommand(),
        new FacesCommand(),
        new TrainCommand(),
        new CalibrateCommand(),
        new PredictCommand(),
        new TestCommand(),
        new EmbedCommand(),
        new MergeCommand(),
        new ConvertCommand(),
        new ModelsCommand(),
        new DetectorsCommand(),
        new BenchCommand(),
        new InfoCommand());
  }
}
