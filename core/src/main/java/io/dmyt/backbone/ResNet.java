package io.dmyt.backbone;

import java.util.List;

/**
 * Residual networks as timm has them: the stride is in the bottleneck's 3×3 convolution, and the
 * last batch norm of each block starts at 0.
 *
 * <p>He et al., <i>Deep Residual Learning for Image Recognition</i>, CVPR 2016.
 */
final class ResNet {
  private final Net net;
  private final boolean bottleneck;

  private ResNet(Net net, boolean bottleneck) {
    this.net = net;
    this.bottleneck = bottleneck;
  }

  static List<Model> models() {
    return List.of(
        model("resnet18", false, 2, 2, 2, 2),
        model("resnet34", false, 3, 4, 6, 3),
        model("resnet50", true, 3, 4, 6, 3),
        model("resnet101", true, 3, 4, 23, 3),
        model("resnet152", true, 3, 8, 36, 3));
  }

  private static Model model(String name, boolean bottleneck, int... depths) {
    int size = bottleneck ? 2048 : 512;
    return new Model(
        new BackboneSpec(name, "resnet", 224, size, "fc", 1e-5),
        net -> new ResNet(net, bottleneck).features(depths));
  }

  private void features(int[] depths) {
    net.conv("conv1", 64, 7, 2, 3);
    net.batchNorm("bn1");
    net.relu("act1");
    net.maxPool("maxpool", 3, 2, 1);
    for (int stage = 0; stage < depths.length; stage++) {
      for (int i = 0; i < depths[stage]; i++) {
        block("layer" + (stage + 1) + "." + i, 64 << stage, stage > 0 && i == 0 ? 2 : 1);
      }
    }
  }

  private void block(String name, int planes, int stride) {
    String input = net.last();
    int out;
    if (bottleneck) {
      out = 4 * planes;
      net.conv(name + ".conv1", planes, 1, 1, 0);
      net.batchNorm(name + ".bn1");
      net.relu(name + ".act1");
      net.conv(name + ".conv2", planes, 3, stride, 1);
      net.batchNorm(name + ".bn2");
      net.relu(name + ".act2");
      net.conv(name + ".conv3", out, 1, 1, 0);
      net.batchNorm(name + ".bn3", Init.ZEROS);
    } else {
      out = planes;
      net.conv(name + ".conv1", planes, 3, stride, 1);
      net.batchNorm(name + ".bn1");
      net.relu(name + ".act1");
      net.conv(name + ".conv2", planes, 3, 1, 1);
      net.batchNorm(name + ".bn2", Init.ZEROS);
    }
    String residual = net.last();
    String shortcut = input;
    if (stride != 1 || net.channels(input) != out) {
      net.conv(name + ".downsample.0", input, out, 1, stride, 0);
      shortcut = net.batchNorm(name + ".downsample.1");
    }
    net.add(name + ".add", residual, shortcut);
    net.relu(name + (bottleneck ? ".act3" : ".act2"));
  }
}
