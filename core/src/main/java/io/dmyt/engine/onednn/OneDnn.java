package io.dmyt.engine.onednn;

import io.dmyt.internal.Numbers;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_version_t;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Runs DL4J's graphs on a CPU with oneDNN. */
public final class OneDnn {
  private OneDnn() {}

  private static final class Probe {
    static final String REASON = probe();

    private static String probe() {
      String backend = Nd4j.getBackend().getClass().getSimpleName();
      if (!backend.startsWith("Cpu")) {
        return "ND4J's backend is " + backend + ", not a CPU's";
      }
      try {
        Dnnl.engine();
        return null;
      } catch (LinkageError | OneDnnException e) {
        return "oneDNN does not load: " + e.getMessage();
      }
    }
  }

  /** Whether graphs can be accelerated here. */
  public static boolean available() {
    return Probe.REASON == null;
  }

  /** Why graphs can't be accelerated here, or null if they can. */
  public static String unavailableBecause() {
    return Probe.REASON;
  }

  /** Whether this CPU has instructions for bfloat16. */
  public static boolean bf16Supported() {
    return available() && Dnnl.bf16Instructions();
  }

  /**
   * oneDNN's version, e.g. 3.11.0.
   *
   * @throws IllegalStateException where {@link #available} is false
   */
  public static String version() {
    requireAvailable();
    dnnl_version_t v = org.bytedeco.dnnl.global.dnnl.dnnl_version();
    return v.major() + "." + v.minor() + "." + v.patch();
  }

  /** {@link #accelerate(ComputationGraph, Options)} in single precision. */
  public static ComputationGraph accelerate(ComputationGraph graph) {
    return accelerate(graph, Options.DEFAULT);
  }

  /**
   * A graph that does the same faster. It shares {@code graph}'s configuration, parameters,
   * gradients and updater: training either trains both, but use only the result from here on.
   * Saving, cloning and transfer learning give stock graphs. Layers that the engine does not know,
   * and all that lies behind them, run as DL4J's own.
   *
   * <p>{@link ComputationGraph#close()} frees the engine's memory with the parameters, {@link
   * #release} the engine's alone.
   *
   * @param graph an initialised graph of floats; one that is accelerated already is returned
   *     itself, with the options it has
   * @throws IllegalStateException where {@link #available} is false
   * @throws IllegalArgumentException if {@code graph} is not initialised or not of floats
   */
  public static ComputationGraph accelerate(ComputationGraph graph, Options options) {
    requireAvailable();
    return accelerate(graph, options, Plan.of(options.precision()));
  }

  private static void requireAvailable() {
    if (!available()) {
      throw new IllegalStateException(unavailableBecause());
    }
  }

  /** Likewise, by a given plan instead of this CPU's. */
  static ComputationGraph accelerate(ComputationGraph graph, Options options, Plan plan) {
    if (graph.getVertices() == null) {
      throw new IllegalArgumentException("the graph is not initialised");
    }
    if (graph.getConfiguration().getDataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "expected a graph of FLOAT, got " + graph.getConfiguration().getDataType());
    }
    return graph instanceof AcceleratedGraph ? graph : new AcceleratedGraph(graph, options, plan);
  }

  /**
   * A table of {@link #placements}: vertex, where it runs, what oneDNN takes it for or why DL4J has
   * it, and which other vertex's primitive does it in inference and in training ("?" before use).
   * Below it stands what oneDNN stores images in.
   */
  public static String describe(ComputationGraph graph) {
    StringBuilder table = new StringBuilder();
    row(table, "vertex", "runs in", "as", "in inference", "in training");
    for (Placement p : placements(graph)) {
      boolean ours = p.inOneDnn();
      row(
          table,
          p.vertex(),
          ours ? "oneDNN" : "DL4J",
          p.as(),
          ours ? orUnknown(p.inInference()) : "",
          ours ? orUnknown(p.inTraining()) : "");
    }
    if (graph instanceof AcceleratedGraph fast) {
      table.append("images are stored in ").append(fast.engine().storage());
      table.append(System.lineSeparator());
    }
    return table.toString();
  }

  /** What runs where: the vertices but for the inputs, in topological order. */
  public static List<Placement> placements(ComputationGraph graph) {
    Engine engine = graph instanceof AcceleratedGraph fast ? fast.engine() : null;
    List<Placement> all = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      String name = vertex.getVertexName();
      if (vertex.isInputVertex()) {
        continue;
      }
      if (engine == null) {
        all.add(new Placement(name, false, "", null, null));
      } else if (engine.region().runs(name)) {
        all.add(
            new Placement(
                name,
                true,
                engine.region().text(name),
                engine.fusion(name, false),
                engine.fusion(name, true)));
      } else {
        all.add(new Placement(name, false, engine.region().stranger(name), null, null));
      }
    }
    return all;
  }

  private static void row(
      StringBuilder table, String vertex, String where, String as, String test, String train) {
    String line = Numbers.format("%-24s %-7s %-32s %-24s %s", vertex, where, as, test, train);
    table.append(line.stripTrailing()).append(System.lineSeparator());
  }

  private static String orUnknown(String fusion) {
    return fusion == null ? "?" : fusion;
  }

  /** Whether {@code graph} came from {@link #accelerate}. */
  public static boolean accelerated(ComputationGraph graph) {
    return graph instanceof AcceleratedGraph;
  }

  /**
   * Frees the native memory behind an accelerated graph, whose use afterwards throws {@link
   * IllegalStateException}; parameters stay. Does nothing to any other graph, or twice.
   */
  public static void release(ComputationGraph graph) {
    if (graph instanceof AcceleratedGraph accelerated) {
      accelerated.release();
    }
  }
}
