package io.dmyt.spark;

import java.io.Serializable;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a step changes in a network.
 *
 * @param parameters running statistics included
 * @param updater the optimiser's state; null if it has none
 * @param iteration how many steps were taken
 */
record NetworkState(float[] parameters, float @Nullable [] updater, int iteration)
    implements Serializable {

  static NetworkState of(ComputationGraph graph) {
    INDArray state = graph.getUpdater().getStateViewArray();
    return new NetworkState(
        graph.params().reshape(graph.params().length()).toFloatVector(),
        state == null ? null : state.reshape(state.length()).toFloatVector(),
        graph.getIterationCount());
  }

  /** Gives it to a network of the same kind. */
  void to(ComputationGraph graph) {
    put(parameters, graph.params());
    if (updater != null) {
      put(updater, graph.getUpdater().getStateViewArray());
    }
    graph.getConfiguration().setIterationCount(iteration);
    // Each layer counts too, which a saved network shows as its batch norms' num_batches_tracked.
    for (Layer layer : graph.getLayers()) {
      layer.conf().setIterationCount(iteration);
    }
  }

  private static void put(float[] values, INDArray target) {
    INDArray array = Nd4j.createFromArray(values);
    target.assign(array.reshape(target.shape()));
    array.close();
  }
}
