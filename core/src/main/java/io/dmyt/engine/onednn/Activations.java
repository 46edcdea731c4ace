package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_clip;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_hardsigmoid;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh_use_dst_for_bwd;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** DL4J's activation functions by oneDNN's names. */
final class Activations {
  private static final Op.Activation SIGMOID =
      new Op.Activation(
          "sigmoid", dnnl_eltwise_logistic, 0, 0, dnnl_eltwise_logistic_use_dst_for_bwd);
  private static final Op.Activation TANH =
      new Op.Activation("tanh", dnnl_eltwise_tanh, 0, 0, dnnl_eltwise_tanh_use_dst_for_bwd);
  private static final Op.Activation SWISH =
      new Op.Activation("swish", dnnl_eltwise_swish, 1, 0, 0);
  private static final Op.Activation RELU6 = new Op.Activation("relu6", dnnl_eltwise_clip, 0, 6, 0);
  private static final Op.Activation HARD_SIGMOID =
      new Op.Activation("hard sigmoid", dnnl_eltwise_hardsigmoid, 0.2f, 0.5f, 0);

  private Activations() {}

  /** What oneDNN calls a function of DL4J's, or null if it has none like it. */
  static Op.Activation of(IActivation function) {
    Class<?> type = function.getClass();
    if (function.equals(new ActivationReLU())) {
      return relu("relu", 0);
    }
    if (type == ActivationLReLU.class) {
      return relu("leaky relu", ((ActivationLReLU) function).getAlpha());
    }
    if (type == ActivationIdentity.class) {
      return linear("identity", 1, 0);
    }
    if (type == ActivationELU.class) {
      float alpha = (float) ((ActivationELU) function).getAlpha();
      return new Op.Activation("elu", dnnl_eltwise_elu, alpha, 0, dnnl_eltwise_elu_use_dst_for_bwd);
    }
    if (type == ActivationReLU6.class) {
      return RELU6;
    }
    if (type == ActivationSwish.class) {
      return SWISH;
    }
    if (type == ActivationSigmoid.class) {
      return SIGMOID;
    }
    if (type == ActivationTanH.class) {
      return TANH;
    }
    if (type == ActivationHardSigmoid.class) {
      return HARD_SIGMOID;
    }
    return null;
  }

  private static Op.Activation relu(String name, double slope) {
    return new Op.Activation(
        name, dnnl_eltwise_relu, (float) slope, 0, dnnl_eltwise_relu_use_dst_for_bwd);
  }

  /** {@code factor · x + shift}. */
  static Op.Activation linear(String name, double factor, double shift) {
    return new Op.Activation(name, dnnl_eltwise_linear, (float) factor, (float) shift, 0);
  }
}
