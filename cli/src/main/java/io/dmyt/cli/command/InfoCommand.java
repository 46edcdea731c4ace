package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.Detector;
import io.dmyt.SystemReport;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.WeightsOptions;
import io.dmyt.cli.output.Terminal;
import io.dmyt.engine.Engines;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.hub.WeightsCache;
import io.dmyt.screening.PublishedDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code dmyt info}: what runs where, and what a detector is. */
@Parameters(
    commandDescription =
        "Show what dmyt runs on: versions, backend, GPUs, engines, memory and caches, and"
            + " what to do where something is wrong; with --weights, what a detector is and where"
            + " it comes from")
final class InfoCommand implements Command {
  @Parameter(
      names = {"-w", "--weights"},
      description = "Show this detector instead: a file, or the name of a published one")
  @Nullable Path weights;

  @Override
  public String name() {
    return "info";
  }

  /** What is missing is what it shows. */
  @Override
  public boolean computes() {
    return weights != null;
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    if (weights != null) {
      Optional<PublishedDetector> published = WeightsOptions.published(weights);
      if (published.isPresent()) {
        show(published.get(), terminal);
      } else {
        show(weights, terminal);
      }
      return Main.OK;
    }
    SystemReport report = SystemReport.create();
    for (SystemReport.Entry entry : report.entries()) {
      row(terminal, entry.name(), entry.value());
      if (entry.advice() != null) {
        row(terminal, "", "to do: " + entry.advice());
      }
    }
    return report.usable() ? Main.OK : Main.FAILED;
  }

  private static void show(Path weights, Terminal terminal) throws IOException {
    try (Detector detector = Detector.loadForInference(weights, Engines.dl4j())) {
      DetectorFacts.of(detector, weights).forEach((name, value) -> row(terminal, name, value));
    }
  }

  /** What its authors say, and what its file says if it was fetched already. */
  private static void show(PublishedDetector published, Terminal terminal) throws IOException {
    DetectorsCommand.facts(published.entry()).forEach((name, value) -> row(terminal, name, value));
    Path file = published.cached(WeightsCache.ofEnvironment());
    if (Files.exists(file)) {
      show(file, terminal);
    } else {
      row(terminal, "fetched", "not yet: the first command that uses it does so");
    }
  }

  private static void row(Terminal terminal, String what, Object value) {
    terminal.print("%-16s %s", what, value);
  }
}
