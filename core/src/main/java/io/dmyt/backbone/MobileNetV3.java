package io.dmyt.backbone;

import io.dmyt.backbone.MobileBlock.Rounding;
import io.dmyt.backbone.MobileNetwork.Excitation;
import io.dmyt.backbone.MobileNetwork.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * MobileNetV3 and HardCoRe-NAS, whose last convolution comes after the pooling. The {@code tf_}
 * models are those with TensorFlow's padding and batch norm constant.
 *
 * <p>Howard et al., <i>Searching for MobileNetV3</i>, ICCV 2019; Nayman et al.,
 * <i>HardCoRe-NAS</i>, ICML 2021; {@code miil} are the weights of Ridnik et al., <i>ImageNet-21K
 * Pretraining for the Masses</i>, 2021; Cui et al., <i>PP-LCNet: A Lightweight CPU Convolutional
 * Neural Network</i>, 2021.
 */
final class MobileNetV3 {
  private static final Excitation EXCITATION =
      new Excitation(ActivationFunction.HARD_SIGMOID, false, ActivationFunction.RELU, 8);

  private static final List<String> LARGE =
      List.of(
          "ds_r1_k3_s1_e1_c16_nre",
          "ir_r1_k3_s2_e4_c24_nre ir_r1_k3_s1_e3_c24_nre",
          "ir_r3_k5_s2_e3_c40_se0.25_nre",
          "ir_r1_k3_s2_e6_c80 ir_r1_k3_s1_e2.5_c80 ir_r2_k3_s1_e2.3_c80",
          "ir_r2_k3_s1_e6_c112_se0.25",
          "ir_r3_k5_s2_e6_c160_se0.25",
          "cn_r1_k1_s1_c960");

  private static final List<String> LARGE_MINIMAL =
      LARGE.stream()
          .map(s -> s.replace("_se0.25", "").replace("_nre", "").replace("_k5", "_k3"))
          .toList();

  private static final List<String> SMALL =
      List.of(
          "ds_r1_k3_s2_e1_c16_se0.25_nre",
          "ir_r1_k3_s2_e4.5_c24_nre ir_r1_k3_s1_e3.67_c24_nre",
          "ir_r1_k5_s2_e4_c40_se0.25 ir_r2_k5_s1_e6_c40_se0.25",
          "ir_r2_k5_s1_e3_c48_se0.25",
          "ir_r3_k5_s2_e6_c96_se0.25",
          "cn_r1_k1_s1_c576");

  private static final List<String> SMALL_MINIMAL =
      SMALL.stream()
          .map(s -> s.replace("_se0.25", "").replace("_nre", "").replace("_k5", "_k3"))
          .toList();

  private static final List<String> LC =
      List.of(
          "dsa_r1_k3_s1_c32",
          "dsa_r2_k3_s2_c64",
          "dsa_r2_k3_s2_c128",
          "dsa_r1_k3_s2_c256 dsa_r1_k5_s1_c256",
          "dsa_r4_k5_s1_c256",
          "dsa_r2_k5_s2_c512_se0.25");

  private final List<Model> models = new ArrayList<>();

  private MobileNetV3() {}

  static List<Model> models() {
    MobileNetV3 family = new MobileNetV3();
    ActivationFunction swish = ActivationFunction.HARD_SWISH;
    ActivationFunction relu = ActivationFunction.RELU;
    family.add("mobilenetv3_large_100", LARGE, swish, 1, 1280);
    family.add("mobilenetv3_large_100_miil", LARGE, swish, 1, 1280);
    family.add("mobilenetv3_large_100_miil_in21k", LARGE, swish, 1, 1280);
    family.addSmall();
    family.addOwn();
    family.add("tf_mobilenetv3_large_075", LARGE, swish, 0.75, 1280);
    family.add("tf_mobilenetv3_large_100", LARGE, swish, 1, 1280);
    family.add("tf_mobilenetv3_large_minimal_100", LARGE_MINIMAL, relu, 1, 1280);
    family.add("tf_mobilenetv3_small_075", SMALL, swish, 0.75, 1024);
    family.add("tf_mobilenetv3_small_100", SMALL, swish, 1, 1024);
    family.add("tf_mobilenetv3_small_minimal_100", SMALL_MINIMAL, relu, 1, 1024);
    HardCoReNas.STAGES.forEach(
        (letter, stages) ->
            family.models.add(
                Model.timm(
                    "hardcorenas_" + letter,
                    "hardcorenas",
                    net -> write(net, style(false, swish, 1), 32, stages, 1280, true))));
    return family.models;
  }

