package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * VoVNetV2: blocks whose convolutions follow one another and are aggregated once, at their end.
 *
 * <p>Lee et al., <i>An Energy and GPU-Computation Efficient Backbone Network for Real-Time Object
 * Detection</i>, CVPR Workshops 2019; Lee and Park, <i>CenterMask</i>, CVPR 2020, for {@code ese},
 * the effective squeeze and excitation at the end of a stage. {@code _dw} has depthwise separable
 * convolutions.
 */
final class VovNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final List<Integer> INNER = List.of(128, 160, 192, 224);
  private static final List<Integer> OUT = List.of(256, 512, 768, 1024);

  private final NetworkBuilder net;
  private final ConvNormAct convs;
  private final Variant variant;

  private VovNet(NetworkBuilder net, Variant variant) {
    this.net = net;
    this.variant = variant;
    convs = new ConvNormAct(net);
    net.initialiseConvolutions(Init::kaimingFanOut, (shape, groups) -> Init.pytorchDefault(shape));
    net.initialiseClassifier(Init::pytorchDefault, shape -> Init.ZEROS);
  }

  /**
   * What distinguishes a network.
   *
   * @param stem channels of the third convolution
   * @param layers convolutions of a block
   * @param blocks of each stage
   * @param depthwise whether all convolutions but the first are depthwise separable
   */
  private record Variant(int stem, int layers, List<Integer> blocks, boolean depthwise) {}

  static List<Model> models() {
    return List.of(
        model("ese_vovnet19b_dw", new Variant(64, 3, List.of(1, 1, 1, 1), true)),
        model("ese_vovnet39b", new Variant(128, 5, List.of(1, 1, 2, 2), false)));
  }

  /** The one that timm 1.0.29 has beside 0.4.9's. */
  static List<Model> current() {
    Variant variant = new Variant(128, 5, List.of(1, 1, 4, 3), false);
    return List.of(
        Model.current(
            "ese_vovnet57b",
            "vovnet",
            OUT.get(OUT.size() - 1),
            net -> new VovNet(net, variant).features()));
  }

  private static Model model(String name, Variant variant) {
    return Model.timm(name, "vovnet", net -> new VovNet(net, variant).features());
  }

  private void features() {
    convs.add("stem.0", 64, Kernel.centred(3, 2));
    conv("stem.1", 64, 1);
    conv("stem.2", variant.stem(), 2);
    for (int stage = 0; stage < OUT.size(); stage++) {
      String name = "stages." + stage;
      if (stage > 0) {
        net.ceilingMaxPool(name + ".pool", net.last());
      }
      int blocks = variant.blocks().get(stage);
      for (int b = 0; b < blocks; b++) {
        block(name + ".blocks." + b, stage, b > 0, b == blocks - 1);
      }
    }
  }

  private void block(String name, int stage, boolean residual, boolean attentive) {
    String input = net.last();
    int inner = INNER.get(stage);
    List<String> gathered = new ArrayList<>(List.of(input));
    if (variant.depthwise() && net.channels(input) != inner) {
      convs.add(name + ".conv_reduction", inner, POINT);
    }
    for (int i = 0; i < variant.layers(); i++) {
      gathered.add(conv(name + ".conv_mid." + i, inner, 1));
    }
    net.concatenate(name + ".gathered", gathered.toArray(String[]::new));
    String out = convs.add(name + ".conv_concat", OUT.get(stage), POINT);
    if (attentive) {
      out = ChannelAttention.effectiveSqueezeExcite().add(net, name + ".attn", OUT.get(stage));
    }
    if (residual) {
      net.add(name + ".add", out, input);
    }
  }

  private String conv(String name, int out, int stride) {
    Kernel window = Kernel.centred(3, stride);
    if (!variant.depthwise()) {
      return convs.add(name, out, window);
    }
    net.depthwise(name + ".conv_dw", net.last(), window);
    net.conv(name + ".conv_pw", out, POINT);
    net.batchNorm(name + ".bn");
    return net.relu(name + ".act");
  }
}
