package io.dmyt.backbone;

import java.util.List;

/**
 * GhostNet: half of a feature map comes from a convolution, the other half from a depthwise
 * convolution of the first. timm's drops a fifth of the embedding's values at random in training;
 * this one doesn't.
 *
 * <p>Han et al., <i>GhostNet: More Features from Cheap Operations</i>, CVPR 2020.
 */
final class GhostNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /** A block: kernel, inner channels, channels, whether it weighs channels, stride. */
  private record Block(int kernel, int inner, int out, boolean excites, int stride) {}

  private static final List<List<Block>> STAGES =
      List.of(
          List.of(new Block(3, 16, 16, false, 1)),
          List.of(new Block(3, 48, 24, false, 2)),
          List.of(new Block(3, 72, 24, false, 1)),
          List.of(new Block(5, 72, 40, true, 2)),
          List.of(new Block(5, 120, 40, true, 1)),
          List.of(new Block(3, 240, 80, false, 2)),
          List.of(
              new Block(3, 200, 80, false, 1),
              new Block(3, 184, 80, false, 1),
              new Block(3, 184, 80, false, 1),
              new Block(3, 480, 112, true, 1),
              new Block(3, 672, 112, true, 1)),
          List.of(new Block(5, 672, 160, true, 2)),
          List.of(
              new Block(5, 960, 160, false, 1),
              new Block(5, 960, 160, true, 1),
              new Block(5, 960, 160, false, 1),
              new Block(5, 960, 160, true, 1)));

  private final NetworkBuilder net;

  private GhostNet(NetworkBuilder net) {
    this.net = net;
    Init.OfConvolution byDefault = (shape, groups) -> Init.pytorchDefault(shape);
    net.initialiseConvolutions(byDefault, byDefault);
  }

  static List<Model> models() {
    return List.of(Model.timm("ghostnet_100", "ghostnet", net -> new GhostNet(net).features()));
  }

  private void features() {
    net.conv("conv_stem", 16, Kernel.centred(3, 2));
    net.batchNorm("bn1");
    net.relu("act1");
    for (int s = 0; s < STAGES.size(); s++) {
      for (int b = 0; b < STAGES.get(s).size(); b++) {
        block("blocks." + s + "." + b, STAGES.get(s).get(b));
      }
    }
    String head = "blocks." + STAGES.size() + ".0";
    net.conv(head + ".conv", 960, POINT);
    net.batchNorm(head + ".bn1");
    net.relu(head + ".act1");
    net.biasedConv("conv_head", net.mean("head_pool", net.last()), 1280, POINT);
    net.relu("act2");
  }

  private void block(String name, Block block) {
    String input = net.last();
    int in = net.channels(input);
    ghost(name + ".ghost1", block.inner, true);
    Kernel window = Kernel.centred(block.kernel, block.stride);
    if (block.stride > 1) {
      net.depthwise(name + ".conv_dw", net.last(), window);
      net.batchNorm(name + ".bn_dw");
    }
    if (block.excites) {
      excite(name + ".se");
    }
    String residual = ghost(name + ".ghost2", block.out, false);
    String shortcut = input;
    if (block.stride > 1 || in != block.out) {
      net.depthwise(name + ".shortcut.0", input, window);
      net.batchNorm(name + ".shortcut.1");
      net.conv(name + ".shortcut.2", block.out, POINT);
      shortcut = net.batchNorm(name + ".shortcut.3");
    }
    net.add(name, residual, shortcut);
  }

  private String ghost(String name, int out, boolean relu) {
    net.conv(name + ".primary_conv.0", out / 2, POINT);
    String primary = norm(name + ".primary_conv", relu);
    net.depthwise(name + ".cheap_operation.0", primary, Kernel.centred(3, 1));
    return net.concatenate(name, primary, norm(name + ".cheap_operation", relu));
  }

  private String norm(String name, boolean relu) {
    String normed = net.batchNorm(name + ".1");
    return relu ? net.relu(name + ".2") : normed;
  }

  private void excite(String name) {
    String input = net.last();
    int channels = net.channels(input);
    String mean = net.mean(name + ".pool", input);
    net.biasedConv(name + ".conv_reduce", mean, Widths.divisible(channels / 4.0, 4), POINT);
    net.biasedConv(name + ".conv_expand", net.relu(name + ".act1"), channels, POINT);
    net.multiply(name, input, net.act(name + ".gate", ActivationFunction.HARD_SIGMOID));
  }
}
