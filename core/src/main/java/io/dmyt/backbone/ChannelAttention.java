package io.dmyt.backbone;

import io.dmyt.backbone.layer.ChannelConvolution;
import java.util.Map;

/** Modules that weigh the channels of a feature map by what they see of all of it. */
@FunctionalInterface
interface ChannelAttention {
  /**
   * Writes the module behind the last vertex.
   *
   * @param name of the module
   * @param channels of the feature map before pruning
   */
  String add(NetworkBuilder net, String name, int channels);

  /**
   * timm's {@code SEModule}: convolutions {@code fc1} and {@code fc2} on the channels' means (Hu et
   * al., <i>Squeeze-and-Excitation Networks</i>, CVPR 2018).
   *
   * @param ratio channels in between over all
   * @param divisor they are a multiple of, unless they are at least 8
   */
  static ChannelAttention squeezeExcite(double ratio, int divisor) {
    return (net, name, planned) ->
        squeezeExcite(Widths.divisible(planned * ratio, divisor, 8)).add(net, name, planned);
  }

  /** The same with so many channels in between. */
  static ChannelAttention squeezeExcite(int reduced) {
    return squeezeExcite(reduced, ActivationFunction.RELU);
  }

  /** The same with another activation function in between. */
  static ChannelAttention squeezeExcite(int reduced, ActivationFunction act) {
    return (net, name, planned) -> {
      String input = net.last();
      String mean = net.mean(name + ".pool", input);
      net.biasedConv(name + ".fc1", mean, reduced, Kernel.of(1, 1, 0));
      net.act(name + ".act", act);
      net.biasedConv(name + ".fc2", net.last(), net.channels(input), Kernel.of(1, 1, 0));
      return net.multiply(name, input, net.act(name + ".gate", ActivationFunction.SIGMOID));
    };
  }

  /**
   * timm's {@code EffectiveSEModule}: one convolution {@code fc} on the channels' means, and a hard
   * sigmoid (Lee and Park, <i>CenterMask</i>, CVPR 2020).
   */
  static ChannelAttention effectiveSqueezeExcite() {
    return (net, name, planned) -> {
      String input = net.last();
      String mean = net.mean(name + ".pool", input);
      net.biasedConv(name + ".fc", mean, net.channels(input), Kernel.of(1, 1, 0));
      return net.multiply(name, input, net.act(name + ".gate", ActivationFunction.HARD_SIGMOID));
    };
  }

  /**
   * timm's {@code EcaModule}: a convolution along the channels (Wang et al., <i>ECA-Net</i>, CVPR
   * 2020), whose kernel is the odd number nearest above half of their logarithm.
   */
  static ChannelAttention efficient() {
    return (net, name, planned) -> {
      String input = net.last();
      int channels = net.channels(input);
      int half = (int) (Math.abs(Math.log(planned) / Math.log(2) + 1) / 2);
      int kernel = Math.max(half % 2 == 1 ? half : half + 1, 3);
      String mean = net.mean(name + ".pool", input);
      net.function(
          name + ".conv",
          name + ".conv",
          new ChannelConvolution(kernel),
          channels,
          Map.of("weight", Init.pytorchDefault(new long[] {1, 1, kernel})),
          mean);
      return net.multiply(name, input, net.act(name + ".gate", ActivationFunction.SIGMOID));
    };
  }
}
