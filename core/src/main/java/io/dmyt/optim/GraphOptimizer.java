package io.dmyt.optim;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
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
 * "gradients", are taken as they are, also where the layer's own parameters don't learn: as in
 * PyTorch, a frozen layer in training mode goes on following its batches.
 */
public abstract sealed class GraphOptimizer permits AdamW, Sgd {
  final ComputationGraph graph;
  private final ISchedule learningRate;
  private final List<ParameterGroup> groups;
  private final UpdaterSettings settings;
  private @Nullable ParameterBlocks blocks;
  private double rate = Double.NaN;

  /**
   * An updater's state that is there already is gone on with, as far as the same parameters have
   * had the same updater.
   *
   * @param learningRates by the factor of a group
   * @param groups of parameters, in order; what is in none does not learn
   * @param updater DL4J's own, by its learning rate
   * @param decay as DL4J's configuration has it, by a group's
   */
  GraphOptimizer(
      ComputationGraph graph,
      DoubleFunction<ISchedule> learningRates,
      List<ParameterGroup> groups,
      Function<ISchedule, IUpdater> updater,
      DoubleFunction<List<Regularization>> decay) {
    this.graph = graph;
    this.groups = List.copyOf(groups);
    learningRate = learningRates.apply(1);
    settings =
        new UpdaterSettings(
            graph,
            this.groups,
            factor -> updater.apply(learningRates.apply(factor)),
            value -> value == 0 ? List.of() : decay.apply(value));
    ComputationGraphUpdater present = graph.getUpdater(false);
    settings.write();
    if (present == null) {
      graph.getUpdater();
    } else {
      UpdaterState.carryOver(graph, present);
    }
  }

  /**
   * Takes a step over neighbouring parameters that learn alike.
   *
   * @param scale what gradients are multiplied with first
   * @param step counted from 0
   */
  abstract void step(ParameterBlocks.Block block, double rate, double scale, int step);

  /**
   * Has the graph compute the gradients of its inputs and labels, and a score without the decay's
   * part. DL4J takes the norm of every layer's parameters for that, one after the other, and waits
   * for each; this optimiser has no use for it.
   */
  public void computeGradient() {
    settings.setDecays(false);
    try {
      graph.computeGradientAndScore();
    } finally {
      settings.setDecays(true);
    }
  }

  /**
   * Sets the learning rate of the next steps, in the place of the schedule's. Each group has its
   * own multiple of it.
   */
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
        step(block, now * block.rate(), scale, step);
      }
    }
    graph.getConfiguration().setIterationCount(step + 1);
  }

  /** All parameters that change, in order. */
  List<ParameterBlocks.Block> blocks() {
    blocks = ParameterBlocks.of(graph, groups, blocks);
    return blocks.all();
  }
}
