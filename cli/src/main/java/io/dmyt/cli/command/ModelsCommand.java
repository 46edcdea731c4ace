package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.backbone.Backbones;
import io.dmyt.cli.Main;
import io.dmyt.cli.output.Terminal;
import io.dmyt.cli.output.TextTable;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.hub.RemoteFile;
import io.dmyt.hub.TimmCatalogue;
import io.dmyt.hub.TimmWeights;
import io.dmyt.hub.WeightsCache;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Suggestions;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code dmyt models}: the networks there are. */
@Parameters(
    commandDescription =
        "List the networks: parameters in millions, multiply-adds (GFLOPs), both without"
            + " classifier, image and embedding sizes, whether the published weights are in the"
            + " cache, and their licence")
final class ModelsCommand implements Command {
  @Parameter(names = "--family", description = "Only those of a family, such as vit")
  @Nullable String family;

  @Parameter(
      names = "--search",
      description = "Only those whose names contain this, those with tags (NAME.TAG) included")
  @Nullable String search;

  @Parameter(names = "--has-weights", description = "Only those with published weights")
  boolean hasWeights;

  @Parameter(names = "--json", description = "Write the list to this file")
  @Nullable Path json;

  @Override
  public String name() {
    return "models";
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    WeightsCache cache = WeightsCache.ofEnvironment();
    List<String> names = names();
    if (names.isEmpty()) {
      terminal.say("No network here matches%s", elsewhere());
      return Main.FAILED;
    }
    int width = Math.max(23, names.stream().mapToInt(String::length).max().getAsInt());
    List<Map<String, Object>> list = new ArrayList<>();
    TextTable table = new TextTable(2, -width, 10, 6, 5, 9, -8, -7);
    terminal.print(
        "%s",
        table.line("name", "parameters", "GFLOPs", "input", "embedding", "weights", "licence"));
    for (String name : names) {
      BackboneSpec spec = Backbones.spec(name);
      Optional<RemoteFile> weights = Backbones.publishedWeights(name);
      boolean cached = weights.filter(cache::has).isPresent();
      String licence = licence(name);
      terminal.print(
          "%s",
          table.line(
              name,
              Numbers.fixed(spec.parameters() / 1e6, 1) + " M",
              Numbers.fixed(spec.flops() / 1e9, 2),
              spec.imageSize() + "²",
              spec.embeddingSize(),
              cached ? "cached" : weights.isPresent() ? "to fetch" : "none",
              licence));
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", name);
      entry.put("family", spec.family());
      entry.put("parameters", spec.parameters());
      entry.put("multiplyAdds", spec.flops());
      entry.put("imageSize", spec.imageSize());
      entry.put("embeddingSize", spec.embeddingSize());
      entry.put("weights", weights.map(file -> file.url().toString()).orElse(null));
      entry.put("licence", licence.isEmpty() ? null : licence);
      entry.put("cached", cached);
      list.add(entry);
    }
    if (json != null) {
      AtomicFile.write(json, EvaluationJson.write(list));
      terminal.say("List written to %s", json);
    }
    return Main.OK;
  }

  /** Names with tags are many: they are listed where somebody looks for something. */
  private List<String> names() {
    List<String> names = new ArrayList<>(Backbones.names());
    if (search != null) {
      names.addAll(Backbones.taggedNames());
      names.removeIf(name -> !contains(name, search));
    }
    if (family != null) {
      names.removeIf(name -> !Backbones.spec(name).family().equalsIgnoreCase(family));
    }
    if (hasWeights) {
      names.removeIf(name -> Backbones.publishedWeights(name).isEmpty());
    }
    return names;
  }

  /** What timm has under such names, and what is nearest here. */
  private String elsewhere() {
    if (search != null) {
      List<String> timms =
          TimmWeights.entries().keySet().stream().filter(name -> contains(name, search)).toList();
      String nearest = Suggestions.closest(search, Backbones.names());
      return timms.isEmpty()
          ? "; the nearest name is " + nearest
          : Text.format(
              "; timm has %s%s; the nearest here is %s",
              timms.get(0),
              timms.size() > 1 ? " and " + (timms.size() - 1) + " more" : "",
              nearest);
    }
    TreeSet<String> families = new TreeSet<>();
    Backbones.names().forEach(name -> families.add(Backbones.spec(name).family()));
    return "; the families are " + String.join(", ", families);
  }

  private static boolean contains(String name, String part) {
    return name.contains(part.toLowerCase(Locale.ROOT));
  }

  /** Empty where none is known. */
  private static String licence(String name) {
    return TimmCatalogue.find(name).isPresent()
        ? ""
        : TimmWeights.find(Backbones.spec(name).name())
            .map(
                weights ->
                    weights.licence() + (weights.nonCommercial() ? " (no commercial use)" : ""))
            .orElse("");
  }
}
