package io.dmyt.cli.output;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress and messages
 * @param interactive whether somebody watches {@code err}, so that a progress bar makes sense
 */
public record Terminal(PrintStream out, PrintStream err, boolean interactive) {
  /** The same, with nobody watching. */
  public Terminal quiet() {
    return new Terminal(out, err, false);
  }

  public void say(String format, Object... arguments) {
    err.println(arguments.length == 0 ? format : String.format(format, arguments));
  }

  public void print(String format, Object... arguments) {
    out.println(arguments.length == 0 ? format : String.format(format, arguments));
  }
}
