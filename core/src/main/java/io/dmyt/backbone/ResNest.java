package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * ResNeSt: residual networks whose 3×3 convolution is split, with attention over the splits.
 *
 * <p>Zhang et al., <i>ResNeSt: Split-Attention Networks</i>, CVPR Workshops 2022. The names have
 * the splits ({@code 4s}), the groups ({@code 2x}) and a group's channels per 64 planes ({@code
 * 40d}).
 */
final class ResNest {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  private final int splits;
  private final int groups;
  private final int groupWidth;
  private final boolean averageFirst;

  /**
   * @param averageFirst whether maps are averaged before the convolution, where the block has a
   *     stride, and not behind it
   */
  private ResNest(int splits, int groups, int groupWidth, boolean averageFirst) {
    this.splits = splits;
    this.groups = groups;
    this.groupWidth = groupWidth;
    this.averageFirst = averageFirst;
  }

  static List<Model> models() {
    ResNest two = new ResNest(2, 1, 64, false);
    return List.of(
        two.model("resnest14d", 32, 1, 1, 1, 1),
        two.model("resnest26d", 32, 2, 2, 2, 2),
        two.model("resnest50d", 32, 3, 4, 6, 3),
        two.model("resnest101e", 64, 3, 4, 23, 3),
        two.model("resnest200e", 64, 3, 24, 36, 3),
        two.model("resnest269e", 64, 3, 30, 48, 8),
        new ResNest(4, 2, 40, true).model("resnest50d_4s2x40d", 32, 3, 4, 6, 3),
        new ResNest(1, 4, 24, true).model("resnest50d_1s4x24d", 32, 3, 4, 6, 3));
  }

  private Model model(String name, int stem, Integer... depths) {
    ResNetVariant variant =
        ResNetVariant.bottleneck(depths).stem(stem, stem, 2 * stem).withAverageDown();
    return ResNets.model(name, "resnest", variant.branch(this::block));
  }

  private String block(NetworkBuilder net, String name, int planes, int stride) {
    int width = planes * groupWidth / 64 * groups;
    net.conv(name + ".conv1", width, POINT);
    net.batchNorm(name + ".bn1");
    net.relu(name + ".act1");
    if (averageFirst && stride > 1) {
      net.averagePool(name + ".avd_first", net.last(), Kernel.centred(3, stride));
    }
    splitAttention(net, name + ".conv2", width);
    if (!averageFirst && stride > 1) {
      net.averagePool(name + ".avd_last", net.last(), Kernel.centred(3, stride));
    }
    net.conv(name + ".conv3", 4 * planes, POINT);
    return net.batchNorm(name + ".bn3", Init.ZEROS);
  }

  private void splitAttention(NetworkBuilder net, String name, int width) {
    net.groupedConv(name + ".conv", splits * width, Kernel.centred(3, 1), splits * groups);
    net.batchNorm(name + ".bn0");
    String all = net.relu(name + ".act0");
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < splits; i++) {
      parts.add(splits == 1 ? all : net.subset(name + ".split" + i, all, i * width, width));
    }
    String mean = net.mean(name + ".pool", PathAttention.sum(net, name + ".sum", parts));
    net.conv(name + ".fc1", mean, Math.max(width * splits / 4, 32), POINT, groups, true);
    net.batchNorm(name + ".bn1");
    net.relu(name + ".act1");
    net.conv(name + ".fc2", net.last(), splits * width, POINT, groups, true);
    if (splits == 1) {
      net.multiply(name, all, net.act(name + ".gate", ActivationFunction.SIGMOID));
    } else {
      PathAttention.mean(net, name, parts, groups);
    }
  }
}
