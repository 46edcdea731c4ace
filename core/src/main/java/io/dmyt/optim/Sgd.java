package io.dmyt.optim;

import java.util.List;
import java.util.function.DoubleFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Stochastic gradient descent with momentum as PyTorch's {@code SGD} has it.
 *
 * <p>For a parameter θ with gradient g, learning rate η, decay λ and momentum μ:
 *
 * <pre>
 * g ← g + λθ
 * u ← μu + g
 * θ ← θ − ηu
 * </pre>
 *
 * <p>u lies in the place of DL4J's {@link Nesterovs}' state, which has the learning rate in it: a
 * DL4J program that goes on with a saved graph begins with another momentum.
 */
public final class Sgd extends GraphOptimizer {
  private final double momentum;

  /**
   * Parameters in groups, each with its own η and λ. An updater's state that is there already is
   * gone on with.
   *
   * @param learningRates η by the factor of a group and by the graph's iteration and epoch
   * @param momentum μ, in [0, 1)
   * @param groups in order, at least one; what is in none of them does not learn
   */
  public Sgd(
      ComputationGraph graph,
      DoubleFunction<ISchedule> learningRates,
      double momentum,
      List<ParameterGroup> groups) {
    super(
        graph,
        learningRates,
        groups,
        learningRate -> nesterovs(learningRate, momentum),
        decay -> List.of(new L2Regularization(decay)));
    this.momentum = momentum;
  }

  private static Nesterovs nesterovs(ISchedule learningRate, double momentum) {
    Nesterovs nesterovs = new Nesterovs();
    nesterovs.setLrAndSchedule(learningRate.valueAt(0, 0), learningRate.clone());
    nesterovs.setMomentum(momentum);
    return nesterovs;
  }

  @Override
  void step(ParameterBlocks.Block block, double rate, double scale, int step) {
    INDArray parameter = block.parameter();
    INDArray gradient = block.gradient().muli(scale);
    if (block.weightDecay() > 0) {
      INDArray decay = parameter.mul(block.weightDecay());
      gradient.addi(decay);
      decay.close();
    }
    INDArray velocity = block.state(0).muli(momentum).addi(gradient);
    INDArray change = velocity.mul(rate);
    parameter.subi(change);
    change.close();
  }
}
