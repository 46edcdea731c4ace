package io.dmyt;

import io.dmyt.internal.Rows;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** By a classifier's logits, which the network itself computes; P(fake) is their softmax. */
final class LinearRule extends SoftmaxRule {
  LinearRule(DetectorSpec spec) {
    super(RuleKind.ARGMAX, spec.classes(), spec.realIndex(), 1);
  }

  @Override
  public Input input() {
    return Input.OUTPUT;
  }

  @Override
  double[][] scores(INDArray features) {
    return Rows.of(features);
  }

  @Override
  INDArray directions() {
    return Nd4j.eye(classes().size()).castTo(DataType.FLOAT);
  }
}
