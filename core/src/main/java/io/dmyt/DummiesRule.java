package io.dmyt;

import io.dmyt.internal.Rows;
import io.dmyt.loss.Dummies;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** By the classes' dummies: the score is the embedding's mean over a dummy's ones. */
final class DummiesRule extends SoftmaxRule {
  private final Dummies dummies;

  DummiesRule(DetectorSpec spec) {
    super(
        RuleKind.DUMMIES,
        spec.classes(),
        spec.realIndex(),
        FakeScore.dummyScale(spec.requireDummies().size()));
    dummies = spec.requireDummies();
  }

  @Override
  double[][] scores(INDArray features) {
    return Rows.of(dummies.scores(features));
  }

  @Override
  INDArray directions() {
    return means(dummies, IntStream.range(0, classes().size()).toArray());
  }

  @Override
  public Map<String, float[]> references() {
    Map<String, float[]> references = new LinkedHashMap<>();
    float[][] vectors = dummies.vectors().toFloatMatrix();
    for (int k = 0; k < vectors.length; k++) {
      references.put(dummies.names().get(k), vectors[k]);
    }
    return references;
  }

  @Override
  public double[][] distances(INDArray features) {
    return Rows.of(dummies.distances(features));
  }
}
