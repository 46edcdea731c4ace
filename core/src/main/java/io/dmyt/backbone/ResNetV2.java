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
  private final StandardizedConvolutions convs;

  /**
   * @param current whether it is timm 1.0.29's, which adds 1e-8 to the weights' variance; before
   *     that, it added 1e-5 to their deviation
   */
  private ResNetV2(NetworkBuilder net, boolean current) {
    this.net = net;
    convs =
        new StandardizedConvolutions(
            net, 0, current ? 1e-8 : 1e-5, current, false, Init::kaimingFanOut);
    net.convolutionalClassifier();
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    for (Size size : SIZES) {
      for (String trained : List.of("_bitm", "_bitm_in21k")) {
        models.add(
            Model.timm(
                "resnetv2_" + size.name + trained,
                "resnetv2",
                net -> new ResNetV2(net, false).features(size)));
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
                    net -> new ResNetV2(net, true).features(size)))
        .toList();
  }

  private void features(Size size) {
    int width = size.width;
    convs.add("stem.conv", net.last(), 64 * width, 7, 2);
    String padded =
        net.plain("stem.pad", new ZeroPaddingLayer.Builder(1, 1).build(), 64 * width, net.last());
    net.maxPool("stem.pool", padded, Kernel.of(3, 2, 0));
    for (int s = 0; s < size.depths.size(); s++) {
      for (int i = 0; i < size.depths.get(s); i++) {
        block("stages." + s + ".blocks." + i, (256 << s) * width, s > 0 && i == 0 ? 2 : 1, i == 0);
      }
    }
    normed("norm", net.last());
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
    int channels = net.channels(from);
    net.function(
        name,
        name,
        new GroupNormalization(channels, GROUPS, 1e-5),
        channels,
        Map.of("weight", Init.ONES, "bias", Init.ZEROS),
        from);
    return net.relu(name + ".act");
  }
}
