package io.dmyt;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.svm.EmbeddingSvm;
import org.nd4j.linalg.api.ndarray.INDArray;

/** By an SVM fitted on training embeddings, of all classes or of real against all the rest. */
final class SvmRuleKind implements RuleKind.Fitted {
  private final String label;
  private final boolean binary;

  SvmRuleKind(String label, boolean binary) {
    this.label = label;
    this.binary = binary;
  }

  @Override
  public String label() {
    return label;
  }

  @Override
  public String title() {
    return binary ? "binary SVM" : "SVM";
  }

  @Override
  public boolean suits(DetectorSpec spec) {
    return true;
  }

  @Override
  public String requirement() {
    return "embeddings";
  }

  @Override
  public DecisionRule fit(DetectorSpec spec, INDArray embeddings, int[] labels) {
    return rule(
        spec, EmbeddingSvm.fit(embeddings, binary ? RealOrFake.labels(labels, spec) : labels));
  }

  @Override
  public DecisionRule restore(DetectorSpec spec, StateDict state) {
    return rule(spec, SvmTensors.of(state));
  }

  private SvmRule rule(DetectorSpec spec, EmbeddingSvm svm) {
    return binary
        ? new SvmRule(this, RealOrFake.classes(spec), RealOrFake.REAL, svm)
        : new SvmRule(this, spec.classes(), spec.realIndex(), svm);
  }

  @Override
  public String toString() {
    return label;
  }
}
