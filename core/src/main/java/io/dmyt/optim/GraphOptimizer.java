package io.dmyt.optim;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Takes steps over all parameters of a graph, along the gradients that the graph holds.
 *
 * <p>It writes itself into the graph's configuration as DL4J's optimiser of the same name, so that
 * a saved graph says what it was trained with, and keeps its state in the graph's own updater.
 * Batch norm's running statistics, which DL4J keeps among the parameters and updates through their
 * "gradients", are taken as they are.
 */
public abstract sealed class GraphOptimizer permits AdamW, Sgd {
  final ComputationGraph graph;
  private final ISchedule learningRate;
  private final List<Regularization> decay;
  private @Nullable ParameterBlocks blocks;
  private double rate = Double.NaN;

  /**
   * @param learningRate by the graph's iteration and epoch, positive
   * @param decay as DL4J's configuration has it
   * @param updater DL4J's own, made of the one that is there: a graph that has been trained reads
   *     the object that a layer has, so that it is to be changed itself
   */
  GraphOptimizer(
      ComputationGraph graph,
      ISchedule learningRate,
      List<Regularization> decay,
      UnaryOperator<@Nullable IUpdater> updater) {
    this.graph = graph;
    this.learningRate = learningRate;
    this.decay = decay;
    forEach(
        layer -> {
          layer.setIUpdater(updater.apply(layer.getIUpdater()));
          layer.setBiasUpdater(null);
        },
        vertex -> {
          vertex.setUpdater(updater.apply(vertex.getUpdater()));
          vertex.setBiasUpdater(null);
        });
    setDecay(decay);
    graph.getUpdater();
  }

  /**
   * Takes a step over neighbouring parameters.
   *
   * @param scale what gradients are multiplied with first
   * @param step counted from 0
   */
  abstract void step(ParameterBlocks.Block block, double rate, double scale, int step);

  private void forEach(Consumer<BaseLayer> ofLayer, Consumer<SameDiffVertex> ofVertex) {
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer conf) {
        ofLayer.accept(conf);
      }
    }
    for (GraphVertex vertex : graph.getConfiguration().getVertices().values()) {
      if (vertex instanceof SameDiffVertex conf) {
        ofVertex.accept(conf);
      }
    }
  }

  private void setDecay(List<Regularization> values) {
    forEach(
        layer -> {
          layer.setRegularization(values);
          layer.setRegularizationBias(values);
        },
        vertex -> {
          vertex.setRegularization(values);
          vertex.setRegularizationBias(values);
        });
  }

  /**
   * Has the graph compute the gradients of its inputs and labels, and a score without the decay's
   * part. DL4J takes the norm of every layer's parameters for that, one after the other, and waits
   * for each; this optimiser has no use for it.
   */
  public void computeGradient() {
    setDecay(List.of());
    try {
      graph.computeGradientAndScore();
    } finally {
      setDecay(decay);
    }
  }

  /** Sets the learning rate of the next steps, in the place of the schedule's. */
  public void setRate(double value) {
    rate = value;
  }

  /** The learning rate of the next step. */
  public double rate() {
    return Double.isNaN(rate)
        ? learningRate.valueAt(graph.getIterationCount(), graph.getEpochCount())
        : rate;
  }

  /**
   * Takes a step along the gradients that the graph holds, which DL4J has summed over the batch.
   *
   * @param batch the number of examples in the batch: gradients are divided by it
   */
  public void step(int batch) {
    step(1.0 / batch);
  }

  /**
   * Takes a step along the gradients that the graph holds.
   *
   * @param scale what they are multiplied with first
   */
  public void step(double scale) {
    int step = graph.getIterationCount();
    double now = rate();
    for (ParameterBlocks.Block block : blocks()) {
      if (block.state() == null) {
        block.parameter().subi(block.gradient());
      } else {
        step(block, now, scale, step);
      }
    }
    graph.getConfiguration().setIterationCount(step + 1);
  }

  /** All parameters, in order. */
  List<ParameterBlocks.Block> blocks() {
    blocks = ParameterBlocks.of(graph, blocks);
    return blocks.all();
  }
}
