package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.Detector;
import io.dmyt.Version;
import io.dmyt.cli.Main;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.EngineProvider;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Precision;
import io.dmyt.evaluation.report.DetectorFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;

/** {@code dmyt info}: what runs where, and what a detector is. */
@Parameters(
    commandDescription =
        "Show versions, the compute backend, threads and memory limits; with --weights what a"
            + " detector is, and where it comes from")
final class InfoCommand implements Command {
  @Parameter(
      names = {"-w", "--weights"},
      description = "Show this detector instead")
  Path weights;

  @Override
  public String name() {
    return "info";
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    if (weights != null) {
      try (Detector detector = Detector.load(weights, Engines.dl4j())) {
        DetectorFacts.of(detector, weights).forEach((name, value) -> row(terminal, name, value));
      }
      return Main.OK;
    }
    Runtime runtime = Runtime.getRuntime();
    Properties environment = Nd4j.getExecutioner().getEnvironmentInformation();
    row(terminal, "dmyt", Version.current());
    row(terminal, "DL4J, ND4J", Version.dl4j());
    row(terminal, "JavaCPP", javacppVersion());
    row(terminal, "Java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    row(
        terminal,
        "system",
        "%s %s, %d processors"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                runtime.availableProcessors()));
    row(terminal, "backend", Nd4j.getBackend().getClass().getSimpleName());
    row(
        terminal,
        "device",
        "%s, BLAS: %s".formatted(environment.get("backend"), environment.get("blas.vendor")));
    for (EngineProvider engine : Engines.providers()) {
      row(terminal, engine.title(), availability(engine));
    }
    row(terminal, "threads", "%d".formatted(Nd4j.getEnvironment().maxThreads()));
    row(terminal, "heap", "at most " + megabytes(runtime.maxMemory()));
    row(terminal, "native arrays", "at most " + megabytes(Pointer.maxBytes()));
    return Main.OK;
  }

  private static String availability(EngineProvider engine) {
    String reason = engine.unavailableBecause();
    if (reason != null) {
      return "not available: " + reason;
    }
    boolean bf16 = engine.accelerates(Precision.BF16);
    return engine.version() + (bf16 ? ", bf16" : ", no bf16 on this CPU");
  }

  private static void row(Terminal terminal, String what, Object value) {
    terminal.print("%-16s %s", what, value);
  }

  private static String megabytes(long bytes) {
    return "%,d MB".formatted(bytes >> 20);
  }

  private static String javacppVersion() {
    try {
      return Loader.getVersion();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
