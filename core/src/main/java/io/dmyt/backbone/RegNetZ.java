package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * RegNetZ as timm's author has it: inverted residual blocks with grouped convolutions and squeeze
 * and excitation, without activation function at their ends.
 *
 * <p>Dollár et al., <i>Fast and Accurate Model Scaling</i>, CVPR 2021.
 *
 * @param depths blocks of each stage
 * @param widths channels of each stage
 * @param expansion channels within a block over its input's
 * @param group channels of a group
 * @param deep whether the network begins with three convolutions, two of them with a stride, and so
 *     has none in its first stage
 * @param features of the embedding
 */
record RegNetZ(
    List<Integer> depths,
    List<Integer> widths,
    int expansion,
    int group,
    boolean deep,
    int features) {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final double EXCITE = 0.25;

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Integer> bc = List.of(2, 6, 12, 2);
    List<Integer> bcWidths = List.of(48, 96, 192, 288);
    List<Integer> d = List.of(3, 6, 12, 3);
    List<Integer> dWidths = List.of(64, 128, 256, 384);
    List<Model> models = new ArrayList<>();
    add(models, "regnetz_b16", new RegNetZ(bc, bcWidths, 3, 16, false, 1536));
    add(models, "regnetz_c16", new RegNetZ(bc, bcWidths, 4, 16, false, 1536));
    add(models, "regnetz_d32", new RegNetZ(d, dWidths, 4, 32, true, 1792));
    add(models, "regnetz_d8", new RegNetZ(d, dWidths, 4, 8, true, 1792));
    List<Integer> e = List.of(3, 8, 16, 3);
    add(models, "regnetz_e8", new RegNetZ(e, List.of(96, 192, 384, 512), 4, 8, true, 2048));
    return models;
  }

  private static void add(List<Model> models, String name, RegNetZ variant) {
    models.add(Model.current(name, "regnetz", variant.features, net -> variant.write(net)));
  }

  private void write(NetworkBuilder net) {
    net.initialiseConvolutions(Init::kaimingFanOutOfGroup);
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
    ConvNormAct convs = new ConvNormAct(net, ActivationFunction.SILU);
    if (deep) {
      convs.add("stem.conv1", 24, Kernel.centred(3, 2));
      convs.add("stem.conv2", 32, Kernel.centred(3, 1));
      convs.add("stem.conv3", 64, Kernel.centred(3, 2));
    } else {
      convs.add("stem", 32, Kernel.centred(3, 2));
    }
    for (int s = 0; s < depths.size(); s++) {
      for (int i = 0; i < depths.get(s); i++) {
        int stride = i == 0 && !(deep && s == 0) ? 2 : 1;
        block(net, convs, "stages." + s + "." + i, widths.get(s), stride);
      }
    }
    convs.add("final_conv", features, POINT);
  }

  private void block(NetworkBuilder net, ConvNormAct convs, String name, int width, int stride) {
    String input = net.last();
    int in = net.channels(input);
    int middle = Widths.divisible((double) in * expansion, 8);
    convs.add(name + ".conv1_1x1", middle, POINT);
    Kernel kernel = Kernel.centred(3, stride);
    convs.add(name + ".conv2_kxk", net.last(), middle, kernel, middle / group);
    ChannelAttention.squeezeExcite(EXCITE, 8).add(net, name + ".attn", middle);
    boolean residual = stride == 1 && in == width;
    Init weight = residual ? Init.ZEROS : Init.ONES;
    String mapped = convs.linear(name + ".conv3_1x1", net.last(), width, POINT, 1, weight);
    if (residual) {
      net.add(name, mapped, input);
    }
  }
}
