package io.dmyt.backbone;

import io.dmyt.backbone.layer.Gain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;

/**
 * Residual networks without normalisation: standardised weights and constants keep the variance of
 * what they compute. The {@code dm_} models are DeepMind's, the {@code l} ones timm's lighter own.
 *
 * <p>Brock et al., <i>Characterizing Signal Propagation to Close the Performance Gap in
 * Unnormalized ResNets</i>, ICLR 2021, and <i>High-Performance Large-Scale Image Recognition
 * Without Normalization</i>, ICML 2021.
 */
final class NormFreeNet {
  private static final double ALPHA = 0.2;

  private final NetworkBuilder net;
  private final NormFreeVariant variant;
  private final StandardizedConvolutions convs;

  /**
   * @param current whether it is timm 1.0.29's, which divides by the root of variance and constant
   */
  private NormFreeNet(NetworkBuilder net, NormFreeVariant variant, boolean current) {
    this.net = net;
    this.variant = variant;
    Init.OfConvolution fanIn =
        (shape, groups) -> Init.normal(1 / Math.sqrt(shape[1] * shape[2] * shape[3]));
    convs =
        new StandardizedConvolutions(
            net,
            variant.isDeepMind() ? 1 : variant.gamma(),
            variant.isDeepMind() ? 1e-4 : 1e-5,
            current,
            variant.isDeepMind(),
            fanIn);
    net.initialiseConvolutions(fanIn);
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
  }

  static List<Model> models() {
    return variants().entrySet().stream()
        .map(
            entry ->
                Model.timm(
                    entry.getKey(),
                    "nfnet",
                    net -> new NormFreeNet(net, entry.getValue(), false).features()))
        .toList();
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    Map<String, NormFreeVariant> variants = variants();
    variants.put("eca_nfnet_l2", NormFreeVariant.light(3, 3072).efficientAttention());
    return variants.entrySet().stream()
        .map(
            entry ->
                Model.current(
                    entry.getKey(),
                    "nfnet",
                    entry.getValue().embedding(),
                    net -> new NormFreeNet(net, entry.getValue(), true).features()))
        .toList();
  }

  private static Map<String, NormFreeVariant> variants() {
    Map<String, NormFreeVariant> variants = new LinkedHashMap<>();
    for (int f = 0; f < 7; f++) {
      variants.put("dm_nfnet_f" + f, NormFreeVariant.deepMind(f + 1));
    }
    variants.put("nfnet_l0", NormFreeVariant.light(1, 2304));
    variants.put("eca_nfnet_l0", NormFreeVariant.light(1, 2304).efficientAttention());
    variants.put("eca_nfnet_l1", NormFreeVariant.light(2, 3072).efficientAttention());
    variants.put("nf_regnet_b1", NormFreeVariant.regNet(2, 4, 7, 7));
    variants.put("nf_resnet50", NormFreeVariant.resNet(3, 4, 6, 3));
    return variants;
  }

  private void features() {
    stem();
    boolean quartered = variant.stem() != NormFreeVariant.Stem.SMALL;
    double variance = 1;
    for (int s = 0; s < variant.depths().size(); s++) {
      for (int i = 0; i < variant.depths().get(s); i++) {
        int stride = i == 0 && (s > 0 || !quartered) ? 2 : 1;
        double ratio = variant.isRegNet() && s + i == 0 ? 1 : variant.ratio();
        block("stages." + s + "." + i, variant.channels().get(s), stride, ratio, variance);
        variance = (i == 0 ? 1 : variance) + ALPHA * ALPHA;
      }
    }
    if (variant.features() > 0) {
      convs.add("final_conv", net.last(), variant.features(), 1, 1);
    }
    act("final_act", net.last());
  }

  private void stem() {
    switch (variant.stem()) {
      case SMALL -> convs.add("stem.conv", net.last(), variant.channels().get(0), 3, 2);
      case POOLED -> {
        convs.add("stem.conv", net.last(), 64, 7, 2);
        net.maxPool("stem.pool", Kernel.centred(3, 2));
      }
      case DEEP -> {
        int[] strides = {2, 1, 1, 2};
        for (int i = 0; i < strides.length; i++) {
          String from = i == 0 ? net.last() : act("stem.act" + (i + 1), net.last());
          convs.add("stem.conv" + (i + 1), from, 16 << i, 3, strides[i]);
        }
      }
    }
  }

  private void block(String name, int out, int stride, double ratio, double variance) {
    String input = net.last();
    int position = net.position();
    int in = net.channels(input);
    int inner = variant.inner(in, out, ratio);
    int groups = variant.groups(inner);
    String act = scaled(name + ".beta", act(name + ".act1", input), 1 / Math.sqrt(variance));
    String shortcut = input;
    if (stride != 1 || in != out) {
      String pooled =
          stride == 1
              ? act
              : net.averageOfImage(name + ".downsample.pool", act, Kernel.same(2, stride));
      shortcut = convs.add(name + ".downsample.conv", pooled, out, 1, 1);
    }
    String narrow = convs.add(name + ".conv1", act, inner, 1, 1);
    wide(name + ".conv2", act(name + ".act2", narrow), stride, groups);
    if (variant.isDeep()) {
      wide(name + ".conv2b", act(name + ".act2b", net.last()), 1, groups);
    }
    if (variant.isRegNet()) {
      attention(name + ".attn", inner);
    }
    Init gain = variant.isDeepMind() ? Init.ONES : Init.ZEROS;
    convs.add(name + ".conv3", act(name + ".act3", net.last()), out, 1, 1, 1, gain);
    if (!variant.isRegNet()) {
      attention(name + ".attn_last", out);
    }
    if (variant.isDeepMind()) {
      String residual = net.last();
      net.inStateDictAt(
          position,
          () ->
              net.scalar(
                  name + ".gain", name + ".skipinit_gain", new Gain(), Init.ZEROS, residual));
    }
    net.add(name, scaled(name + ".alpha", net.last(), ALPHA), shortcut);
  }

  private void wide(String name, String from, int stride, int groups) {
    convs.add(name, from, net.channels(from), 3, stride, groups, Init.ONES);
  }

  private void attention(String name, int channels) {
    ChannelAttention attention = variant.attention();
    if (attention != null) {
      scaled(name + ".scale", attention.add(net, name, channels), 2);
    }
  }

  private String act(String name, String from) {
    net.continueFrom(from);
    String act = net.act(name, variant.activation());
    return variant.isDeepMind() ? scaled(name + ".gamma", act, variant.gamma()) : act;
  }

  private String scaled(String name, String from, double factor) {
    return factor == 1 ? from : net.vertex(name, new ScaleVertex(factor), from);
  }
}
