package org.example;

import io.dmyt.DecisionRule;
import io.dmyt.Decisions;
import io.dmyt.DetectorSpec;
import io.dmyt.FakeScore;
import io.dmyt.RuleKind;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Judges by the mean embedding of each class: the score is −‖e − mean‖² / size. */
public final class NearestMean implements RuleKind.Fitted {
  @Override
  public String label() {
    return "nearest-mean";
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
    INDArray means = Nd4j.create(spec.classes().size(), embeddings.size(1));
    int[] counts = new int[spec.classes().size()];
    for (int i = 0; i < labels.length; i++) {
      means.getRow(labels[i]).addi(embeddings.getRow(i).castTo(means.dataType()));
      counts[labels[i]]++;
    }
    for (int k = 0; k < counts.length; k++) {
      if (counts[k] == 0) {
        throw new IllegalArgumentException("no images of " + spec.classes().get(k));
      }
      means.getRow(k).divi(counts[k]);
    }
    return new Rule(this, spec, means);
  }

  @Override
  public DecisionRule restore(DetectorSpec spec, StateDict state) {
    Tensor means = state.get("means");
    if (means.shape().length != 2 || means.shape()[0] != spec.classes().size()) {
      throw new IllegalArgumentException("means is " + means + ", expected one row per class");
    }
    return new Rule(this, spec, Nd4j.createFromArray(means.floats()).reshape(means.shape()));
  }

  record Rule(NearestMean kind, List<String> classes, int realIndex, INDArray means)
      implements DecisionRule {
    Rule(NearestMean kind, DetectorSpec spec, INDArray means) {
      this(kind, spec.classes(), spec.realIndex(), means);
    }

    @Override
    public StateDict state() {
      return StateDict.builder().put("means", Tensor.of(means)).build();
    }

    @Override
    public void checkSize(int features) {
      if (means.size(1) != features) {
        throw new IllegalArgumentException(
            "means of size %d, for embeddings of %d".formatted(means.size(1), features));
      }
    }

    /** Distances rank images, but make no probabilities before they are calibrated. */
    @Override
    public boolean isProbability() {
      return false;
    }

    @Override
    public Decisions decide(INDArray embeddings) {
      INDArray rows = embeddings.castTo(means.dataType());
      double[][] scores = new double[(int) embeddings.size(0)][classes.size()];
      double[] logits = new double[scores.length];
      int[] predictions = new int[scores.length];
      for (int i = 0; i < scores.length; i++) {
        for (int k = 0; k < scores[i].length; k++) {
          double distance = rows.getRow(i).distance2(means.getRow(k));
          scores[i][k] = -distance * distance / means.size(1);
        }
        logits[i] = FakeScore.logit(scores[i], realIndex, 1);
        predictions[i] = Decisions.argmax(scores[i]);
      }
      return new Decisions(scores, logits, predictions);
    }

    /** Σ_k q_k ∂s_k − ∂s_real, with q_k the fake classes' shares of P(fake). */
    @Override
    public INDArray logitGradient(INDArray embeddings) {
      double[][] scores = decide(embeddings).scores();
      INDArray gradient = scoreGradient(embeddings, realIndex).neg();
      for (int k = 0; k < classes.size(); k++) {
        if (k != realIndex) {
          INDArray ofClass = scoreGradient(embeddings, k);
          for (int i = 0; i < scores.length; i++) {
            double share = classProbabilities(scores[i], 1)[k];
            gradient.getRow(i).addi(ofClass.getRow(i).mul(share));
          }
        }
      }
      return gradient;
    }

    @Override
    public INDArray scoreGradient(INDArray embeddings, int classIndex) {
      INDArray rows = embeddings.castTo(means.dataType());
      return rows.subRowVector(means.getRow(classIndex)).mul(-2.0 / means.size(1));
    }
  }
}
