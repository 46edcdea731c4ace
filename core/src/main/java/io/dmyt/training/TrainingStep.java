package io.dmyt.training;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BatchNormStatistics;
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
   * @param loss of the training, on the backbone's features
   * @param weightDecay AdamW's decoupled decay, at least 0
   */
  public TrainingStep(Backbone backbone, ILossFunction loss, double weightDecay) {
    this.backbone = backbone;
    this.loss = loss;
    graph = backbone.graph();
    probe = new LossProbe(loss);
    backbone.setLoss(probe);
    graph.getUpdater();
    statistics = BatchNormStatistics.of(graph);
    optimizer = new AdamW(graph, weightDecay);
  }

  /**
   * Takes the step.
   *
   * @param images [B, 3, S, S]
   * @param labels one-hot [B, C]
   * @param learningRate positive
   * @return the batch's loss before the step
   */
  public double run(INDArray images, INDArray labels, double learningRate) {
    graph.setInputs(images);
    graph.setLabels(labels);
    graph.computeGradientAndScore();
    statistics.correct(images.shape());
    optimizer.step(learningRate, Math.toIntExact(images.size(0)));
    graph.clearLayersStates();
    return probe.value();
  }

  /** The features of the last step's batch as they were while training, [B, F]. */
  INDArray features() {
    return probe.features();
  }

  /** Gives the backbone the loss itself back. */
  @Override
  public void close() {
    backbone.setLoss(loss);
  }
}
