package io.dmyt.training;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An exponential moving average of a graph's parameters, running statistics included, as timm's
 * {@code ModelEma} keeps it: {@code average ← d · average + (1 − d) · parameters} after each step.
 */
final class MovingAverage implements AutoCloseable {
  private final ComputationGraph graph;
  private final double decay;
  private final INDArray average;
  private @Nullable INDArray own;

  MovingAverage(ComputationGraph graph, StepOptions options) {
    this.graph = graph;
    decay = options.average();
    average = graph.params().dup();
  }

  /** Goes on from a saved one. */
  void set(INDArray saved) {
    average.assign(saved.reshape(average.shape()));
  }

  INDArray values() {
    return average;
  }

  /** A step was taken. */
  void update() {
    INDArray part = graph.params().mul(1 - decay);
    average.muli(decay).addi(part);
    part.close();
  }

  /** Gives the graph the average, until {@link #leave}. */
  void enter() {
    own = graph.params().dup();
    graph.params().assign(average);
  }

  /** Gives the graph its own parameters back. */
  void leave() {
    if (own != null) {
      graph.params().assign(own);
      own.close();
      own = null;
    }
  }

  @Override
  public void close() {
    leave();
    average.close();
  }
}
