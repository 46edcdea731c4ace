package org.example;

import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.RuleKind;
import io.dmyt.loss.ClassLoss;
import io.dmyt.loss.Dummies;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Draws each embedding to its class's dummy: the mean of w[y] ‖e − d_y‖² / size. */
public final class SquaredDistance implements LossKind {
  @Override
  public String label() {
    return "SquaredDistance";
  }

  @Override
  public boolean hasClassifier() {
    return false;
  }

  @Override
  public RuleKind rule() {
    return RuleKind.parse("nearest-mean"); // or RuleKind.DUMMIES, or RuleKind.SVM
  }

  @Override
  public ILossFunction create(DetectorSpec spec) {
    return new Loss(spec.dummies(), spec.weights());
  }

  static final class Loss extends ClassLoss {
    private static final long serialVersionUID = 1;

    private final Dummies dummies;

    Loss(Dummies dummies, double... labelWeights) {
      super(labelWeights);
      this.dummies = dummies;
    }

    /** A term per example and class, ‖e‖² − 2 e·d + ‖d‖², weighted by the labels. */
    @Override
    public SDVariable defineLoss(SameDiff sd, SDVariable embeddings, SDVariable labels) {
      int classes = dummies.classes().size();
      INDArray vectors =
          dummies
              .vectors()
              .get(NDArrayIndex.interval(0, classes), NDArrayIndex.all())
              .castTo(DataType.DOUBLE);
      SDVariable products = embeddings.mmul(sd.constant(vectors.transpose()));
      return sd.squaredNorm(embeddings, true, 1)
          .sub(products.mul(2))
          .add(sd.constant(vectors.mul(vectors).sum(1)))
          .div(dummies.size())
          .mul(labels)
          .sum(1);
    }
  }
}
