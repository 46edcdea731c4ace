package io.dmyt.backbone;

import io.dmyt.backbone.layer.ChannelNormalization;
import io.dmyt.backbone.layer.ChannelScale;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.ResponseNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ConvNeXt and ConvNeXt V2 as timm 1.0.29 has them. The smallest four are timm's own; {@code _ols}
 * begin with two convolutions, {@code _hnf} normalises before the pooling, {@code _mlp} has a dense
 * layer behind it.
 *
 * <p>Liu et al., <i>A ConvNet for the 2020s</i>, CVPR 2022; Woo et al., <i>ConvNeXt V2:
 * Co-designing and Scaling ConvNets with Masked Autoencoders</i>, CVPR 2023.
 */
final class ConvNext {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /** Truncated at 2 in timm, which is a hundred deviations away. */
  private static final Init NARROW = Init.normal(0.02);

  /** What the network begins with. */
  private enum Stem {
    PATCHES,
    OVERLAPPING,
    /** Overlapping, with half the channels in its middle. */
    TIERED
  }

  /** What comes behind the last stage. */
  private enum End {
    POOLED_AND_NORMED,
    NORMED_AND_POOLED,
    /** Pooled, normed and mapped by a dense layer with GELU. */
    MAPPED
  }

  /**
   * @param width channels of the first stage; each later one has twice as many
   * @param convolutional whether a block's dense layers are convolutions in the state dict
   * @param second whether it is ConvNeXt V2
   */
  private record Variant(
      List<Integer> depths,
      int width,
      boolean convolutional,
      boolean second,
      Stem stem,
      End end,
      double eps) {
    static Variant of(int width, Integer... depths) {
      boolean small = depths[2] < 9;
      return new Variant(
          List.of(depths), width, small, false, Stem.PATCHES, End.POOLED_AND_NORMED, 1e-6);
    }

    Variant v2() {
      return new Variant(depths, width, convolutional, true, stem, end, eps);
    }

    Variant stem(Stem other) {
      return new Variant(depths, width, convolutional, second, other, end, eps);
    }

    Variant end(End other) {
      return new Variant(
          depths, width, convolutional || other == End.NORMED_AND_POOLED, second, stem, other, eps);
    }

    Variant eps(double other) {
      return new Variant(depths, width, convolutional, second, stem, end, other);
    }
  }

  private final NetworkBuilder net;
  private final Variant variant;

  private ConvNext(NetworkBuilder net, Variant variant) {
    this.net = net;
    this.variant = variant;
    net.initialiseConvolutions((shape, groups) -> NARROW);
    net.initialiseClassifier(shape -> NARROW, shape -> Init.ZEROS);
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Model> models = new ArrayList<>();
    Variant atto = Variant.of(40, 2, 2, 6, 2);
    Variant femto = Variant.of(48, 2, 2, 6, 2);
    Variant pico = Variant.of(64, 2, 2, 6, 2);
    Variant nano = Variant.of(80, 2, 2, 8, 2);
    Variant tiny = Variant.of(96, 3, 3, 9, 3);
    Variant base = Variant.of(128, 3, 3, 27, 3);
    Variant large = Variant.of(192, 3, 3, 27, 3);
    add(models, "convnext_atto", atto);
    add(models, "convnext_atto_ols", atto.stem(Stem.TIERED));
    add(models, "convnext_femto", femto);
    add(models, "convnext_femto_ols", femto.stem(Stem.TIERED));
    add(models, "convnext_pico", pico);
    add(models, "convnext_pico_ols", pico.stem(Stem.TIERED));
    add(models, "convnext_nano", nano);
    add(models, "convnext_nano_ols", nano.stem(Stem.OVERLAPPING));
    add(models, "convnext_tiny_hnf", tiny.end(End.NORMED_AND_POOLED));
    add(models, "convnext_tiny", tiny);
    add(models, "convnext_small", Variant.of(96, 3, 3, 27, 3));
    add(models, "convnext_base", base);
    add(models, "convnext_large", large);
    add(models, "convnext_large_mlp", large.end(End.MAPPED));
    add(models, "convnext_xlarge", Variant.of(256, 3, 3, 27, 3));
    add(models, "convnext_xxlarge", Variant.of(384, 3, 4, 30, 3).eps(1e-5));
    add(models, "convnextv2_atto", atto.v2());
    add(models, "convnextv2_femto", femto.v2());
    add(models, "convnextv2_pico", pico.v2());
    add(models, "convnextv2_nano", nano.v2());
    add(models, "convnextv2_tiny", tiny.v2());
    add(models, "convnextv2_base", base.v2());
    add(models, "convnextv2_large", large.v2());
    add(models, "convnextv2_huge", Variant.of(352, 3, 3, 27, 3).v2());
    return models;
  }

