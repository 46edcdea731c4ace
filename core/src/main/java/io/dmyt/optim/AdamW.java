package io.dmyt.optim;

import io.dmyt.internal.Address;
import io.dmyt.internal.HeldNumbers;
import io.dmyt.optim.ParameterBlocks.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * One optimiser step as PyTorch's {@code AdamW} takes it, over all parameters of a graph.
 *
 * <p>For a parameter θ with gradient g at step t, learning rate η and decay λ:
 *
 * <pre>
 * θ ← θ − ηλθ
 * m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²
 * θ ← θ − η·(m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)
 * </pre>
 *
 * <p>(Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019.) DL4J's own Adam
 * adds ε before the bias correction of v. The moments lie in the graph's own updater, in the layout
 * that {@link Adam} has there: a model saved with its updater goes on in any DL4J program. Batch
 * norm's running statistics, which DL4J keeps among the parameters and updates through their
 * "gradients", are taken as they are.
 */
public final class AdamW {
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.999;
  static final double EPSILON = 1e-8;

  private final ComputationGraph graph;
  private final ISchedule learningRate;
  private final double weightDecay;
  private final HeldNumbers numbers = new HeldNumbers();
  private @Nullable ParameterBlocks blocks;

  /**
   * Writes itself into the graph's configuration as DL4J's Adam with weight decay, so that a saved
   * graph says what it was trained with. An updater's state that is there already is gone on with.
   *
   * @param learningRate η by the graph's iteration and epoch, positive
   * @param weightDecay λ, at least 0
   */
  public AdamW(ComputationGraph graph, ISchedule learningRate, double weightDecay) {
    this.graph = graph;
    this.learningRate = learningRate;
    this.weightDecay = weightDecay;
    forEach(this::configure, this::configure);
    setDecay(decay());
    graph.getUpdater();
  }

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

  private void configure(BaseLayer layer) {
    layer.setIUpdater(adam(layer.getIUpdater()));
    layer.setBiasUpdater(null);
  }

  private void configure(SameDiffVertex vertex) {
    vertex.setUpdater(adam(vertex.getUpdater()));
    vertex.setBiasUpdater(null);
  }

  private void setDecay(List<Regularization> decay) {
    forEach(
        layer -> {
          layer.setRegularization(decay);
          layer.setRegularizationBias(decay);
        },
        vertex -> {
          vertex.setRegularization(decay);
          vertex.setRegularizationBias(decay);
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
      setDecay(decay());
    }
  }

  /** An updater that is there already reads the object that the layer has: it is changed itself. */
  private Adam adam(@Nullable IUpdater present) {
    Adam adam = present instanceof Adam there ? there : new Adam();
    adam.setLrAndSchedule(learningRate.valueAt(0, 0), learningRate.clone());
    adam.setBeta1(BETA1);
    adam.setBeta2(BETA2);
    adam.setEpsilon(EPSILON);
    return adam;
  }

  private List<Regularization> decay() {
    return weightDecay == 0 ? List.of() : List.of(new WeightDecay(weightDecay, true));
  }

  /**
   * Neighbouring parameters that a step treats alike.
   *
   * @param from the first one in the flat parameters
   * @param moments m, then v, as the updater keeps them; null where the gradient itself is
   *     subtracted
   */
  public record Block(long from, long length, @Nullable INDArray moments) {}

  /** All parameters, in order. */
  public List<Block> blocks() {
    List<Block> all = new ArrayList<>();
    for (UpdaterBlock block : graph.getUpdater().getUpdaterBlocks()) {
      long from = block.getParamOffsetStart();
      boolean adam = block.getGradientUpdater().getConfig() instanceof Adam;
      all.add(
          new Block(from, block.getParamOffsetEnd() - from, adam ? block.getUpdaterView() : null));
    }
    return all;
  }

  /** The numbers of the next step. */
  public FusedAdamW next() {
    double rate = learningRate.valueAt(graph.getIterationCount(), graph.getEpochCount());
    return new FusedAdamW(rate, BETA1, BETA2, EPSILON, weightDecay);
  }

  /**
   * Says that somebody else has taken a step by {@link #next}.
   *
   * @return its number, counted from 1
   */
  public int count() {
    int step = graph.getIterationCount() + 1;
    graph.getConfiguration().setIterationCount(step);
    return step;
  }

  /**
   * Takes a step along the gradients that the graph holds, which DL4J has summed over the batch.
   *
   * @param batch the number of examples in the batch: gradients are divided by it
   */
  public void step(int batch) {
    int step = graph.getIterationCount();
    double rate = learningRate.valueAt(step, graph.getEpochCount());
    blocks = ParameterBlocks.of(graph, blocks);
    for (ParameterBlocks.Block block : blocks.all()) {
      Moments moments = block.moments();
      if (moments == null) {
        block.parameter().subi(block.gradient());
      } else {
        step(block.parameter(), block.gradient(), moments, rate, batch, step);
      }
    }
    graph.getConfiguration().setIterationCount(step + 1);
  }

  private void step(
      INDArray parameter, INDArray gradient, Moments moments, double rate, int batch, int step) {
    INDArray m = moments.mean();
    INDArray v = moments.square();
    if (Address.reachesArrays() && parameter.dataType() == DataType.FLOAT) {
      new FusedAdamW(rate, BETA1, BETA2, EPSILON, weightDecay)
          .step(parameter, gradient, m, v, step + 1, 1.0 / batch);
      return;
    }
    // ND4J adds ε to √v before it divides by √(1−β₂ᵗ): scaled so, it is as if added after.
    double epsilon = EPSILON * Math.sqrt(1 - Math.pow(BETA2, step + 1));
    numbers.multiply(gradient, 1.0 / batch);
    Nd4j.exec(new AdamUpdater(gradient, v, m, rate, BETA1, BETA2, epsilon, step));
    numbers.multiply(parameter, 1 - rate * weightDecay);
    parameter.subi(gradient);
  }
}
