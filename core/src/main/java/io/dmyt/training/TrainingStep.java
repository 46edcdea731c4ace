package io.dmyt.training;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BatchNormStatistics;
import io.dmyt.engine.DeviceTraining;
import io.dmyt.engine.Engines;
import io.dmyt.engine.FrozenParameters;
import io.dmyt.loss.MiningLoss;
import io.dmyt.optim.AdamW;
import io.dmyt.optim.FusedAdamW;
import io.dmyt.optim.Gradients;
import io.dmyt.optim.GraphOptimizer;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A step of training on one batch: forward, backward, running statistics, AdamW, and what {@link
 * StepOptions} ask for besides. On an engine with memory of its own, parameters stay there until
 * {@link #publish} or {@link #close}.
 *
 * <p>While it is open, the backbone's graph has a loss of the step's own.
 */
public final class TrainingStep implements AutoCloseable {
  private static final int LONGEST = 3;

  private final Backbone backbone;
  private final ILossFunction loss;
  private final TrainingOptions options;
  private final ComputationGraph graph;
  private final LossProbe probe;
  private final BatchNormStatistics statistics;
  private final GraphOptimizer optimizer;
  private final Gradients gradients;
  private final @Nullable DeviceTraining device;
  private final @Nullable MovingAverage average;
  private final BatchParts parts;
  private int accumulated;
  private int images;

  /** A step whose embeddings have no loss of their own. */
  public TrainingStep(Backbone backbone, ILossFunction loss, TrainingOptions options) {
    this(backbone, loss, null, options);
  }

  /**
   * Writes optimiser, learning rate and decay into the graph's configuration, where a saved
   * detector has them.
   *
   * @param loss of the training, on the backbone's features
   * @param ofEmbeddings a loss on embeddings of length 1 that is added to it, or null
   * @param options learning rate by epoch, and weight decay
   */
  public TrainingStep(
      Backbone backbone,
      ILossFunction loss,
      @Nullable ILossFunction ofEmbeddings,
      TrainingOptions options) {
    this.backbone = backbone;
    this.loss = loss;
    this.options = options;
    graph = backbone.graph();
    probe = new LossProbe(loss);
    backbone.setLoss(probe);
    if (ofEmbeddings != null) {
      backbone
          .unitLength()
          .orElseThrow(() -> new IllegalArgumentException("embeddings are not of length 1"))
          .tap(embeddings -> probe.besides(ofEmbeddings, embeddings));
    }
    boolean alike = options.groups().equals(ParameterGroups.ALL);
    optimizer = Optimizers.of(backbone, options);
    gradients = new Gradients(optimizer);
    statistics = BatchNormStatistics.of(graph);
    startEpoch(0);
    device =
        alike && options.step().isPlain() && optimizer instanceof AdamW adam
            ? Engines.train(
                graph,
                adam.parameterBlocks().stream()
                    .map(b -> new DeviceTraining.Block(b.from(), b.length(), b.moments()))
                    .toList())
            : null;
    parts = new BatchParts(this, probe, gradients, statistics);
    average = options.step().average() > 0 ? new MovingAverage(graph, options.step()) : null;
  }

  /**
   * Says which epoch the next steps belong to, which decides on the learning rate.
   *
   * @param epoch counted from 0
   */
  public void startEpoch(int epoch) {
    graph.getConfiguration().setEpochCount(epoch);
  }

  /** Sets the learning rate of the next steps, in the place of the schedule's. */
  void setRate(double rate) {
    optimizer.setRate(rate);
  }

  /**
   * Takes the step, or the part of one that this batch is.
   *
   * @param images [B, 3, S, S]
   * @param labels one-hot [B, C], or whatever else the loss takes
   * @return the batch's loss before the step; with a gradient that is not finite NaN
   */
  public double run(INDArray images, INDArray labels) {
    if (options.step().autoBatch()) {
      return parts.run(images, labels);
    }
    try {
      computeGradient(images, labels);
    } catch (OutOfMemoryError e) {
      throw parts.explained(e, images, labels);
    }
    double value = probe.value();
    if (device != null) {
      stepOn(device, images.shape());
    } else if (!Double.isFinite(value) || !gradients.isFiniteAtInput()) {
      value = Double.isFinite(value) ? Double.NaN : value;
    } else {
      statistics.correct(images.shape());
      step(images, labels);
    }
    clear();
    return value;
  }

  void computeGradient(INDArray images, INDArray labels) {
    graph.setInputs(images);
    graph.setLabels(labels);
    try {
      optimizer.computeGradient();
    } catch (RuntimeException e) {
      throw OutOfMemory.in(e);
    }
  }

  void clear() {
    graph.clearLayersStates();
    graph.clear();
  }

  /** Takes the step of gradients that have been summed up over so many images. */
  void stepOfParts(int size) {
    images += size;
    accumulated++;
    if (accumulated >= options.step().accumulate()) {
      finish();
    }
  }

  private void step(INDArray batch, INDArray labels) {
    StepOptions step = options.step();
    int size = Math.toIntExact(batch.size(0));
    if (step.isPlain()) {
      optimizer.step(size);
      return;
    }
    images += size;
    accumulated++;
    if (step.accumulate() > 1) {
      gradients.add();
      if (accumulated < step.accumulate()) {
        return;
      }
      gradients.takeSum();
    } else if (step.sam() > 0) {
      gradients.climb(step.sam());
      INDArray features = probe.detach();
      clear();
      computeGradient(batch, labels);
      probe.reattach(features);
      gradients.climbDown();
    }
    optimizer.step(scale(step.clip()));
    accumulated = 0;
    images = 0;
    if (average != null) {
      average.update();
    }
  }

  /** What makes the mean of the images' gradients, no longer than it may be. */
  private double scale(double longest) {
    if (longest == 0) {
      return 1.0 / images;
    }
    double length = gradients.length() / images;
    return Math.min(1, longest / length) / images;
  }

  private void stepOn(DeviceTraining training, long[] shape) {
    List<DeviceTraining.Correction> corrections = new ArrayList<>();
    for (BatchNormStatistics.Correction c : statistics.corrections(shape)) {
      corrections.add(new DeviceTraining.Correction(c.from(), c.length(), c.factor(), c.decay()));
    }
    AdamW adam = (AdamW) optimizer;
    FusedAdamW next = adam.next();
    training.step(
        new DeviceTraining.AdamW(
            next.rate(),
            next.beta1(),
            next.beta2(),
            next.epsilon(),
            next.weightDecay(),
            adam.count(),
            1.0 / shape[0]),
        corrections);
  }

  /** Whether no part of a step waits for the rest of it. */
  boolean isWhole() {
    return accumulated == 0;
  }

  /** Takes the step of a few batches that were not as many as it is to have. */
  void finish() {
    if (accumulated > 0) {
      gradients.takeSum();
      optimizer.step(scale(options.step().clip()));
      accumulated = 0;
      images = 0;
      if (average != null) {
        average.update();
      }
    }
  }

  /** The layers with the longest gradients in the last step, in words. */
  String longestGradients() {
    return device == null ? gradients.longest(LONGEST) : "unknown";
  }

  /** Brings the graph's own parameters and updater's state up to date. */
  public void publish() {
    if (device != null) {
      device.publish();
    }
  }

  /** The moving average of the parameters; null if there is none. */
  @Nullable MovingAverage average() {
    return average;
  }

  /** What the loss found in the last step's batch, if it mines. */
  MiningLoss.Mined mined() {
    return loss instanceof MiningLoss mining ? mining.lastMined() : EmbeddingMetrics.NOTHING;
  }

  /** Whether the loss mines triplets. */
  boolean mines() {
    return loss instanceof MiningLoss;
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
    gradients.forgetSum();
    if (average != null) {
      average.close();
    }
    backbone.setLoss(loss);
    backbone.unitLength().ifPresent(unit -> unit.tap(null));
    Engines.freeze(graph, FrozenParameters.NONE);
    probe.free();
  }
}