  /** Those that timm 1.0.29 has beside 0.4.9's, and PP-LCNet. */
  static List<Model> current() {
    ActivationFunction swish = ActivationFunction.HARD_SWISH;
    // The width doesn't scale the stem of the smallest.
    Style half = style(false, swish, 0.5);
    Style smaller = style(false, swish, 0.75);
    return List.of(
        current("mobilenetv3_small_050", 1024, net -> write(net, half, 32, SMALL, 1024, true)),
        current("mobilenetv3_small_075", 1024, net -> write(net, smaller, 16, SMALL, 1024, true)),
        lcNet("lcnet_050", 0.5),
        lcNet("lcnet_075", 0.75),
        lcNet("lcnet_100", 1));
  }

  private static Model lcNet(String name, double width) {
    Excitation excitation =
        new Excitation(ActivationFunction.HARD_SIGMOID, false, ActivationFunction.RELU, 1);
    Style style =
        new Style(
            false, c -> Widths.divisible(c * width, 8), ActivationFunction.HARD_SWISH, excitation);
    return current(name, 1280, net -> write(net, style, 16, LC, 1280, true));
  }

  private static Model current(String name, int features, Consumer<NetworkBuilder> writing) {
    return Model.current(name, "mobilenetv3", features, writing);
  }

  private void add(
      String name, List<String> stages, ActivationFunction activation, double width, int head) {
    boolean tensorflow = name.startsWith("tf_");
    models.add(
        Model.timm(
                name,
                "mobilenetv3",
                net -> write(net, style(tensorflow, activation, width), 16, stages, head, true))
            .eps(tensorflow ? 1e-3 : 1e-5));
  }

  /** timm 0.4.9 has no weights for it. */
  private void addSmall() {
    Style style = style(false, ActivationFunction.HARD_SWISH, 1);
    models.add(
        new Model(
            new BackboneSpec("mobilenetv3_small_100", "mobilenetv3", 224, 1024, "classifier", 1e-5),
            net -> write(net, style, 16, SMALL, 1024, true)));
  }

  /** timm's author's own, from before the paper's details were known. */
  private void addOwn() {
    List<String> stages = new ArrayList<>(LARGE);
    stages.set(0, "ds_r1_k3_s1_e1_c16_nre_noskip");
    Excitation excitation = new Excitation(ActivationFunction.HARD_SIGMOID, false, null, 1);
    Style style =
        new Style(false, c -> Widths.divisible(c, 8), ActivationFunction.HARD_SWISH, excitation);
    models.add(
        Model.timm(
            "mobilenetv3_rw", "mobilenetv3", net -> write(net, style, 16, stages, 1280, false)));
  }

  private static Style style(boolean tensorflow, ActivationFunction activation, double width) {
    return new Style(tensorflow, c -> Widths.divisible(c * width, 8), activation, EXCITATION);
  }

  private static void write(
      NetworkBuilder net,
      Style style,
      int stem,
      List<String> stages,
      int head,
      boolean headBiased) {
    MobileNetwork network = new MobileNetwork(net, style);
    network.stem(style.width(stem));
    network.blocks(MobileBlock.stages(1, Rounding.UP, false, stages));
    network.pooledHead(head, headBiased);
  }
}
