package io.dmyt.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;

/** An optimiser's state that goes over to a graph whose configuration has changed since. */
final class UpdaterState {
  private UpdaterState() {}

  /** Neighbouring parameters with one updater, which say where in the state theirs is. */
  private record Part(long from, long to, Class<?> updater) {}

  /**
   * Gives the graph an updater by its configuration as it is now. It takes the state of the present
   * one: that itself if it has its place there, else copies of what both have.
   */
  static void carryOver(ComputationGraph graph, ComputationGraphUpdater present) {
    INDArray state = present.getUpdaterStateViewArray();
    if (parts(graph).equals(parts(present))) {
      graph.setUpdater(new ComputationGraphUpdater(graph, state));
      return;
    }
    graph.setUpdater(new ComputationGraphUpdater(graph, null));
    for (UpdaterBlock to : graph.getUpdater().getUpdaterBlocks()) {
      for (UpdaterBlock from : present.getUpdaterBlocks()) {
        copy(from, to);
      }
    }
  }

  private static List<Part> parts(ComputationGraphUpdater updater) {
    return updater.getUpdaterBlocks().stream()
        .map(
            b ->
                new Part(
                    b.getParamOffsetStart(),
                    b.getParamOffsetEnd(),
                    b.getGradientUpdater().getConfig().getClass()))
        .toList();
  }

  /** As DL4J will have them: neighbours with equal updaters are one block. */
  private static List<Part> parts(ComputationGraph graph) {
    List<Part> parts = new ArrayList<>();
    IUpdater last = null;
    long position = 0;
    for (int index : graph.topologicalSortOrder()) {
      GraphVertex vertex = graph.getVertices()[index];
      if (vertex.numParams() == 0) {
        continue;
      }
      for (Map.Entry<String, INDArray> p : ((Trainable) vertex).paramTable(false).entrySet()) {
        IUpdater updater = vertex.getConfig().getUpdaterByParam(p.getKey());
        long end = position + p.getValue().length();
        if (updater.equals(last)) {
          Part before = parts.remove(parts.size() - 1);
          parts.add(new Part(before.from, end, before.updater));
        } else {
          parts.add(new Part(position, end, updater.getClass()));
        }
        last = updater;
        position = end;
      }
    }
    return parts;
  }

  private static void copy(UpdaterBlock from, UpdaterBlock to) {
    long start = Math.max(from.getParamOffsetStart(), to.getParamOffsetStart());
    long end = Math.min(from.getParamOffsetEnd(), to.getParamOffsetEnd());
    Object was = from.getGradientUpdater().getConfig();
    Object is = to.getGradientUpdater().getConfig();
    boolean stateful = is instanceof Adam || is instanceof Nesterovs;
    if (start >= end || !stateful || was.getClass() != is.getClass()) {
      return;
    }
    List<INDArray> source = ParameterBlocks.state(from);
    List<INDArray> target = ParameterBlocks.state(to);
    for (int i = 0; i < target.size(); i++) {
      long a = from.getParamOffsetStart();
      long b = to.getParamOffsetStart();
      ParameterBlocks.part(target.get(i), start - b, end - b)
          .assign(ParameterBlocks.part(source.get(i), start - a, end - a));
    }
  }
}
