package io.dmyt.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A side in a child process, spoken to in {@link Worker}'s protocol. */
final class SideProcess implements AutoCloseable {

  /** What a step took, and the value that it computed. */
  record Step(double seconds, double value) {}

  private final LineProcess process;
  private final long parameters;
  private final String description;

  /**
   * Starts the side and waits until it is ready.
   *
   * @throws LineProcess.Unavailable if it cannot run here
   */
  SideProcess(Contestant contestant, Job job, int threads)
      throws LineProcess.Unavailable, IOException {
    process =
        new LineProcess(
            contestant.key(), command(contestant, job, threads), environment(contestant, threads));
    String[] words = process.greeting().split(" ", 2);
    parameters = Long.parseLong(words[0]);
    description = words[1];
  }

  /** Ours waits as the launcher makes it wait, the peers as they do by themselves. */
  private static Map<String, String> environment(Contestant contestant, int threads) {
    Map<String, String> environment = new HashMap<>();
    environment.put("OMP_NUM_THREADS", Integer.toString(threads));
    if (contestant.isOurs()
        && System.getenv("OMP_WAIT_POLICY") == null
        && System.getenv("GOMP_SPINCOUNT") == null) {
      environment.put("GOMP_SPINCOUNT", "500");
    }
    return environment;
  }

  private static List<String> command(Contestant contestant, Job job, int threads)
      throws LineProcess.Unavailable {
    List<String> command = new ArrayList<>();
    if (contestant.isPython()) {
      command.add(Python.with("torch"));
      command.add(Python.script("torch_peer.py").toString());
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
    String[] words = process.ask("step").split(" ", 2);
    return new Step(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }

  /** The most memory that the process has had resident so far, in bytes. */
  long peakBytes() throws IOException {
    return Long.parseLong(process.ask("rss"));
  }

  @Override
  public void close() {
    process.close();
  }
}
