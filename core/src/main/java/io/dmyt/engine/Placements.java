package io.dmyt.engine;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;

/** Says what runs where. */
final class Placements {
  private Placements() {}

  static List<Placement> of(ComputationGraph graph) {
    List<Placement> all = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (!vertex.isInputVertex()) {
        String name = vertex.getVertexName();
        all.add(
            graph instanceof AcceleratedGraph fast
                ? of(name, fast)
                : new Placement(name, false, "", null, null));
      }
    }
    return all;
  }

  private static Placement of(String name, AcceleratedGraph graph) {
    Region region = graph.program().region(name);
    if (region == null) {
      return new Placement(
          name, false, Objects.requireNonNull(graph.program().fallbackReason(name)), null, null);
    }
    RegionRunner runner = graph.runtime().runners().get(graph.program().level(name));
    return new Placement(
        name, true, region.text(name), runner.fusion(name, false), runner.fusion(name, true));
  }

  static String describe(ComputationGraph graph) {
    StringBuilder table = new StringBuilder();
    String engine = graph instanceof AcceleratedGraph fast ? fast.provider().title() : "";
    row(table, "vertex", "runs in", "as", "in inference", "in training");
    for (Placement p : of(graph)) {
      row(
          table,
          p.vertex(),
          p.accelerated() ? engine : new Dl4jEngine().title(),
          p.as(),
          p.accelerated() ? orUnknown(p.inInference()) : "",
          p.accelerated() ? orUnknown(p.inTraining()) : "");
    }
    if (graph instanceof AcceleratedGraph fast && !fast.runtime().runners().isEmpty()) {
      table.append(fast.runtime().runners().get(0).description()).append(System.lineSeparator());
    }
    return table.toString();
  }

  private static void row(
      StringBuilder table, String vertex, String where, String as, String test, String train) {
    String line = Text.format("%-24s %-7s %-32s %-24s %s", vertex, where, as, test, train);
    table.append(line.stripTrailing()).append(System.lineSeparator());
  }

  private static String orUnknown(@Nullable String fusion) {
    return fusion == null ? "?" : fusion;
  }
}
