package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_clip;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_exp_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_hardsigmoid;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh_use_dst_for_bwd;

import io.dmyt.engine.Operation;

/**
 * A function of each element by oneDNN's name for it.
 *
 * @param fromOutput oneDNN's name where the derivative is a function of the result, or 0
 */
record EltwiseFunction(int algorithm, float alpha, float beta, int fromOutput) {

  static EltwiseFunction of(Operation.Elementwise op) {
    float alpha = (float) op.alpha();
    return switch (op.function()) {
      case LINEAR -> new EltwiseFunction(dnnl_eltwise_linear, alpha, (float) op.beta(), 0);
      case RELU -> relu(0);
      case LEAKY_RELU -> relu(alpha);
      case RELU6 -> new EltwiseFunction(dnnl_eltwise_clip, 0, 6, 0);
      case ELU -> new EltwiseFunction(dnnl_eltwise_elu, alpha, 0, dnnl_eltwise_elu_use_dst_for_bwd);
      case SIGMOID ->
          new EltwiseFunction(dnnl_eltwise_logistic, 0, 0, dnnl_eltwise_logistic_use_dst_for_bwd);
      case EXP -> new EltwiseFunction(dnnl_eltwise_exp, 0, 0, dnnl_eltwise_exp_use_dst_for_bwd);
      case HARD_SIGMOID -> new EltwiseFunction(dnnl_eltwise_hardsigmoid, 0.2f, 0.5f, 0);
      case TANH -> new EltwiseFunction(dnnl_eltwise_tanh, 0, 0, dnnl_eltwise_tanh_use_dst_for_bwd);
      case SWISH -> new EltwiseFunction(dnnl_eltwise_swish, alpha, 0, 0);
      case GELU -> new EltwiseFunction(dnnl_eltwise_gelu_erf, 0, 0, 0);
      case GELU_TANH -> new EltwiseFunction(dnnl_eltwise_gelu_tanh, 0, 0, 0);
    };
  }

  private static EltwiseFunction relu(float slope) {
    return new EltwiseFunction(dnnl_eltwise_relu, slope, 0, dnnl_eltwise_relu_use_dst_for_bwd);
  }
}
