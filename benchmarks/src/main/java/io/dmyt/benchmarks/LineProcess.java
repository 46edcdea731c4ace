package io.dmyt.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A child process that answers one line with one line, which starts with "@ " to tell it from other
 * output. Its first answer, unasked, is "ready" and what else it has to say.
 *
 * <p>Not safe for use by several threads at once.
 */
final class LineProcess implements AutoCloseable {

  /** A process that cannot run here, and why. */
  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    Unavailable(String reason) {
      super(reason);
    }
  }

  /** A process that was ready, and ended instead of answering. */
  static final class Ended extends IOException {
    private static final long serialVersionUID = 1;

    Ended(String reason, @Nullable Throwable cause) {
      super(reason, cause);
    }
  }

  private static final String MARK = "@ ";
  private static final String READY = "ready ";

  private final String name;
  private final Process process;
  private final Path errors;
  private final BufferedReader in;
  private final BufferedWriter out;
  private final String greeting;

  /**
   * Starts the process and waits until it is ready.
   *
   * @param name what to call it in messages
   * @param environment variables beside those of this process, or in their place
   * @throws Unavailable if it ends before that
   */
  LineProcess(String name, List<String> command, Map<String, String> environment)
      throws Unavailable, IOException {
    this.name = name;
    errors = Files.createTempFile("benchmarks-", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
    in = process.inputReader(StandardCharsets.UTF_8);
    out = process.outputWriter(StandardCharsets.UTF_8);
    String first = answer();
    if (first == null || !first.startsWith(READY)) {
      String reason = first == null ? lastError() : "expected \"ready\", found " + first;
      close();
      throw new Unavailable(reason);
    }
    greeting = first.substring(READY.length());
  }

  /** What it said when it was ready. */
  String greeting() {
    return greeting;
  }

  /**
   * Its answer to a line.
   *
   * @throws Ended if it ends instead; the message has its last error
   */
  String ask(String line) throws IOException {
    @Nullable String answer;
    try {
      out.write(line + "\n");
      out.flush();
      answer = answer();
    } catch (IOException e) {
      throw new Ended(name + " ended: " + lastError(), e);
    }
    if (answer == null) {
      throw new Ended(name + " ended: " + lastError(), null);
    }
    return answer;
  }

  private @Nullable String answer() throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith(MARK)) {
        return line.substring(MARK.length());
      }
    }
    return null;
  }

  /** The line of its errors that tells most: the last that names an exception, or the last. */
  private String lastError() throws IOException {
    List<String> lines =
        Files.readAllLines(errors).stream().filter(line -> !line.isBlank()).toList();
    String last = lines.isEmpty() ? "no message" : lines.get(lines.size() - 1);
    return lines.stream()
        .filter(line -> line.matches("(Exception in|Caused by:).*|\\w*Error: .*"))
        .reduce((first, second) -> second)
        .orElse(last)
        .replaceFirst("^(Exception in thread \"[^\"]*\"|Caused by:) ", "")
        .strip();
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      // The process has ended by itself; its pipe is broken.
      process.destroy();
    }
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      Files.deleteIfExists(errors);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
