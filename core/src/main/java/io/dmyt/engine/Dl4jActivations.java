package io.dmyt.engine;

import io.dmyt.engine.Operation.Elementwise;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activation functions as operations. */
final class Dl4jActivations {
  /** ND4J's approximation of GELU is x · sigmoid(1.702 · x), whatever the precision of x. */
  private static final double QUICK_GELU = 1.702f;

  private Dl4jActivations() {}

  /**
   * The operation of a function.
   *
   * @param rank of the values that it reads
   * @throws UnsupportedLayerException if there is none
   */
  static Operation of(IActivation function, int rank) {
    Class<?> type = function.getClass();
    if (function.equals(new ActivationReLU())) {
      return new Elementwise(ElementwiseFunction.RELU);
    }
    if (type == ActivationLReLU.class) {
      double alpha = ((ActivationLReLU) function).getAlpha();
      return new Elementwise(ElementwiseFunction.LEAKY_RELU, alpha, 0);
    }
    if (type == ActivationIdentity.class) {
      return linear(1, 0);
    }
    if (type == ActivationELU.class) {
      double alpha = ((ActivationELU) function).getAlpha();
      return new Elementwise(ElementwiseFunction.ELU, alpha, 0);
    }
    if (type == ActivationReLU6.class) {
      return new Elementwise(ElementwiseFunction.RELU6);
    }
    if (type == ActivationSwish.class) {
      return new Elementwise(ElementwiseFunction.SWISH, 1, 0);
    }
    // The "precise" form cubes 0.044715 · x where GELU's approximation cubes x: not supported.
    if (type == ActivationGELU.class && !((ActivationGELU) function).isPrecise()) {
      return new Elementwise(ElementwiseFunction.SWISH, QUICK_GELU, 0);
    }
    if (type == ActivationSigmoid.class) {
      return new Elementwise(ElementwiseFunction.SIGMOID);
    }
    if (type == ActivationTanH.class) {
      return new Elementwise(ElementwiseFunction.TANH);
    }
    if (type == ActivationHardSigmoid.class) {
      return new Elementwise(ElementwiseFunction.HARD_SIGMOID);
    }
    // Of images and sequences DL4J's softmax is over the second dimension.
    if (type == ActivationSoftmax.class && rank == 2) {
      return new Operation.Softmax();
    }
    throw new UnsupportedLayerException("activates by " + function);
  }

  /** {@code factor · x + shift}. */
  static Elementwise linear(double factor, double shift) {
    return new Elementwise(ElementwiseFunction.LINEAR, factor, shift);
  }
}
