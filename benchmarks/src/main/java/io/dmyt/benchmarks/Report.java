package io.dmyt.benchmarks;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The measurements of a run as Markdown tables and as JSON. */
final class Report {
  /** Medians further above the fastest step than this tell more of the machine's other load. */
  private static final double QUIET = 1.2;

  private final Machine machine;
  private final Contest.Options options;
  private final Map<Job, Map<Contestant, Measurement>> rows = new LinkedHashMap<>();
  private Map<Contestant, String> missing = Map.of();
  private List<Contest.Failure> failures = List.of();

  Report(Machine machine, Contest.Options options) {
    this.machine = machine;
    this.options = options;
  }

  void add(List<Measurement> measurements) {
    for (Measurement m : measurements) {
      rows.computeIfAbsent(m.job(), j -> new EnumMap<>(Contestant.class)).put(m.side(), m);
    }
  }

  /** The sides that were asked for but could not run, and why. */
  void missing(Map<Contestant, String> reasons) {
    missing = Map.copyOf(reasons);
  }

  /** The sides that failed in a job, and why. */
  void failures(List<Contest.Failure> found) {
    failures = List.copyOf(found);
  }

  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(machine.line()).append('\n');
    text.append(
        Text.format(
            "%d threads; medians of %d turns of %d steps, sides alternating.%n%n",
            options.threads(), options.rounds(), options.steps()));
    text.append("Seconds of a step:\n\n").append(table(Measurement::median, "%.3f"));
    if (sides().stream().anyMatch(Contestant::isOurs)) {
      text.append("\nOurs in relation to each peer (below 1: we are faster):\n\n");
      text.append(ratios());
    }
    text.append("\nFastest step in seconds:\n\n").append(table(Measurement::fastest, "%.3f"));
    if (options.busy()) {
      text.append("\nSeconds of a step while a second process does the same:\n\n");
      text.append(table(Measurement::medianTogether, "%.3f"));
      text.append("\nThe same in relation to the step alone:\n\n");
      text.append(table(m -> m.medianTogether() / m.median(), "%.2f"));
    }
    text.append("\nPeak resident memory in MB:\n\n");
    text.append(table(m -> m.peakBytes() / 1e6, "%.0f"));
    text.append('\n');
    if (unrest() > QUIET) {
      text.append(
          Text.format(
              "The machine was not quiet: medians are up to %.1f times the fastest step.%n%n",
              unrest()));
    }
    descriptions().forEach(line -> text.append("- ").append(line).append('\n'));
    missing.forEach(
        (side, why) ->
            text.append("- ")
                .append(side.title())
                .append(" could not run: ")
                .append(why)
                .append('\n'));
    failures.forEach(
        f ->
            text.append(
                Text.format(
                    "- %s failed at %s, %s: %s\n",
                    f.side().title(), f.job().network(), f.job().task().label(), f.reason())));
    return text.toString();
  }

  /** One row per job, one column per side. */
  private String table(ToDoubleFunction<Measurement> value, String format) {
    List<Contestant> columns = sides();
    StringBuilder text = header(columns);
    rows.forEach(
        (job, results) -> {
          text.append(label(job));
          for (Contestant side : columns) {
            Measurement m = results.get(side);
            text.append(m == null ? " |" : cell(value.applyAsDouble(m), format));
          }
          text.append('\n');
        });
    return text.toString();
  }

  /** One row per job and precision of ours, one column per peer. */
  private String ratios() {
    List<Contestant> peers = sides().stream().filter(s -> !s.isOurs()).toList();
    StringBuilder text = header(peers);
    rows.forEach(
        (job, results) ->
            results.values().stream()
                .filter(m -> m.side().isOurs())
                .forEach(
                    ours -> {
                      text.append(label(job).replaceFirst(" \\|$", ""));
                      text.append(ours.side().isBf16() ? ", bf16 |" : ", f32 |");
                      for (Contestant peer : peers) {
                        Measurement m = results.get(peer);
                        text.append(m == null ? " |" : cell(ours.median() / m.median(), "%.2f"));
                      }
                      text.append('\n');
                    }));
    return text.toString();
  }

  private static StringBuilder header(List<Contestant> columns) {
    StringBuilder text = new StringBuilder("| |");
    columns.forEach(side -> text.append(' ').append(side.title()).append(" |"));
    return text.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
  }

  private static String label(Job job) {
    return Text.format(
        "| %s %d², batch %d, %s |", job.network(), job.size(), job.batch(), job.task().label());
  }

  private static String cell(double value, String format) {
    return Double.isNaN(value) ? " |" : " " + String.format(Locale.ROOT, format, value) + " |";
  }

  /** The sides that were timed, in the order of {@link Contestant}. */
  private List<Contestant> sides() {
    return rows.values().stream()
        .flatMap(row -> row.keySet().stream())
        .distinct()
        .sorted()
        .toList();
  }

  private double unrest() {
    return rows.values().stream()
        .flatMap(row -> row.values().stream())
        .mapToDouble(Measurement::unrest)
        .max()
        .orElse(1);
  }

  private Set<String> descriptions() {
    return rows.values().stream()
        .flatMap(row -> row.values().stream())
        .map(m -> m.side().title() + ": " + m.description())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  void writeJson(Path file) throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("machine", machine);
    root.put("options", options);
    List<Map<String, Object>> measurements = new ArrayList<>();
    for (Map<Contestant, Measurement> row : rows.values()) {
      for (Measurement m : row.values()) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("side", m.side().key());
        entry.put("network", m.job().network());
        entry.put("image_size", m.job().size());
        entry.put("batch", m.job().batch());
        entry.put("task", m.job().task().name().toLowerCase(Locale.ROOT));
        entry.put("description", m.description());
        entry.put("median_seconds", m.median());
        entry.put("fastest_seconds", m.fastest());
        entry.put("seconds", m.seconds());
        entry.put("seconds_together", m.together());
        entry.put("peak_bytes", m.peakBytes());
        entry.put("value", m.value());
        measurements.add(entry);
      }
    }
    root.put("measurements", measurements);
    Map<String, String> absent = new LinkedHashMap<>();
    missing.forEach((side, why) -> absent.put(side.key(), why));
    root.put("missing", absent);
    root.put("failures", failures);
    AtomicFile.write(file, Json.write(root));
  }
}