  private static void add(List<Model> models, String name, Variant variant) {
    models.add(
        Model.current(
            name, "convnext", 8 * variant.width, net -> new ConvNext(net, variant).features()));
  }

  private void features() {
    stem();
    for (int s = 0; s < variant.depths.size(); s++) {
      String stage = "stages." + s;
      if (s > 0) {
        String normed = norm(stage + ".downsample.0", net.last());
        net.biasedConv(stage + ".downsample.1", normed, variant.width << s, Kernel.of(2, 2, 0));
      }
      for (int i = 0; i < variant.depths.get(s); i++) {
        block(stage + ".blocks." + i);
      }
    }
    if (variant.end == End.NORMED_AND_POOLED) {
      norm("norm_pre", net.last());
      return;
    }
    norm("head.norm", net.mean("head.global_pool", net.last()));
    if (variant.end == End.MAPPED) {
      net.dense("head.pre_logits.fc", net.last(), net.channels(net.last()), NARROW);
      net.act("head.pre_logits.act", ActivationFunction.GELU);
    }
  }

  private void stem() {
    if (variant.stem == Stem.PATCHES) {
      net.biasedConv("stem.0", net.last(), variant.width, Kernel.of(4, 4, 0));
      norm("stem.1", net.last());
      return;
    }
    int middle =
        variant.stem == Stem.TIERED ? Widths.divisible(variant.width / 2.0, 8) : variant.width;
    net.biasedConv("stem.0", net.last(), middle, Kernel.centred(3, 2));
    net.biasedConv("stem.1", net.last(), variant.width, Kernel.centred(3, 2));
    norm("stem.2", net.last());
  }

  private void block(String name) {
    String input = net.last();
    int channels = net.channels(input);
    int position = net.position();
    net.conv(name + ".conv_dw", input, channels, Kernel.centred(7, 1), channels, true);
    String normed = norm(name + ".norm", net.last());
    pointwise(name + ".mlp.fc1", normed, 4 * channels);
    String act = net.act(name + ".mlp.act", ActivationFunction.GELU);
    if (variant.second) {
      act = normalised(name + ".mlp.grn", new ResponseNormalization(4 * channels), Init.ZEROS, act);
    }
    String mapped = pointwise(name + ".mlp.fc2", act, channels);
    if (!variant.second) {
      net.inStateDictAt(
          position,
          () ->
              net.function(
                  name + ".scale",
                  name + ".gamma",
                  new ChannelScale(channels),
                  channels,
                  Map.of(FunctionVertex.WHOLE, Init.constant(1e-6f)),
                  mapped));
    }
    net.add(name, net.last(), input);
  }

  private String pointwise(String name, String from, int out) {
    return variant.convolutional
        ? net.biasedConv(name, from, out, POINT)
        : net.dense(name, from, out, NARROW);
  }

  private String norm(String name, String from) {
    int channels = net.channels(from);
    return normalised(name, new ChannelNormalization(channels, variant.eps), Init.ONES, from);
  }

  private String normalised(String name, FunctionVertex vertex, Init weight, String from) {
    Map<String, Init> inits = Map.of("weight", weight, "bias", Init.ZEROS);
    return net.function(name, name, vertex, net.channels(from), inits, from);
  }
}
