package io.dmyt.training;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BatchNormStatistics;
import io.dmyt.loss.MiningLoss;
import io.dmyt.optim.AdamW;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A step of training on one batch: forward, backward, running statistics, AdamW.
 *
 * <p>While it is open, the backbone's graph has a loss of the step's own.
 */
public final class TrainingStep implements AutoCloseable {
  private final Backbone backbone;
  private final ILossFunction loss;
  private final ComputationGraph graph;
  private final LossProbe probe;
  private final BatchNormStatistics statistics;
  private final AdamW optimizer;

  /**
   * Writes optimiser, learning rate and decay into the graph's configuration, where a saved
   * detector has them.
   *
   * @param loss of the training, on the backbone's features
   * @param options learning rate by epoch, and weight decay
   */
  public TrainingStep(Backbone backbone, ILossFunction loss, TrainingOptions options) {
    this.backbone = backbone;
    this.loss = loss;
    graph = backbone.graph();
    probe = new LossProbe(loss);
    backbone.setLoss(probe);
    optimizer = new AdamW(graph, options.schedule(), options.weightDecay());
    statistics = BatchNormStatistics.of(graph);
    startEpoch(0);
  }

  /**
   * Says which epoch the next steps belong to, which decides on the learning rate.
   *
   * @param epoch counted from 0
   */
  public void startEpoch(int epoch) {
    graph.getConfiguration().setEpochCount(epoch);
  }

  /**
   * Takes the step.
   *
   * @param images [B, 3, S, S]
   * @param labels one-hot [B, C], or whatever else the loss takes
   * @return the batch's loss before the step
   */
  public double run(INDArray images, INDArray labels) {
    graph.setInputs(images);
    graph.setLabels(labels);
    optimizer.computeGradient();
    statistics.correct(images.shape());
    optimizer.step(Math.toIntExact(images.size(0)));
    graph.clearLayersStates();
    graph.clear();
    return probe.value();
  }

  /** How many triplets the last step's batch had; NaN with a loss that mines none. */
  double triplets() {
    return loss instanceof MiningLoss mining ? mining.lastTripletCount() : Double.NaN;
  }

  /** The features of the last step's batch as they were while training, [B, F]. */
  INDArray features() {
    return probe.features();
  }

  /** Gives the backbone the loss itself back. */
  @Override
  public void close() {
    backbone.setLoss(loss);
    probe.free();
  }
}
