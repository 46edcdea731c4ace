package io.dmyt.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Views of a graph's parameters, gradients and moments, block by block of its updater.
 *
 * <p>They are made once for many steps: each view holds native memory until a garbage collection,
 * and new ones for every step made a training's memory grow.
 */
final class ParameterBlocks {
  private final ComputationGraphUpdater updater;
  private final INDArray parameters;
  private final INDArray gradients;
  private final List<Block> all = new ArrayList<>();

  /**
   * Parameters that are updated alike.
   *
   * @param from the first one in the flat parameters
   * @param state arrays of as many numbers as there are parameters: Adam's mean gradient and mean
   *     squared gradient, or the momentum; null where the gradient itself is subtracted
   * @param rate what the learning rate is multiplied with
   * @param weightDecay λ
   */
  record Block(
      long from,
      INDArray parameter,
      INDArray gradient,
      @Nullable List<INDArray> state,
      double rate,
      double weightDecay) {
    INDArray state(int index) {
      return Objects.requireNonNull(state).get(index);
    }
  }

  private ParameterBlocks(ComputationGraph graph, List<ParameterGroup> groups) {
    updater = graph.getUpdater();
    parameters = graph.params();
    gradients = graph.getFlattenedGradients();
    INDArray p = flat(parameters);
    INDArray g = flat(gradients);
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      long from = block.getParamOffsetStart();
      long to = block.getParamOffsetEnd();
      IUpdater config = block.getGradientUpdater().getConfig();
      if (config instanceof NoOp) {
        all.add(new Block(from, part(p, from, to), part(g, from, to), null, 1, 0));
      } else if (!UpdaterSettings.isFrozen(config)) {
        addLearning(block, groups, p, g);
      }
    }
  }

  /** A block of DL4J's may have several groups in it, and parameters that don't learn. */
  private void addLearning(
      UpdaterBlock block, List<ParameterGroup> groups, INDArray p, INDArray g) {
    List<INDArray> state = state(block);
    long start = block.getParamOffsetStart();
    for (int i = first(groups, start); i < groups.size(); i++) {
      ParameterGroup group = groups.get(i);
      long from = Math.max(group.from(), start);
      if (from >= block.getParamOffsetEnd()) {
        break;
      }
      while (i + 1 < groups.size()
          && groups.get(i + 1).from() == groups.get(i).to()
          && groups.get(i + 1).isLike(group)) {
        i++;
      }
      long to = Math.min(groups.get(i).to(), block.getParamOffsetEnd());
      if (group.learns()) {
        all.add(
            new Block(
                from,
                part(p, from, to),
                part(g, from, to),
                state.stream().map(s -> part(s, from - start, to - start)).toList(),
                group.rate(),
                group.weightDecay()));
      }
    }
  }

  /** The first group that ends behind a parameter. */
  private static int first(List<ParameterGroup> groups, long parameter) {
    int i = 0;
    while (i < groups.size() && groups.get(i).to() <= parameter) {
      i++;
    }
    return i;
  }

  /**
   * @param groups in order
   * @param present of an earlier step, to be used again if nothing has taken another place
   */
  @SuppressWarnings("ReferenceEquality") // Equal arrays may lie elsewhere.
  static ParameterBlocks of(
      ComputationGraph graph, List<ParameterGroup> groups, @Nullable ParameterBlocks present) {
    return present != null
            && present.updater == graph.getUpdater()
            && present.parameters == graph.params()
            && present.gradients == graph.getFlattenedGradients()
        ? present
        : new ParameterBlocks(graph, groups);
  }

  List<Block> all() {
    return all;
  }

  /**
   * A block's state: arrays of as many numbers as it has parameters.
   *
   * @throws IllegalStateException if it has another updater than Adam or momentum
   */
  static List<INDArray> state(UpdaterBlock block) {
    Object config = block.getGradientUpdater().getConfig();
    if (!(config instanceof Adam) && !(config instanceof Nesterovs)) {
      throw new IllegalStateException("no optimiser of ours: " + config.getClass().getName());
    }
    long length = block.getParamOffsetEnd() - (long) block.getParamOffsetStart();
    INDArray all = flat(block.getUpdaterView());
    return config instanceof Adam
        ? List.of(part(all, 0, length), part(all, length, 2 * length))
        : List.of(part(all, 0, length));
  }

  static INDArray part(INDArray flat, long from, long to) {
    return flat.get(NDArrayIndex.interval(from, to));
  }

  private static INDArray flat(INDArray array) {
    return array.reshape(array.length());
  }
}
