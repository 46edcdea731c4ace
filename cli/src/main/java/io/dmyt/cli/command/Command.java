package io.dmyt.cli.command;

import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.Terminal;

/** A subcommand: JCommander fills its annotated fields, then it runs. */
public interface Command {
  /** The name on the command line. */
  String name();

  /** Whether it needs ND4J, which is checked before it runs. */
  default boolean computes() {
    return true;
  }

  /**
   * Does the work.
   *
   * @return the exit code
   * @throws UsageException if the options don't fit together
   * @throws Exception if the work failed; the message is shown to the user as one line
   */
  int run(Terminal terminal) throws Exception;
}
