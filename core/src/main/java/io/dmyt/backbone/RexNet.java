package io.dmyt.backbone;

import java.util.List;

/**
 * ReXNet: inverted residual blocks that widen from one to the next, of whose channels the first
 * ones are added to.
 *
 * <p>Han et al., <i>Rethinking Channel Dimensions for Efficient Model Design</i>, CVPR 2021. The
 * names have the width in hundredths.
 */
final class RexNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final int[] DEPTHS = {1, 2, 2, 3, 3, 5};
  private static final int[] STRIDES = {1, 2, 2, 2, 1, 2};
  private static final int BLOCKS = 16;
  private static final int FIRST = 16;
  private static final int GROWTH = 180;
  private static final int LAST = 1280;

  private final NetworkBuilder net;
  private final ConvNormAct convs;
  private final double width;
  private final int divisor;

  /**
   * @param divisor what all numbers of channels are multiples of
   */
  private RexNet(NetworkBuilder net, double width, int divisor) {
    this.net = net;
    this.width = width;
    this.divisor = divisor;
    convs = new ConvNormAct(net, ActivationFunction.SILU);
    net.initialiseConvolutions(Init::kaimingFanOutOfGroup);
    net.initialiseClassifier(shape -> Init.uniform(1 / Math.sqrt(shape[0])), shape -> Init.ZEROS);
  }

  static List<Model> models() {
    return List.of(
        model("rexnet_100", 1),
        model("rexnet_130", 1.3),
        model("rexnet_150", 1.5),
        model("rexnet_200", 2));
  }

  /** Those that timm 1.0.29 has beside 0.4.9's; {@code rexnetr} is rounded. */
  static List<Model> current() {
    return List.of(
        current("rexnet_300", 3, 1), current("rexnetr_200", 2, 8), current("rexnetr_300", 3, 16));
  }

  private static Model model(String name, double width) {
    return Model.timm(name, "rexnet", net -> new RexNet(net, width, 1).features());
  }

  private static Model current(String name, double width, int divisor) {
    int features = Widths.divisible(LAST * width, divisor);
    return Model.current(
        name, "rexnet", features, net -> new RexNet(net, width, divisor).features());
  }

  private int scaled(double channels) {
    return Widths.divisible(Math.rint(channels * width), divisor);
  }

  private void features() {
    convs.add("stem", scaled(32), Kernel.centred(3, 2));
    int index = 0;
    double channels = FIRST;
    for (int stage = 0; stage < DEPTHS.length; stage++) {
      for (int i = 0; i < DEPTHS[stage]; i++) {
        int stride = i == 0 ? STRIDES[stage] : 1;
        int out = scaled(channels);
        block("features." + index++, out, stride, stage > 0, stage > 1);
        channels += (double) GROWTH / BLOCKS;
      }
    }
    convs.add("features." + index, Widths.divisible(LAST * width, divisor), POINT);
  }

  private void block(String name, int out, int stride, boolean expands, boolean attentive) {
    String input = net.last();
    int in = net.channels(input);
    if (expands) {
      convs.add(name + ".conv_exp", 6 * in, POINT);
    }
    int inner = net.channels(net.last());
    convs.linear(name + ".conv_dw", net.last(), inner, Kernel.centred(3, stride), inner, Init.ONES);
    if (attentive) {
      squeezeExcite(name + ".se", inner);
    }
    net.act(name + ".act_dw", ActivationFunction.RELU6);
    String residual = convs.linear(name + ".conv_pwl", net.last(), out, POINT);
    if (stride == 1 && in == out) {
      net.add(name, residual, input);
    } else if (stride == 1 && in < out) {
      String kept = net.subset(name + ".kept", residual, 0, in);
      String sum = net.add(name + ".add", kept, input);
      String grown = net.subset(name + ".grown", residual, in, out - in);
      net.concatenate(name, sum, grown);
    }
  }

  private void squeezeExcite(String name, int channels) {
    String input = net.last();
    String mean = net.mean(name + ".pool", input);
    int reduced = channels / 12;
    net.biasedConv(name + ".fc1", mean, Widths.divisible(reduced, divisor), POINT);
    net.batchNorm(name + ".bn");
    net.relu(name + ".act");
    net.biasedConv(name + ".fc2", net.last(), channels, POINT);
    net.multiply(name, input, net.act(name + ".gate", ActivationFunction.SIGMOID));
  }
}
