package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * RepVGG as it is trained: the sum of a 3×3 convolution, a 1×1 convolution and the input, each
 * behind batch norm of its own, then ReLU.
 *
 * <p>Ding et al., <i>RepVGG: Making VGG-style ConvNets Great Again</i>, CVPR 2021.
 */
final class RepVgg {
  private static final Init SMALL = Init.normal(0.1, 0.1);

  private final NetworkBuilder net;
  private final ConvNormAct convs;

  private RepVgg(NetworkBuilder net) {
    this.net = net;
    convs = new ConvNormAct(net);
    net.initialiseConvolutions(Init::kaimingFanOutOfGroup);
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
  }

  static List<Model> models() {
    List<Integer> b = List.of(4, 6, 16, 1);
    List<Model> models = new ArrayList<>();
    models.add(model("repvgg_a2", List.of(2, 4, 14, 1), 1.5, 2.75, 1));
    models.add(model("repvgg_b0", b, 1, 2.5, 1));
    double[] widths = {2, 2.5, 3};
    double[] last = {4, 5, 5};
    for (int i = 0; i < widths.length; i++) {
      models.add(model("repvgg_b" + (i + 1), b, widths[i], last[i], 1));
      models.add(model("repvgg_b" + (i + 1) + "g4", b, widths[i], last[i], 4));
    }
    return models;
  }

  /** Those that timm 1.0.29 has beside 0.4.9's. */
  static List<Model> current() {
    List<Integer> a = List.of(2, 4, 14, 1);
    return List.of(
        Model.current(
            "repvgg_a0", "repvgg", 1280, net -> new RepVgg(net).features(a, 0.75, 2.5, 1)),
        Model.current("repvgg_a1", "repvgg", 1280, net -> new RepVgg(net).features(a, 1, 2.5, 1)));
  }

  /**
   * @param width factor on the channels of the first three stages
   * @param last the same of the fourth
   * @param groups of every second block's convolutions
   */
  private static Model model(
      String name, List<Integer> depths, double width, double last, int groups) {
    return Model.timm(name, "repvgg", net -> new RepVgg(net).features(depths, width, last, groups));
  }

  private void features(List<Integer> depths, double width, double last, int groups) {
    block("stem", (int) (64 * Math.min(1, width)), 2, 1);
    for (int s = 0; s < depths.size(); s++) {
      int out = Widths.divisible((64 << s) * (s == depths.size() - 1 ? last : width), 8);
      for (int i = 0; i < depths.get(s); i++) {
        block("stages." + s + "." + i, out, i == 0 ? 2 : 1, i % 2 == 1 ? groups : 1);
      }
    }
  }

  private void block(String name, int out, int stride, int groups) {
    String input = net.last();
    boolean hasIdentity = stride == 1 && net.channels(input) == out;
    String identity = hasIdentity ? net.batchNorm(name + ".identity", SMALL, Init.normal(0.1)) : "";
    String wide = branch(name + ".conv_kxk", input, out, Kernel.centred(3, stride), groups);
    String point = branch(name + ".conv_1x1", input, out, Kernel.of(1, stride, 0), groups);
    String sum = net.add(name + ".add", point, wide);
    net.relu(name + ".act", hasIdentity ? net.add(name + ".add_identity", sum, identity) : sum);
  }

  private String branch(String name, String input, int out, Kernel window, int groups) {
    return convs.linear(name, input, out, window, groups, SMALL, Init.normal(0.1));
  }
}
