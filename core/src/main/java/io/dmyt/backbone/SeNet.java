package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks with squeeze and excitation as their authors published them, which timm calls
 * legacy: the first pooling is not padded, and the stride of a bottleneck may be in its first
 * convolution.
 *
 * <p>Hu et al., <i>Squeeze-and-Excitation Networks</i>, CVPR 2018.
 */
final class SeNet {
  private static final int REDUCTION = 16;

  private final NetworkBuilder net;
  private final Variant variant;

  private SeNet(NetworkBuilder net, Variant variant) {
    this.net = net;
    this.variant = variant;
    net.initialiseConvolutions(Init::kaimingFanOut, (shape, groups) -> Init.pytorchDefault(shape));
  }

  /** A convolution of a block: its channels per plane of the stage, and how it sees its input. */
  private record Conv(int width, int kernel, boolean strided, int groups) {}

  /**
   * What distinguishes a network.
   *
   * @param block its convolutions
   * @param depths blocks of each stage
   * @param deep whether it begins with three 3×3 convolutions, and shortcuts are 3×3 behind the
   *     first stage
   */
  private record Variant(List<Conv> block, List<Integer> depths, boolean deep) {
    int out(int planes) {
      return block.get(block.size() - 1).width() * planes;
    }
  }

  static List<Model> models() {
    List<Conv> basic = List.of(new Conv(1, 3, true, 1), new Conv(1, 3, false, 1));
    List<Conv> bottleneck =
        List.of(new Conv(1, 1, true, 1), new Conv(1, 3, false, 1), new Conv(4, 1, false, 1));
    List<Conv> grouped =
        List.of(new Conv(2, 1, false, 1), new Conv(2, 3, true, 32), new Conv(4, 1, false, 1));
    List<Conv> wide =
        List.of(new Conv(2, 1, false, 1), new Conv(4, 3, true, 64), new Conv(4, 1, false, 1));
    List<Integer> d18 = List.of(2, 2, 2, 2);
    List<Integer> d34 = List.of(3, 4, 6, 3);
    List<Integer> d101 = List.of(3, 4, 23, 3);
    List<Integer> d152 = List.of(3, 8, 36, 3);
    List<Model> models = new ArrayList<>();
    add(models, "legacy_seresnet18", new Variant(basic, d18, false));
    add(models, "legacy_seresnet34", new Variant(basic, d34, false));
    add(models, "legacy_seresnet50", new Variant(bottleneck, d34, false));
    add(models, "legacy_seresnet101", new Variant(bottleneck, d101, false));
    add(models, "legacy_seresnet152", new Variant(bottleneck, d152, false));
    add(models, "legacy_seresnext26_32x4d", new Variant(grouped, d18, false));
    add(models, "legacy_seresnext50_32x4d", new Variant(grouped, d34, false));
    add(models, "legacy_seresnext101_32x4d", new Variant(grouped, d101, false));
    add(models, "legacy_senet154", new Variant(wide, d152, true));
    return models;
  }

  private static void add(List<Model> models, String name, Variant variant) {
    models.add(Model.timm(name, "senet", net -> new SeNet(net, variant).features()));
  }

  private void features() {
    if (variant.deep()) {
      stem(1, 64, Kernel.centred(3, 2));
      stem(2, 64, Kernel.centred(3, 1));
      stem(3, 128, Kernel.centred(3, 1));
    } else {
      stem(1, 64, Kernel.centred(7, 2));
    }
    net.ceilingMaxPool("pool0", net.last());
    for (int stage = 0; stage < variant.depths().size(); stage++) {
      for (int i = 0; i < variant.depths().get(stage); i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        block("layer" + (stage + 1) + "." + i, 64 << stage, stride);
      }
    }
  }

  private void stem(int number, int out, Kernel window) {
    net.conv("layer0.conv" + number, out, window);
    net.batchNorm("layer0.bn" + number);
    net.relu("layer0.relu" + number);
  }

  private void block(String name, int planes, int stride) {
    String input = net.last();
    int out = variant.out(planes);
    List<Conv> convs = variant.block();
    for (int i = 0; i < convs.size(); i++) {
      Conv conv = convs.get(i);
      Kernel window = Kernel.centred(conv.kernel(), conv.strided() ? stride : 1);
      String number = String.valueOf(i + 1);
      net.groupedConv(name + ".conv" + number, conv.width() * planes, window, conv.groups());
      net.batchNorm(name + ".bn" + number);
      // timm's blocks of two convolutions have a ReLU behind the second as well.
      if (i < convs.size() - 1 || convs.size() == 2) {
        net.relu(name + ".relu" + number);
      }
    }
    String residual =
        ChannelAttention.squeezeExcite(out / REDUCTION).add(net, name + ".se_module", out);
    String shortcut = input;
    if (stride != 1 || net.channels(input) != out) {
      int kernel = variant.deep() && stride != 1 ? 3 : 1;
      net.conv(name + ".downsample.0", input, out, Kernel.centred(kernel, stride));
      shortcut = net.batchNorm(name + ".downsample.1");
    }
    net.add(name + ".add", residual, shortcut);
    net.relu(name);
  }
}
