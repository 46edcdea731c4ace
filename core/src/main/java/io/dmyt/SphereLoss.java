package io.dmyt;

import io.dmyt.loss.AlignmentLoss;
import io.dmyt.loss.SumLoss;
import io.dmyt.loss.UniformityLoss;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A loss over embeddings of length 1; {@link LossKind} has them all. */
final class SphereLoss implements LossKind {
  private static final double UNIFORMITY = 0.5;
  private static final double T = 2;
  private static final double ALIGNMENT = 0.1;
  private static final double ALPHA = 2;

  private final String id;
  private final String label;
  private final RuleKind rule;
  private final Function<DetectorSpec, ILossFunction> loss;
  private final Function<DetectorSpec, @Nullable ILossFunction> ofEmbeddings;

  SphereLoss(
      String id,
      String label,
      RuleKind rule,
      Function<DetectorSpec, ILossFunction> loss,
      Function<DetectorSpec, @Nullable ILossFunction> ofEmbeddings) {
    this.id = id;
    this.label = label;
    this.rule = rule;
    this.loss = loss;
    this.ofEmbeddings = ofEmbeddings;
  }

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
  public String id() {
    return id;
  }

  @Override
  public String label() {
    return label;
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
    return ofEmbeddings.apply(spec);
  }

  @Override
  public RuleKind rule() {
    return rule;
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
