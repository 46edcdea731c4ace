package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.backbone.Backbones;
import io.dmyt.cli.Main;
import io.dmyt.cli.output.Terminal;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.hub.RemoteFile;
import io.dmyt.hub.WeightsCache;
import io.dmyt.internal.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code dmyt models}: the networks there are. */
@Parameters(
    commandDescription =
        "List the networks: millions of parameters and multiply-adds (GFLOPs) without classifier,"
            + " sizes, and whether the ImageNet weights are here")
final class ModelsCommand implements Command {
  @Parameter(names = "--json", description = "Write the list to this file")
  Path json;

  @Override
  public String name() {
    return "models";
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    WeightsCache cache = WeightsCache.ofEnvironment();
    List<Map<String, Object>> list = new ArrayList<>();
    terminal.print(
        "%-24s %10s %7s %6s %10s  %s",
        "name", "parameters", "GFLOPs", "input", "embedding", "weights");
    for (String name : Backbones.names()) {
      BackboneSpec spec = Backbones.spec(name);
      Optional<RemoteFile> weights = Backbones.publishedWeights(name);
      boolean cached = weights.filter(cache::has).isPresent();
      terminal.print(
          "%-24s %8.1f M %7.2f %5d² %10d  %s",
          name,
          spec.parameters() / 1e6,
          spec.flops() / 1e9,
          spec.imageSize(),
          spec.embeddingSize(),
          cached ? "cached" : weights.isPresent() ? "to fetch" : "none");
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", name);
      entry.put("family", spec.family());
      entry.put("parameters", spec.parameters());
      entry.put("multiplyAdds", spec.flops());
      entry.put("imageSize", spec.imageSize());
      entry.put("embeddingSize", spec.embeddingSize());
      entry.put("weights", weights.map(file -> file.url().toString()).orElse(null));
      entry.put("cached", cached);
      list.add(entry);
    }
    if (json != null) {
      AtomicFile.write(json, EvaluationJson.write(list));
      terminal.say("List written to %s", json);
    }
    return Main.OK;
  }
}
