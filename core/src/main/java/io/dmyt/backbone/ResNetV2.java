package io.dmyt.backbone;

import io.dmyt.backbone.layer.GroupNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;

/**
 * Residual networks that normalise before each convolution (He et al., <i>Identity Mappings in Deep
 * Residual Networks</i>, ECCV 2016), by groups, with standardised weights: BiT's.
 *
 * <p>Kolesnikov et al., <i>Big Transfer (BiT): General Visual Representation Learning</i>, ECCV
 * 2020.
 */
final class ResNetV2 {
  private static final int GROUPS = 32;

  /**
   * @param width factor on all channels
   */
  private record Size(String name, int width, List<Integer> depths) {}

  private static final List<Size> SIZES =
      List.of(
          new Size("50x1", 1, List.of(3, 4, 6, 3)),
          new Size("50x3", 3, List.of(3, 4, 6, 3)),
          new Size("101x1", 1, List.of(3, 4, 23, 3)),
          new Size("101x3", 3, List.of(3, 4, 23, 3)),
          new Size("152x2", 2, List.of(3, 8, 36, 3)),
          new Size("152x4", 4, List.of(3, 8, 36, 3)));

  private final NetworkBuilder net;
  private final String prefix;
  private final StandardizedConvolutions convs;

  /**
   * @param prefix of all names
   * @param current whether it is timm 1.0.29's, which adds 1e-8 to the weights' variance; before
   *     that, it added 1e-5 to their deviation
   * @param same whether images are padded as TensorFlow does
   */
  private ResNetV2(NetworkBuilder net, String prefix, boolean current, boolean same) {
    this.net = net;
    this.prefix = prefix;
    convs =
        new StandardizedConvolutions(
            net, 0, current ? 1e-8 : 1e-5, current, same, Init::kaimingFanOut);
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    for (Size size : SIZES) {
      for (String trained : List.of("_bitm", "_bitm_in21k")) {
        models.add(
            Model.timm(
                "resnetv2_" + size.name + trained, "resnetv2", net -> features(net, size, false)));
      }
    }
    return models;
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    return SIZES.stream()
        .map(
            size ->
                Model.current(
                    "resnetv2_" + size.name + "_bit",
                    "resnetv2",
                    2048 * size.width,
                    net -> features(net, size, true)))
        .toList();
  }

  private static void features(NetworkBuilder net, Size size, boolean current) {
    net.convolutionalClassifier();
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
    new ResNetV2(net, "", current, false).bit(size);
  }

  private void bit(Size size) {
    int width = size.width;
    convs.add("stem.conv", net.last(), 64 * width, 7, 2);
    String padded =
        net.plain("stem.pad", new ZeroPaddingLayer.Builder(1, 1).build(), 64 * width, net.last());
    net.maxPool("stem.pool", padded, Kernel.of(3, 2, 0));
    stages(size.depths, width, this::block);
    normed("norm", net.last());
  }

  /**
   * What vision transformers have before their patches: a network that normalises behind each
   * convolution, or its stem alone.
   *
   * @param depths of its stages; none for the stem
   * @param current whether it is timm 1.0.29's
   */
  static void ofTransformer(
      NetworkBuilder net, String prefix, List<Integer> depths, boolean current) {
    ResNetV2 network = new ResNetV2(net, prefix, current, true);
    String stem = prefix + (depths.isEmpty() ? "" : "stem.");
    network.convs.add(stem + "conv", net.last(), 64, 7, 2);
    network.normed(stem + "norm", net.last());
    net.maxPool(stem + "pool", Kernel.same(3, 2));
    network.stages(depths, 1, network::postNormedBlock);
  }

  /** Writes a block. */
  @FunctionalInterface
  private interface Block {
    void add(String name, int out, int stride, boolean first);
  }

  private void stages(List<Integer> depths, int width, Block block) {
    for (int s = 0; s < depths.size(); s++) {
      for (int i = 0; i < depths.get(s); i++) {
        String name = prefix + "stages." + s + ".blocks." + i;
        block.add(name, (256 << s) * width, s > 0 && i == 0 ? 2 : 1, i == 0);
      }
    }
  }

  private void postNormedBlock(String name, int out, int stride, boolean first) {
    String input = net.last();
    String shortcut = input;
    if (first) {
      convs.add(name + ".downsample.conv", input, out, 1, stride);
      shortcut = norm(name + ".downsample.norm", net.last());
    }
    convs.add(name + ".conv1", input, out / 4, 1, 1);
    convs.add(name + ".conv2", normed(name + ".norm1", net.last()), out / 4, 3, stride);
    convs.add(name + ".conv3", normed(name + ".norm2", net.last()), out, 1, 1);
    net.add(name + ".add", norm(name + ".norm3", net.last()), shortcut);
    net.relu(name);
  }

  private void block(String name, int out, int stride, boolean first) {
    String input = net.last();
    int position = net.position();
    String normed = normed(name + ".norm1", input);
    String[] shortcut = {input};
    if (first) {
      net.inStateDictAt(
          position,
          () -> shortcut[0] = convs.add(name + ".downsample.conv", normed, out, 1, stride));
    }
    convs.add(name + ".conv1", normed, out / 4, 1, 1);
    convs.add(name + ".conv2", normed(name + ".norm2", net.last()), out / 4, 3, stride);
    convs.add(name + ".conv3", normed(name + ".norm3", net.last()), out, 1, 1);
    net.add(name, net.last(), shortcut[0]);
  }

  private String normed(String name, String from) {
    return net.relu(name + ".act", norm(name, from));
  }

  private String norm(String name, String from) {
    int channels = net.channels(from);
    return net.function(
        name,
        name,
        new GroupNormalization(channels, GROUPS, 1e-5),
        channels,
        Map.of("weight", Init.ONES, "bias", Init.ZEROS),
        from);
  }
}
