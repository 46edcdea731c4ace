package io.dmyt.backbone;

import java.util.List;

/**
 * Cross stage partial networks: of each stage's channels one half skips its blocks.
 *
 * <p>Wang et al., <i>CSPNet: A New Backbone that can Enhance Learning Capability of CNN</i>, CVPR
 * Workshops 2020. The activation function is the leaky ReLU of slope 0.01.
 */
final class CspNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Stage RESNET = new Stage(0, 0, 1, 2, 0.5, 1, 1, false);
  private static final Stage RESNEXT = new Stage(0, 0, 1, 1, 1, 0.5, 32, false);
  private static final Stage DARKNET = new Stage(0, 0, 2, 1, 1, 0.5, 1, true);

  private final NetworkBuilder net;
  private final ConvNormAct convs;

  private CspNet(NetworkBuilder net) {
    this.net = net;
    convs = new ConvNormAct(net, ActivationFunction.LEAKY_RELU);
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
  }

  /**
   * A stage.
   *
   * @param out channels
   * @param depth number of blocks
   * @param stride of the convolution before them; 1 for none
   * @param expansion channels of both halves per channel of the output
   * @param bottleneck channels inside a block per channel of its output
   * @param blockRatio channels of a block per channel of the stage's output
   * @param groups of the 3×3 convolutions
   * @param dark whether the blocks are DarkNet's, of two convolutions, and the stage's first
   *     convolution has as many channels as its output
   */
  private record Stage(
      int out,
      int depth,
      int stride,
      double expansion,
      double bottleneck,
      double blockRatio,
      int groups,
      boolean dark) {

    Stage of(int channels, int blocks, int newStride) {
      return new Stage(
          channels, blocks, newStride, expansion, bottleneck, blockRatio, groups, dark);
    }
  }

  static List<Model> models() {
    return List.of(
        Model.timm("cspresnet50", "cspnet", net -> new CspNet(net).resNet(RESNET, 128)),
        Model.timm("cspresnext50", "cspnet", net -> new CspNet(net).resNet(RESNEXT, 256)),
        Model.timm("cspdarknet53", "cspnet", net -> new CspNet(net).darkNet()));
  }

  private void resNet(Stage like, int channels) {
    convs.add("stem.conv1", 64, Kernel.centred(7, 2));
    net.maxPool("stem.pool", Kernel.centred(3, 2));
    stage("stages.0", like.of(channels, 3, 1));
    stage("stages.1", like.of(2 * channels, 3, 2));
    stage("stages.2", like.of(4 * channels, 5, 2));
    stage("stages.3", like.of(8 * channels, 2, 2));
  }

  private void darkNet() {
    convs.add("stem.conv1", 32, Kernel.centred(3, 1));
    stage("stages.0", new Stage(64, 1, 2, 2, 0.5, 1, 1, true));
    stage("stages.1", DARKNET.of(128, 2, 2));
    stage("stages.2", DARKNET.of(256, 8, 2));
    stage("stages.3", DARKNET.of(512, 8, 2));
    stage("stages.4", DARKNET.of(1024, 4, 2));
  }

  private void stage(String name, Stage stage) {
    if (stage.stride() > 1) {
      String input = net.last();
      int out = stage.dark() ? stage.out() : net.channels(input);
      Kernel window = Kernel.centred(3, stage.stride());
      convs.add(name + ".conv_down", input, out, window, stage.groups());
    }
    int expanded = (int) Math.rint(stage.out() * stage.expansion());
    int half = expanded / 2;
    String both =
        stage.dark()
            ? convs.add(name + ".conv_exp", expanded, POINT)
            : convs.linear(name + ".conv_exp", net.last(), expanded, POINT);
    String skipping = net.subset(name + ".skipping", both, 0, half);
    net.subset(name + ".passing", both, half, half);
    for (int i = 0; i < stage.depth(); i++) {
      block(name + ".blocks." + i, stage);
    }
    String passed = convs.add(name + ".conv_transition_b", half, POINT);
    net.concatenate(name + ".joined", skipping, passed);
    convs.add(name + ".conv_transition", stage.out(), POINT);
  }

  private void block(String name, Stage stage) {
    String input = net.last();
    int out = (int) Math.rint(stage.out() * stage.blockRatio());
    int inner = (int) Math.rint(out * stage.bottleneck());
    Kernel window = Kernel.centred(3, 1);
    convs.add(name + ".conv1", inner, POINT);
    if (stage.dark()) {
      convs.linear(name + ".conv2", net.last(), out, window, stage.groups(), Init.ZEROS);
      net.add(name, net.act(name + ".conv2.act", ActivationFunction.LEAKY_RELU), input);
    } else {
      convs.add(name + ".conv2", net.last(), inner, window, stage.groups());
      String residual = convs.linear(name + ".conv3", net.last(), out, POINT, 1, Init.ZEROS);
      net.add(name + ".add", residual, input);
      net.act(name, ActivationFunction.LEAKY_RELU);
    }
  }
}
