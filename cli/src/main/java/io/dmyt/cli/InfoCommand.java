package io.dmyt.cli;

import com.beust.jcommander.Parameters;
import io.dmyt.Version;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;

/** {@code dmyt info}: what runs where. */
@Parameters(commandDescription = "Show versions, the compute backend, threads and memory limits")
final class InfoCommand implements Command {
  @Override
  public String name() {
    return "info";
  }

  @Override
  public int run(Terminal terminal) {
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
    row(terminal, "threads", "%d".formatted(Nd4j.getEnvironment().maxThreads()));
    row(terminal, "heap", "at most " + megabytes(runtime.maxMemory()));
    row(terminal, "native arrays", "at most " + megabytes(Pointer.maxBytes()));
    return Main.OK;
  }

  private static void row(Terminal terminal, String what, Object value) {
    terminal.print("%-14s %s", what, value);
  }

  private static String megabytes(long bytes) {
    return "%,d MB".formatted(bytes >> 20);
  }

  private static String javacppVersion() {
    try {
      return Loader.getVersion();
    } catch (java.io.IOException e) {
      return "unknown";
    }
  }
}
