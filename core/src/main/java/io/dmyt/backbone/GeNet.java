package io.dmyt.backbone;

import java.util.List;

/**
 * GPU-efficient networks, which timm calls GERNet: plain residual blocks first, then bottlenecks,
 * the last of them wide inside and depthwise.
 *
 * <p>Lin et al., <i>Neural Architecture Design for GPU-Efficient Networks</i>, 2020.
 */
final class GeNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /**
   * Blocks of one kind.
   *
   * @param ratio of the channels inside a bottleneck to those of its output; 0 for two 3×3
   *     convolutions
   * @param depthwise whether a bottleneck's 3×3 convolution is
   */
  private record Stage(int depth, int out, int stride, double ratio, boolean depthwise) {
    static Stage basic(int depth, int out) {
      return new Stage(depth, out, 2, 0, false);
    }

    static Stage narrow(int depth, int out) {
      return new Stage(depth, out, 2, 0.25, false);
    }

    static Stage wide(int depth, int out, int stride) {
      return new Stage(depth, out, stride, 3, true);
    }
  }

  private final NetworkBuilder net;
  private final ConvNormAct convs;

  private GeNet(NetworkBuilder net) {
    this.net = net;
    convs = new ConvNormAct(net);
    net.initialiseConvolutions(Init::kaimingFanOutOfGroup);
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
  }

  static List<Model> models() {
    return List.of(
        model(
            "gernet_s",
            13,
            1920,
            Stage.basic(1, 48),
            Stage.basic(3, 48),
            Stage.narrow(7, 384),
            Stage.wide(2, 560, 2),
            Stage.wide(1, 256, 1)),
        model(
            "gernet_m",
            32,
            2560,
            Stage.basic(1, 128),
            Stage.basic(2, 192),
            Stage.narrow(6, 640),
            Stage.wide(4, 640, 2),
            Stage.wide(1, 640, 1)),
        model(
            "gernet_l",
            32,
            2560,
            Stage.basic(1, 128),
            Stage.basic(2, 192),
            Stage.narrow(6, 640),
            Stage.wide(5, 640, 2),
            Stage.wide(4, 640, 1)));
  }

  private static Model model(String name, int stem, int features, Stage... stages) {
    return Model.timm(name, "gernet", net -> new GeNet(net).features(stem, features, stages));
  }

  private void features(int stem, int features, Stage... stages) {
    convs.add("stem", stem, Kernel.centred(3, 2));
    for (int s = 0; s < stages.length; s++) {
      for (int i = 0; i < stages[s].depth; i++) {
        block("stages." + s + "." + i, stages[s], i == 0 ? stages[s].stride : 1);
      }
    }
    convs.add("final_conv", features, POINT);
  }

  private void block(String name, Stage stage, int stride) {
    String input = net.last();
    String shortcut = input;
    if (stride != 1 || net.channels(input) != stage.out) {
      shortcut = convs.linear(name + ".shortcut", input, stage.out, Kernel.of(1, stride, 0));
    }
    String residual =
        stage.ratio == 0
            ? basic(name, input, stage.out, stride)
            : bottleneck(name, input, stage, stride);
    net.add(name + ".add", residual, shortcut);
    net.relu(name + ".act");
  }

  private String basic(String name, String input, int out, int stride) {
    String first = convs.add(name + ".conv1_kxk", input, out, Kernel.centred(3, stride));
    return last(name + ".conv2_kxk", first, out, Kernel.centred(3, 1));
  }

  private String bottleneck(String name, String input, Stage stage, int stride) {
    int inner = Widths.divisible(stage.out * stage.ratio, 8);
    String narrow = convs.add(name + ".conv1_1x1", input, inner, POINT);
    convs.linear(
        name + ".conv2_kxk",
        narrow,
        inner,
        Kernel.centred(3, stride),
        stage.depthwise ? inner : 1,
        Init.ONES,
        Init.ZEROS);
    String seen = net.relu(name + ".conv2_kxk.act");
    return last(name + ".conv3_1x1", seen, stage.out, POINT);
  }

  private String last(String name, String from, int out, Kernel window) {
    return convs.linear(name, from, out, window, 1, Init.ZEROS, Init.ZEROS);
  }
}
