package io.dmyt.training;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BatchNormStatistics;
import io.dmyt.engine.DeviceTraining;
import io.dmyt.engine.Engines;
import io.dmyt.loss.MiningLoss;
import io.dmyt.optim.AdamW;
import io.dmyt.optim.FusedAdamW;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A step of training on one batch: forward, backward, running statistics, AdamW. On an engine with
 * memory of its own, parameters stay there until {@link #publish} or {@link #close}.
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
  private final @Nullable DeviceTraining device;

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
    device =
        Engines.train(
            graph,
            optimizer.blocks().stream()
                .map(b -> new DeviceTraining.Block(b.from(), b.length(), b.moments()))
                .toList());
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
    if (device == null) {
      statistics.correct(images.shape());
      optimizer.step(Math.toIntExact(images.size(0)));
    } else {
      stepOn(device, images.shape());
    }
    graph.clearLayersStates();
    graph.clear();
    return probe.value();
  }

  private void stepOn(DeviceTraining training, long[] shape) {
    List<DeviceTraining.Correction> corrections = new ArrayList<>();
    for (BatchNormStatistics.Correction c : statistics.corrections(shape)) {
      corrections.add(new DeviceTraining.Correction(c.from(), c.length(), c.factor(), c.decay()));
    }
    FusedAdamW next = optimizer.next();
    training.step(
        new DeviceTraining.AdamW(
            next.rate(),
            next.beta1(),
            next.beta2(),
            next.epsilon(),
            next.weightDecay(),
            optimizer.count(),
            1.0 / shape[0]),
        corrections);
  }

  /** Brings the graph's own parameters and updater's state up to date. */
  public void publish() {
    if (device != null) {
      device.publish();
    }
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
    if (device != null) {
      device.close();
    }
    backbone.setLoss(loss);
    probe.free();
  }
}
