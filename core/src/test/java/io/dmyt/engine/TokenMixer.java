package io.dmyt.engine;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer of somebody's own, which describes itself: pixels as tokens, a pre-norm attention block,
 * and the tokens' second moments. What it computes for DL4J is written down apart from what it
 * describes to engines.
 */
final class TokenMixer extends SameDiffLayer implements SelfDescribing {
  private static final long serialVersionUID = 1L;
  private static final double EPS = 1e-5;

  private final int channels;
  private final int height;
  private final int width;

  TokenMixer(int channels, int height, int width) {
    this.channels = channels;
    this.height = height;
    this.width = width;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return InputType.feedForward((long) channels * channels);
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("gamma", 1, channels);
    params.addWeightParam("beta", 1, channels);
    params.addWeightParam("position", 1, (long) height * width, channels);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.values().forEach(values -> values.assign(1));
  }

  /** [n, channels, height, width] to [n, channels²]. */
  @Override
  public SDVariable defineLayer(
      SameDiff sd, SDVariable x, Map<String, SDVariable> params, SDVariable mask) {
    long places = (long) height * width;
    SDVariable tokens =
        x.reshape(-1, channels, places).permute(0, 2, 1).add(params.get("position"));
    SDVariable deviation = tokens.sub(tokens.mean(true, 2));
    SDVariable normed =
        deviation
            .div(sd.math().sqrt(sd.math().square(deviation).mean(true, 2).add(EPS)))
            .mul(params.get("gamma").reshape(1, 1, channels))
            .add(params.get("beta").reshape(1, 1, channels));
    SDVariable shares = sd.nn().softmax(sd.mmul(normed, normed, false, true, false).mul(0.5), 2);
    SDVariable mixed = tokens.add(sd.mmul(shares, normed));
    SDVariable curved = mixed.mul(sd.math().erf(mixed.div(Math.sqrt(2))).add(1)).mul(0.5);
    SDVariable weighed = curved.mul(sd.nn().softmax(mixed, 2));
    return sd.mmul(weighed, mixed, true, false, false).reshape(-1, (long) channels * channels);
  }

  @Override
  public int describe(VertexNodes nodes) {
    long places = (long) height * width;
    int flat =
        nodes.add(new Operation.Reshape(List.of(0L, (long) channels, places)), nodes.input());
    int permuted = nodes.add(new Operation.Permute(List.of(0, 2, 1)), flat);
    long[] dims = {1, places, channels};
    Parameter position = nodes.parameter("position");
    int tokens =
        nodes.add(
            new Operation.Sum(),
            permuted,
            nodes.add(new Operation.Weight(nodes.parameter("position", dims, position.strides()))));
    int normed =
        nodes.add(
            new Operation.LayerNorm(nodes.vector("gamma"), nodes.vector("beta"), EPS), tokens);
    int attended = nodes.add(new Operation.Attention(1, 0.5), normed, normed, normed);
    int mixed = nodes.add(new Operation.Sum(), tokens, attended);
    int curved = nodes.add(new Operation.Elementwise(ElementwiseFunction.GELU), mixed);
    int shares = nodes.add(new Operation.Softmax(), mixed);
    int weighed = nodes.add(new Operation.Product(), curved, shares);
    int moments = nodes.add(new Operation.MatMul(true, false), weighed, mixed);
    return nodes.add(new Operation.Reshape(List.of(0L, -1L)), moments);
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
