package io.dmyt.backbone;

import io.dmyt.backbone.layer.ExpertConvolution;
import java.util.Map;

/**
 * Writes convolutions whose kernels each image mixes of several experts'.
 *
 * <p>Yang et al., <i>CondConv: Conditionally Parameterized Convolutions for Efficient
 * Inference</i>, NeurIPS 2019.
 *
 * @param count how many experts there are
 * @param routing the vertex that says how much of each an image gets
 */
record Experts(NetworkBuilder net, int count, String routing) {

  /** Chooses the mixture by the means of the channels of the vertex written last. */
  static Experts route(NetworkBuilder net, String name, int count) {
    String input = net.last();
    String pooled = net.mean(name + ".pool", input);
    double range = 1 / Math.sqrt(net.channels(input) + count);
    net.dense(name, pooled, count, Init.uniform(range));
    return new Experts(net, count, net.act(name + ".weights", ActivationFunction.SIGMOID));
  }

  void add(String name, String from, int out, Kernel kernel, int groups) {
    ExpertConvolution vertex =
        new ExpertConvolution(
            net.channels(from),
            out,
            kernel.kernelHeight(),
            kernel.stride(),
            kernel.same(),
            groups > 1,
            count);
    long[] shape = {out, 1, kernel.kernelHeight(), kernel.kernelWidth()};
    net.function(
        name,
        name,
        vertex,
        out,
        Map.of("weight", Init.kaimingFanOutOfGroup(shape, groups)),
        from,
        routing);
  }
}
