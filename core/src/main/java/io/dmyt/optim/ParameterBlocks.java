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
   */
  record Block(long from, INDArray parameter, INDArray gradient, @Nullable List<INDArray> state) {
    INDArray state(int index) {
      return Objects.requireNonNull(state).get(index);
    }
  }

  private ParameterBlocks(ComputationGraph graph) {
    updater = graph.getUpdater();
    parameters = graph.params();
    gradients = graph.getFlattenedGradients();
    INDArray p = flat(parameters);
    INDArray g = flat(gradients);
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      long from = block.getParamOffsetStart();
      long to = block.getParamOffsetEnd();
      all.add(new Block(from, part(p, from, to), part(g, from, to), state(block, to - from)));
    }
  }

  /**
   * @param present of an earlier step, to be used again if nothing has taken another place
   * @throws IllegalStateException if parameters have another updater than Adam, momentum or none
   */
  @SuppressWarnings("ReferenceEquality") // Equal arrays may lie elsewhere.
  static ParameterBlocks of(ComputationGraph graph, @Nullable ParameterBlocks present) {
    return present != null
            && present.updater == graph.getUpdater()
            && present.parameters == graph.params()
            && present.gradients == graph.getFlattenedGradients()
        ? present
        : new ParameterBlocks(graph);
  }

  List<Block> all() {
    return all;
  }

  private static @Nullable List<INDArray> state(UpdaterBlock block, long length) {
    Object config = block.getGradientUpdater().getConfig();
    if (config instanceof NoOp) {
      return null;
    }
    if (!(config instanceof Adam) && !(config instanceof Nesterovs)) {
      throw new IllegalStateException(
          "AdamW needs a graph configured with Adam, found " + config.getClass().getName());
    }
    INDArray all = flat(block.getUpdaterView());
    return config instanceof Adam
        ? List.of(part(all, 0, length), part(all, length, 2 * length))
        : List.of(part(all, 0, length));
  }

  private static INDArray part(INDArray flat, long from, long to) {
    return flat.get(NDArrayIndex.interval(from, to));
  }

  private static INDArray flat(INDArray array) {
    return array.reshape(array.length());
  }
}
