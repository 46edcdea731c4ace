package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks with selective kernels: two convolutions side by side, one of them dilated, and
 * attention that chooses between them channel by channel.
 *
 * <p>Li et al., <i>Selective Kernel Networks</i>, CVPR 2019.
 */
final class SkNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  private SkNet() {}

  static List<Model> models() {
    return List.of(
        model("skresnet18", ResNetVariant.basic(2, 2, 2, 2).branch(SkNet::basicBlock)),
        model("skresnet34", ResNetVariant.basic(3, 4, 6, 3).branch(SkNet::basicBlock)),
        model("skresnext50_32x4d", ResNetVariant.bottleneck(3, 4, 6, 3).branch(SkNet::bottleneck)));
  }

  private static Model model(String name, ResNetVariant variant) {
    return ResNets.model(name, "sknet", variant);
  }

  /** timm's own choice for these: each convolution sees one half of the channels. */
  private static String basicBlock(NetworkBuilder net, String name, int planes, int stride) {
    select(net, name + ".conv1", planes, stride, 1, true, Math.max(planes / 8, 16));
    return new ConvNormAct(net).linear(name + ".conv2", net.last(), planes, Kernel.centred(3, 1));
  }

  private static String bottleneck(NetworkBuilder net, String name, int planes, int stride) {
    ConvNormAct convs = new ConvNormAct(net);
    int width = planes * 4 / 64 * 32;
    convs.add(name + ".conv1", width, POINT);
    select(net, name + ".conv2", width, stride, 32, false, Math.max(width / 16, 32));
    return convs.linear(name + ".conv3", net.last(), 4 * planes, POINT);
  }

  /**
   * @param split whether the input's channels are divided among the convolutions
   * @param reduced channels inside the attention
   */
  private static void select(
      NetworkBuilder net,
      String name,
      int out,
      int stride,
      int groups,
      boolean split,
      int reduced) {
    String input = net.last();
    int share = net.channels(input) / 2;
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String part = split ? net.subset(name + ".split" + i, input, i * share, share) : input;
      Kernel window = Kernel.dilated(3, stride, i + 1);
      paths.add(new ConvNormAct(net).add(name + ".paths." + i, part, out, window, groups));
    }
    String sum = PathAttention.sum(net, name + ".sum", paths);
    net.mean(name + ".attn.pool", sum);
    net.conv(name + ".attn.fc_reduce", reduced, POINT);
    net.batchNorm(name + ".attn.bn");
    net.relu(name + ".attn.act");
    net.conv(name + ".attn.fc_select", 2 * out, POINT);
    PathAttention.mean(net, name, paths, 1);
  }
}
