package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The deeper, aligned Xception of DeepLab: strides are in its convolutions, and every convolution
 * has batch norm behind it.
 *
 * <p>Chen et al., <i>Encoder-Decoder with Atrous Separable Convolution for Semantic Image
 * Segmentation</i>, ECCV 2018.
 */
final class AlignedXception {
  private final NetworkBuilder net;
  private final ConvNormAct convs;

  private AlignedXception(NetworkBuilder net) {
    this.net = net;
    convs = new ConvNormAct(net);
    net.initialiseConvolutions((shape, groups) -> Init.pytorchDefault(shape));
  }

  /** The width of a block's output, and whether it halves height and width. */
  private record Entry(int out, boolean halves) {}

  static List<Model> models() {
    List<Entry> entry = List.of(new Entry(128, true), new Entry(256, true), new Entry(728, true));
    return List.of(
        model("xception41", entry, 8),
        model("xception65", entry, 16),
        model(
            "xception71",
            List.of(
                new Entry(128, true),
                new Entry(256, false),
                new Entry(256, true),
                new Entry(728, false),
                new Entry(728, true)),
            16));
  }

  private static Model model(String name, List<Entry> entry, int middle) {
    List<Entry> blocks = new ArrayList<>(entry);
    blocks.addAll(Collections.nCopies(middle, new Entry(728, false)));
    return Model.timm(name, "xception", net -> new AlignedXception(net).features(blocks)).eps(1e-3);
  }

  private void features(List<Entry> blocks) {
    convs.add("stem.0", 32, Kernel.centred(3, 2));
    convs.add("stem.1", 64, Kernel.centred(3, 1));
    int index = 0;
    for (Entry block : blocks) {
      residual("blocks." + index++, block.halves ? 2 : 1, block.out, block.out, block.out);
    }
    residual("blocks." + index++, 2, 728, 1024, 1024);
    int i = 0;
    for (int out : new int[] {1536, 1536, 2048}) {
      separable("blocks." + index + ".stack.conv" + ++i, net.last(), out, 1, true);
    }
  }

  private void residual(String name, int stride, int... widths) {
    String input = net.last();
    String shortcut = input;
    int out = widths[widths.length - 1];
    if (stride != 1 || net.channels(input) != out) {
      shortcut = convs.linear(name + ".shortcut", input, out, Kernel.of(1, stride, 0));
    }
    String from = input;
    for (int i = 0; i < widths.length; i++) {
      String act = net.relu(name + ".stack.act" + (i + 1), from);
      int step = i == widths.length - 1 ? stride : 1;
      from = separable(name + ".stack.conv" + (i + 1), act, widths[i], step, false);
    }
    net.add(name, from, shortcut);
  }

  private String separable(String name, String from, int out, int stride, boolean relu) {
    net.depthwise(name + ".conv_dw", from, Kernel.centred(3, stride));
    net.batchNorm(name + ".bn_dw");
    if (relu) {
      net.relu(name + ".act_dw");
    }
    net.conv(name + ".conv_pw", out, Kernel.of(1, 1, 0));
    String normed = net.batchNorm(name + ".bn_pw");
    return relu ? net.relu(name + ".act_pw") : normed;
  }
}
