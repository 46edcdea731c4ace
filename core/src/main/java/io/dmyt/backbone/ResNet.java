package io.dmyt.backbone;

import java.util.List;

/**
 * Residual networks as timm has them: the stride is in the bottleneck's 3×3 convolution, and the
 * last batch norm of each block starts at 0. Wide ResNet and ResNeXt are the same with wider
 * bottlenecks, ResNeXt's in groups.
 *
 * <p>He et al., <i>Deep Residual Learning for Image Recognition</i>, CVPR 2016; Zagoruyko and
 * Komodakis, <i>Wide Residual Networks</i>, BMVC 2016; Xie et al., <i>Aggregated Residual
 * Transformations for Deep Neural Networks</i>, CVPR 2017.
 */
final class ResNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /**
   * What a block is.
   *
   * @param expansion output channels of a block per plane; 1 for two 3×3 convolutions, 4 for a
   *     bottleneck
   * @param groups of the bottleneck's 3×3 convolution
   * @param groupWidth channels of one group per 64 planes
   */
  private record Block(int expansion, int groups, int groupWidth) {
    static final Block BASIC = new Block(1, 1, 64);
    static final Block BOTTLENECK = new Block(4, 1, 64);

    int width(int planes) {
      return planes * groupWidth / 64 * groups;
    }
  }

  private final NetworkBuilder net;
  private final Block block;

  private ResNet(NetworkBuilder net, Block block) {
    this.net = net;
    this.block = block;
  }

  static List<Model> models() {
    return List.of(
        model("resnet18", Block.BASIC, 2, 2, 2, 2),
        model("resnet34", Block.BASIC, 3, 4, 6, 3),
        model("resnet50", Block.BOTTLENECK, 3, 4, 6, 3),
        model("resnet101", Block.BOTTLENECK, 3, 4, 23, 3),
        model("resnet152", Block.BOTTLENECK, 3, 8, 36, 3),
        model("wide_resnet50_2", new Block(4, 1, 128), 3, 4, 6, 3),
        model("resnext50_32x4d", new Block(4, 32, 4), 3, 4, 6, 3));
  }

  private static Model model(String name, Block block, int... depths) {
    return new Model(
        new BackboneSpec(name, "resnet", 224, 512 * block.expansion, "fc", 1e-5),
        net -> new ResNet(net, block).features(depths));
  }

  private void features(int[] depths) {
    net.conv("conv1", 64, Kernel.centred(7, 2));
    net.batchNorm("bn1");
    net.relu("act1");
    net.maxPool("maxpool", Kernel.centred(3, 2));
    for (int stage = 0; stage < depths.length; stage++) {
      for (int i = 0; i < depths[stage]; i++) {
        block("layer" + (stage + 1) + "." + i, 64 << stage, stage > 0 && i == 0 ? 2 : 1);
      }
    }
  }

  private void block(String name, int planes, int stride) {
    String input = net.last();
    String residual =
        block.expansion == 1 ? basic(name, planes, stride) : bottleneck(name, planes, stride);
    String shortcut = input;
    int out = planes * block.expansion;
    if (stride != 1 || net.channels(input) != out) {
      net.conv(name + ".downsample.0", input, out, Kernel.of(1, stride, 0));
      shortcut = net.batchNorm(name + ".downsample.1");
    }
    net.add(name + ".add", residual, shortcut);
    net.relu(name + (block.expansion == 1 ? ".act2" : ".act3"));
  }

  private String basic(String name, int planes, int stride) {
    net.conv(name + ".conv1", planes, Kernel.centred(3, stride));
    net.batchNorm(name + ".bn1");
    net.relu(name + ".act1");
    net.conv(name + ".conv2", planes, Kernel.centred(3, 1));
    return net.batchNorm(name + ".bn2", Init.ZEROS);
  }

  private String bottleneck(String name, int planes, int stride) {
    int width = block.width(planes);
    net.conv(name + ".conv1", width, POINT);
    net.batchNorm(name + ".bn1");
    net.relu(name + ".act1");
    if (block.groups == 1) {
      net.conv(name + ".conv2", width, Kernel.centred(3, stride));
    } else {
      net.groupedConv(name + ".conv2", width, Kernel.centred(3, stride), block.groups);
    }
    net.batchNorm(name + ".bn2");
    net.relu(name + ".act2");
    net.conv(name + ".conv3", planes * block.expansion, POINT);
    return net.batchNorm(name + ".bn3", Init.ZEROS);
  }
}
