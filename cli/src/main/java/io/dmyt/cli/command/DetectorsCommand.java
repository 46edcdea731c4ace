package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.cli.Main;
import io.dmyt.cli.output.Terminal;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.hub.PublishedDetectors;
import io.dmyt.hub.WeightsCache;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Text;
import io.dmyt.screening.PublishedDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code dmyt detectors}: the published detectors that are ready to use. */
@Parameters(
    commandDescription =
        "List detectors that others have published, for -w NAME of other commands: paper, licence,"
            + " what they were trained on, what their authors measured, and how far they were tried"
            + " here")
final class DetectorsCommand implements Command {
  /** The weights were out of reach when this was written. */
  private static final String TRIED = "synthetic weights only: same logits as the authors' code";

  private static final String TRIED_IN_PART =
      "synthetic weights only, and two of its blocks: same logits as a reference";

  /** Of which no whole network has been compared. */
  private static final Set<String> IN_PART = Set.of("gend-pe-l", "gend-dinov3-l");

  @Parameter(names = "--json", description = "Write the list to this file")
  @Nullable Path json;

  @Override
  public String name() {
    return "detectors";
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    WeightsCache cache = WeightsCache.ofEnvironment();
    List<Map<String, Object>> list = new ArrayList<>();
    for (PublishedDetector detector : PublishedDetector.all()) {
      PublishedDetectors.Entry entry = detector.entry();
      boolean cached = Files.exists(detector.cached(cache));
      terminal.print("%s%s", entry.name(), cached ? " (fetched)" : "");
      Map<String, Object> facts = facts(entry);
      facts.forEach((what, value) -> terminal.print("  %-11s %s", what, value));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("name", entry.name());
      row.putAll(facts);
      row.put("cached", cached);
      list.add(row);
    }
    if (json != null) {
      AtomicFile.write(json, EvaluationJson.write(list));
      terminal.say("List written to %s", json);
    }
    return Main.OK;
  }

  /** What is known of a published detector. */
  static Map<String, Object> facts(PublishedDetectors.Entry entry) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("paper", entry.paper());
    facts.put("licence", licence(entry));
    facts.put("trained on", entry.trainedOn());
    facts.put("published", entry.numbers());
    facts.put("tried on", IN_PART.contains(entry.name()) ? TRIED_IN_PART : TRIED);
    facts.put(
        "file",
        entry.file().sha256().isPresent()
            ? Text.format("%s, SHA-256 %s", entry.file().url(), entry.file().sha256().get())
            : entry.file().url().toString());
    return facts;
  }

  private static String licence(PublishedDetectors.Entry entry) {
    String base =
        entry.baseLicence().isEmpty()
            ? ""
            : Text.format("; that of the network it was made from: %s", entry.baseLicence());
    return entry.licence()
        + base
        + (entry.nonCommercial() ? " (no commercial use: needs --accept-license)" : "");
  }
}
