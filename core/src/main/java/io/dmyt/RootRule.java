package io.dmyt;

import io.dmyt.internal.Rows;
import io.dmyt.loss.Dummies;
import org.nd4j.linalg.api.ndarray.INDArray;

/** By the two root dummies, whatever classes the network was trained on. */
final class RootRule extends SoftmaxRule {
  private final Dummies dummies;

  RootRule(DetectorSpec spec) {
    super(
        RuleKind.ROOT,
        RealOrFake.classes(spec),
        RealOrFake.REAL,
        FakeScore.dummyScale(spec.requireDummies().size()));
    dummies = spec.requireDummies();
  }

  @Override
  double[][] scores(INDArray features) {
    double[][] scores = Rows.of(dummies.rootScores(features));
    for (int i = 0; i < scores.length; i++) {
      scores[i] = new double[] {scores[i][1], scores[i][0]};
    }
    return scores;
  }

  /** Of equal scores the real one, as the roots' order has it. */
  @Override
  int predict(double[] scores) {
    return scores[RealOrFake.FAKE] > scores[RealOrFake.REAL] ? RealOrFake.FAKE : RealOrFake.REAL;
  }

  @Override
  INDArray directions() {
    int real = dummies.realIndex();
    int fakeRoot = dummies.antagonists()[real];
    return means(dummies, fakeRoot, real);
  }
}
