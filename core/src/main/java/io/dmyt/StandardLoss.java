package io.dmyt;

import java.util.function.Function;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A loss of the reference; {@link LossKind} has them all. */
record StandardLoss(
    String id,
    String label,
    boolean hasClassifier,
    RuleKind rule,
    Function<DetectorSpec, ILossFunction> loss)
    implements LossKind {

  @Override
  public ILossFunction create(DetectorSpec spec) {
    return loss.apply(spec);
  }

  @Override
  public String toString() {
    return label;
  }
}
