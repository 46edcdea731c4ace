package io.dmyt;

import java.util.function.Function;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A loss of the reference; {@link LossKind} has them all. */
final class StandardLoss implements LossKind {
  private final String id;
  private final String label;
  private final boolean classifier;
  private final RuleKind rule;
  private final Function<DetectorSpec, ILossFunction> loss;

  StandardLoss(
      String id,
      String label,
      boolean classifier,
      RuleKind rule,
      Function<DetectorSpec, ILossFunction> loss) {
    this.id = id;
    this.label = label;
    this.classifier = classifier;
    this.rule = rule;
    this.loss = loss;
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
    return classifier;
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
