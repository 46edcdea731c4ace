package io.dmyt.optim;

import io.dmyt.internal.Address;
import io.dmyt.internal.HeldNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
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
 * that {@link Adam} has there: a model saved with its updater goes on in any DL4J program.
 */
public final class AdamW extends GraphOptimizer {
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.999;
  static final double EPSILON = 1e-8;

  private final HeldNumbers numbers = new HeldNumbers();
  private final double weightDecay;

  /**
   * All parameters alike. An updater's state that is there already is gone on with.
   *
   * @param learningRate η by the graph's iteration and epoch, positive
   * @param weightDecay λ, at least 0
   */
  public AdamW(ComputationGraph graph, ISchedule learningRate, double weightDecay) {
    this(graph, factor -> learningRate, List.of(ParameterGroup.all(graph, weightDecay)));
  }

  /**
   * Parameters in groups, each with its own η and λ.
   *
   * @param learningRates η by the factor of a group and by the graph's iteration and epoch
   * @param groups in order, at least one; what is in none of them does not learn
   */
  public AdamW(
      ComputationGraph graph,
      DoubleFunction<ISchedule> learningRates,
      List<ParameterGroup> groups) {
    super(
        graph, learningRates, groups, AdamW::adam, decay -> List.of(new WeightDecay(decay, true)));
    weightDecay = groups.get(0).weightDecay();
  }

  private static Adam adam(ISchedule learningRate) {
    Adam adam = new Adam();
    adam.setLrAndSchedule(learningRate.valueAt(0, 0), learningRate.clone());
    adam.setBeta1(BETA1);
    adam.setBeta2(BETA2);
    adam.setEpsilon(EPSILON);
    return adam;
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
  public List<Block> parameterBlocks() {
    List<Block> all = new ArrayList<>();
    for (UpdaterBlock block : graph.getUpdater().getUpdaterBlocks()) {
      long from = block.getParamOffsetStart();
      boolean adam = block.getGradientUpdater().getConfig() instanceof Adam;
      all.add(
          new Block(from, block.getParamOffsetEnd() - from, adam ? block.getUpdaterView() : null));
    }
    return all;
  }

  /** The numbers of the next step, where all parameters are in one group. */
  public FusedAdamW next() {
    return new FusedAdamW(rate(), BETA1, BETA2, EPSILON, weightDecay);
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

  @Override
  void step(ParameterBlocks.Block block, double rate, double scale, int step) {
    INDArray parameter = block.parameter();
    INDArray gradient = block.gradient();
    INDArray m = block.state(0);
    INDArray v = block.state(1);
    if (Address.reachesArrays() && parameter.dataType() == DataType.FLOAT) {
      new FusedAdamW(rate, BETA1, BETA2, EPSILON, block.weightDecay())
          .step(parameter, gradient, m, v, step + 1, scale);
      return;
    }
    // ND4J adds ε to √v before it divides by √(1−β₂ᵗ): scaled so, it is as if added after.
    double epsilon = EPSILON * Math.sqrt(1 - Math.pow(BETA2, step + 1));
    numbers.multiply(gradient, scale);
    Nd4j.exec(new AdamUpdater(gradient, v, m, rate, BETA1, BETA2, epsilon, step));
    numbers.multiply(parameter, 1 - rate * block.weightDecay());
    parameter.subi(gradient);
  }
}
