package io.dmyt.backbone;

import io.dmyt.backbone.layer.StandardizedConvolution;
import java.util.Map;

/**
 * Writes convolutions with standardised weights into a network.
 *
 * @param gamma factor that makes up for what an activation function takes of the variance; 0 for
 *     weights without scale, gain and bias
 * @param eps added to the weights' deviation or variance
 * @param toVariance which of them
 * @param same whether images are padded as TensorFlow does
 * @param weights how they are drawn
 */
record StandardizedConvolutions(
    NetworkBuilder net,
    double gamma,
    double eps,
    boolean toVariance,
    boolean same,
    Init.OfConvolution weights) {
  String add(String name, String from, int out, int kernel, int stride) {
    return add(name, from, out, kernel, stride, 1, Init.ONES);
  }

  /**
   * @param gain how a scaled one's gains start
   */
  String add(String name, String from, int out, int kernel, int stride, int groups, Init gain) {
    int in = net.channels(from);
    long[] shape = {out, in / groups, kernel, kernel};
    double scale = gamma / Math.sqrt(shape[1] * kernel * kernel);
    return net.function(
        name,
        name,
        new StandardizedConvolution(in, out, kernel, stride, same, groups, scale, eps, toVariance),
        out,
        Map.of("weight", weights.init(shape, groups), "bias", Init.ZEROS, "gain", gain),
        from);
  }
}
