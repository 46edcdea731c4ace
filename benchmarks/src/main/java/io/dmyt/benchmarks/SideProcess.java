package io.dmyt.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A side in a child process, spoken to in {@link Worker}'s protocol.
 *
 * <p>Not safe for use by several threads at once.
 */
final class SideProcess implements AutoCloseable {

  /** What a step took, and the value that it computed. */
  record Step(double seconds, double value) {}

  /** A side that cannot run here, and why. */
  static final class Unavailable extends Exception {
    private static final long serialVersionUID = 1;

    Unavailable(String reason) {
      super(reason);
    }
  }

  private static final String MARK = "@ ";

  private final Contestant contestant;
  private final Process process;
  private final Path errors;
  private final BufferedReader in;
  private final BufferedWriter out;
  private final long parameters;
  private final String description;

  /**
   * Starts the side and waits until it is ready.
   *
   * @throws Unavailable if it ends before that
   */
  SideProcess(Contestant contestant, Job job, int threads) throws Unavailable, IOException {
    this.contestant = contestant;
    errors = Files.createTempFile("side-" + contestant.key(), ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command(contestant, job, threads)).redirectError(errors.toFile());
    builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
    process = builder.start();
    in = process.inputReader(StandardCharsets.UTF_8);
    out = process.outputWriter(StandardCharsets.UTF_8);
    String[] words;
    try {
      words = answer().split(" ", 3);
    } catch (IOException e) {
      String reason = lastError();
      close();
      throw new Unavailable(reason);
    }
    parameters = Long.parseLong(words[1]);
    description = words[2];
  }

  private static List<String> command(Contestant contestant, Job job, int threads)
      throws Unavailable {
    List<String> command = new ArrayList<>();
    if (contestant.isPython()) {
      command.add(Python.withTorch());
      command.add(Python.script().toString());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // What is off the heap is the engines' own affair, and is not to be limited.
      command.addAll(
          List.of(
              "-Xmx2g",
              "-Dorg.bytedeco.javacpp.maxbytes=0",
              "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
              "-cp",
              System.getProperty("java.class.path"),
              Worker.class.getName(),
              contestant.key()));
    }
    command.addAll(
        List.of(
            job.network(),
            Integer.toString(job.batch()),
            Integer.toString(job.size()),
            Integer.toString(threads)));
    if (contestant.isPython()) {
      command.add(contestant.isBf16() ? "bf16" : "f32");
    }
    command.add(job.task().name().toLowerCase(Locale.ROOT));
    return command;
  }

  /** The number of parameters as the side counts them. */
  long parameters() {
    return parameters;
  }

  /** Engine, version and precision. */
  String description() {
    return description;
  }

  Step step() throws IOException {
    String[] words = ask("step").split(" ", 2);
    return new Step(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }

  /** The most memory that the process has had resident so far, in bytes. */
  long peakBytes() throws IOException {
    return Long.parseLong(ask("rss"));
  }

  private String ask(String line) throws IOException {
    out.write(line + "\n");
    out.flush();
    return answer();
  }

  private String answer() throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith(MARK)) {
        return line.substring(MARK.length());
      }
    }
    throw new IOException(contestant.key() + " ended: " + lastError());
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
