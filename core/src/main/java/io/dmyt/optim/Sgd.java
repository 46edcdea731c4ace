package io.dmyt.optim;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
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
  private final double weightDecay;

  /**
   * An updater's state that is there already is gone on with.
   *
   * @param learningRate η by the graph's iteration and epoch, positive
   * @param momentum μ, in [0, 1)
   * @param weightDecay λ, at least 0
   */
  public Sgd(ComputationGraph graph, ISchedule learningRate, double momentum, double weightDecay) {
    super(
        graph,
        learningRate,
        weightDecay == 0 ? List.of() : List.of(new L2Regularization(weightDecay)),
        present -> nesterovs(present, learningRate, momentum));
    this.momentum = momentum;
    this.weightDecay = weightDecay;
  }

  private static Nesterovs nesterovs(
      @Nullable IUpdater present, ISchedule learningRate, double momentum) {
    Nesterovs nesterovs = present instanceof Nesterovs there ? there : new Nesterovs();
    nesterovs.setLrAndSchedule(learningRate.valueAt(0, 0), learningRate.clone());
    nesterovs.setMomentum(momentum);
    return nesterovs;
  }

  @Override
  void step(ParameterBlocks.Block block, double rate, double scale, int step) {
    INDArray parameter = block.parameter();
    INDArray gradient = block.gradient().muli(scale);
    if (weightDecay > 0) {
      INDArray decay = parameter.mul(weightDecay);
      gradient.addi(decay);
      decay.close();
    }
    INDArray velocity = block.state(0).muli(momentum).addi(gradient);
    INDArray change = velocity.mul(rate);
    parameter.subi(change);
    change.close();
  }
}
