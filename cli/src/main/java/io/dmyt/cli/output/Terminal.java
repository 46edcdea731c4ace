package io.dmyt.cli.output;

import com.google.errorprone.annotations.FormatMethod;
import io.dmyt.data.BadImageException;
import io.dmyt.data.LeftOut;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes.
 *
 * @param out results
 * @param err progress and messages
 * @param interactive whether somebody watches {@code err}, so that a progress bar makes sense
 * @param log gets every line as well; null for none
 */
public record Terminal(
    PrintStream out, PrintStream err, boolean interactive, @Nullable PrintStream log) {
  /** One without a log. */
  public Terminal(PrintStream out, PrintStream err, boolean interactive) {
    this(out, err, interactive, null);
  }

  /** The same, with a log. */
  public Terminal loggedTo(PrintStream lines) {
    return new Terminal(out, err, interactive, lines);
  }

  /** The same, with nobody watching. */
  public Terminal quiet() {
    return new Terminal(out, err, false, log);
  }

  /**
   * Ends the work when nobody reads standard output any more, as in {@code dmyt ... | head}.
   *
   * @throws IOException then
   */
  public void requireReader() throws IOException {
    if (out.checkError()) {
      throw new IOException("standard output is closed");
    }
  }

  /** Says what is no result: a line on {@code err}. */
  public void say(@Nullable String text) {
    line(err, text);
  }

  @FormatMethod
  public void say(String format, @Nullable Object... arguments) {
    say(Text.format(format, arguments));
  }

  /** Says what was passed over, if anything was. */
  public void sayLeftOut(LeftOut leftOut) {
    if (!leftOut.isEmpty()) {
      say("left out     %s", leftOut);
    }
  }

  /** Names the files that were skipped. */
  public void sayBad(List<BadImageException> bad) {
    if (!bad.isEmpty()) {
      say("skipped %d files that are not images:", bad.size());
      bad.forEach(b -> say("  %s", b.getMessage()));
    }
  }

  /** Prints a result: a line on {@code out}. */
  public void print(String text) {
    line(out, text);
  }

  @FormatMethod
  public void print(String format, Object... arguments) {
    print(Text.format(format, arguments));
  }

  private void line(PrintStream stream, @Nullable String text) {
    stream.println(text);
    if (log != null) {
      log.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + text);
    }
  }
}
