package io.dmyt;

import io.dmyt.loss.AlignmentLoss;
import io.dmyt.loss.SumLoss;
import io.dmyt.loss.UniformityLoss;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss over embeddings of length 1; {@link LossKind} has them all.
 *
 * @param besides the loss of the embeddings themselves, see {@link LossKind#ofEmbeddings}
 */
record SphereLoss(
    String id,
    String label,
    RuleKind rule,
    Function<DetectorSpec, ILossFunction> loss,
    Function<DetectorSpec, @Nullable ILossFunction> besides)
    implements LossKind {
  private static final double UNIFORMITY = 0.5;
  private static final double T = 2;
  private static final double ALIGNMENT = 0.1;
  private static final double ALPHA = 2;

  /** What GenD asks of embeddings besides. */
  static ILossFunction spread() {
    return new SumLoss(
        List.of(
            new SumLoss.Term(UNIFORMITY, new UniformityLoss(T)),
            new SumLoss.Term(ALIGNMENT, new AlignmentLoss(ALPHA))));
  }

  /** A loss of embeddings and what GenD asks of them besides. */
  static ILossFunction with(ILossFunction loss) {
    return new SumLoss(List.of(new SumLoss.Term(1, loss), new SumLoss.Term(1, spread())));
  }

  @Override
  public boolean hasClassifier() {
    return rule == RuleKind.ARGMAX;
  }

  @Override
  public boolean unitLength() {
    return true;
  }

  @Override
  public @Nullable ILossFunction ofEmbeddings(DetectorSpec spec) {
    return besides.apply(spec);
  }

  @Override
  public ILossFunction create(DetectorSpec spec) {
    return loss.apply(spec);
  }

  @Override
  public String toString() {
    return label;
  }
}
