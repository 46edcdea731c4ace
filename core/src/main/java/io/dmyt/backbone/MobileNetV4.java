package io.dmyt.backbone;

import io.dmyt.backbone.MobileBlock.Rounding;
import io.dmyt.backbone.MobileNetwork.Excitation;
import io.dmyt.backbone.MobileNetwork.Style;
import java.util.List;

/**
 * MobileNetV4, whose last convolution comes after the pooling. Hybrid ones have attention in their
 * last two stages; {@code aa} average squares of pixels in the place of strides.
 *
 * <p>Qin et al., <i>MobileNetV4: Universal Models for the Mobile Ecosystem</i>, ECCV 2024.
 */
final class MobileNetV4 {
  private static final int HEAD = 1280;

  private static final List<String> HYBRID_MEDIUM =
      stages(
          """
          er_r1_k3_s2_e4_c48
          uir_r1_a3_k5_s2_e4_c80 uir_r1_a3_k3_s1_e2_c80
          uir_r1_a3_k5_s2_e6_c160 uir_r1_a0_k0_s1_e2_c160 uir_r1_a3_k3_s1_e4_c160 \
          uir_r1_a3_k5_s1_e4_c160 mqa_r1_k3_h4_s1_v2_d64_c160 uir_r1_a3_k3_s1_e4_c160 \
          mqa_r1_k3_h4_s1_v2_d64_c160 uir_r1_a3_k0_s1_e4_c160 mqa_r1_k3_h4_s1_v2_d64_c160 \
          uir_r1_a3_k3_s1_e4_c160 mqa_r1_k3_h4_s1_v2_d64_c160 uir_r1_a3_k0_s1_e4_c160
          uir_r1_a5_k5_s2_e6_c256 uir_r1_a5_k5_s1_e4_c256 uir_r2_a3_k5_s1_e4_c256 \
          uir_r1_a0_k0_s1_e2_c256 uir_r1_a3_k5_s1_e2_c256 uir_r1_a0_k0_s1_e2_c256 \
          uir_r1_a0_k0_s1_e4_c256 mqa_r1_k3_h4_s1_d64_c256 uir_r1_a3_k0_s1_e4_c256 \
          mqa_r1_k3_h4_s1_d64_c256 uir_r1_a5_k5_s1_e4_c256 mqa_r1_k3_h4_s1_d64_c256 \
          uir_r1_a5_k0_s1_e4_c256 mqa_r1_k3_h4_s1_d64_c256 uir_r1_a5_k0_s1_e4_c256
          cn_r1_k1_s1_c960
          """);

  private static final List<String> HYBRID_LARGE =
      stages(
          """
          er_r1_k3_s2_e4_c48
          uir_r1_a3_k5_s2_e4_c96 uir_r1_a3_k3_s1_e4_c96
          uir_r1_a3_k5_s2_e4_c192 uir_r3_a3_k3_s1_e4_c192 uir_r1_a3_k5_s1_e4_c192 \
          uir_r2_a5_k3_s1_e4_c192 mqa_r1_k3_h8_s1_v2_d48_c192 uir_r1_a5_k3_s1_e4_c192 \
          mqa_r1_k3_h8_s1_v2_d48_c192 uir_r1_a5_k3_s1_e4_c192 mqa_r1_k3_h8_s1_v2_d48_c192 \
          uir_r1_a5_k3_s1_e4_c192 mqa_r1_k3_h8_s1_v2_d48_c192 uir_r1_a3_k0_s1_e4_c192
          uir_r4_a5_k5_s2_e4_c512 uir_r1_a5_k0_s1_e4_c512 uir_r1_a5_k3_s1_e4_c512 \
          uir_r2_a5_k0_s1_e4_c512 uir_r1_a5_k3_s1_e4_c512 uir_r1_a5_k5_s1_e4_c512 \
          mqa_r1_k3_h8_s1_d64_c512 uir_r1_a5_k0_s1_e4_c512 mqa_r1_k3_h8_s1_d64_c512 \
          uir_r1_a5_k0_s1_e4_c512 mqa_r1_k3_h8_s1_d64_c512 uir_r1_a5_k0_s1_e4_c512 \
          mqa_r1_k3_h8_s1_d64_c512 uir_r1_a5_k0_s1_e4_c512
          cn_r1_k1_s1_c960
          """);

  private static final List<String> SMALL =
      stages(
          """
          cn_r1_k3_s2_e1_c32 cn_r1_k1_s1_e1_c32
          cn_r1_k3_s2_e1_c96 cn_r1_k1_s1_e1_c64
          uir_r1_a5_k5_s2_e3_c96 uir_r4_a0_k3_s1_e2_c96 uir_r1_a3_k0_s1_e4_c96
          uir_r1_a3_k3_s2_e6_c128 uir_r1_a5_k5_s1_e4_c128 uir_r1_a0_k5_s1_e4_c128 \
          uir_r1_a0_k5_s1_e3_c128 uir_r2_a0_k3_s1_e4_c128
          cn_r1_k1_s1_c960
          """);

  private static final List<String> MEDIUM =
      stages(
          """
          er_r1_k3_s2_e4_c48
          uir_r1_a3_k5_s2_e4_c80 uir_r1_a3_k3_s1_e2_c80
          uir_r1_a3_k5_s2_e6_c160 uir_r2_a3_k3_s1_e4_c160 uir_r1_a3_k5_s1_e4_c160 \
          uir_r1_a3_k3_s1_e4_c160 uir_r1_a3_k0_s1_e4_c160 uir_r1_a0_k0_s1_e2_c160 \
          uir_r1_a3_k0_s1_e4_c160
          uir_r1_a5_k5_s2_e6_c256 uir_r1_a5_k5_s1_e4_c256 uir_r2_a3_k5_s1_e4_c256 \
          uir_r1_a0_k0_s1_e4_c256 uir_r1_a3_k0_s1_e4_c256 uir_r1_a3_k5_s1_e2_c256 \
          uir_r1_a5_k5_s1_e4_c256 uir_r2_a0_k0_s1_e4_c256 uir_r1_a5_k0_s1_e2_c256
          cn_r1_k1_s1_c960
          """);

  private static final List<String> LARGE =
      stages(
          """
          er_r1_k3_s2_e4_c48
          uir_r1_a3_k5_s2_e4_c96 uir_r1_a3_k3_s1_e4_c96
          uir_r1_a3_k5_s2_e4_c192 uir_r3_a3_k3_s1_e4_c192 uir_r1_a3_k5_s1_e4_c192 \
          uir_r5_a5_k3_s1_e4_c192 uir_r1_a3_k0_s1_e4_c192
          uir_r4_a5_k5_s2_e4_c512 uir_r1_a5_k0_s1_e4_c512 uir_r1_a5_k3_s1_e4_c512 \
          uir_r2_a5_k0_s1_e4_c512 uir_r1_a5_k3_s1_e4_c512 uir_r1_a5_k5_s1_e4_c512 \
          uir_r3_a5_k0_s1_e4_c512
          cn_r1_k1_s1_c960
          """);

  private MobileNetV4() {}

  private static List<String> stages(String lines) {
    return lines.lines().toList();
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    ActivationFunction relu = ActivationFunction.RELU;
    Style plain = style(relu, 1, false, false);
    Style averages = style(relu, 1, true, false);
    return List.of(
        model("mobilenetv4_conv_small_050", SMALL, 64, style(relu, 0.5, false, false)),
        model("mobilenetv4_conv_small", SMALL, 32, plain),
        model("mobilenetv4_conv_medium", MEDIUM, 32, plain),
        model("mobilenetv4_conv_large", LARGE, 24, plain),
        model("mobilenetv4_conv_aa_large", LARGE, 24, averages),
        model("mobilenetv4_hybrid_medium", HYBRID_MEDIUM, 32, style(relu, 1, false, true)),
        model(
            "mobilenetv4_hybrid_large",
            HYBRID_LARGE,
            24,
            style(ActivationFunction.GELU, 1, false, true)));
  }

  private static Style style(
      ActivationFunction act, double width, boolean averages, boolean scaled) {
    return new Style(
        false, c -> Widths.divisible(c * width, 8), act, Excitation.OF_BLOCK, averages, scaled);
  }

  /**
   * @param stem channels of the first convolution, before scaling
   */
  private static Model model(String name, List<String> stages, int stem, Style style) {
    return Model.current(
        name,
        "mobilenetv4",
        HEAD,
        net -> {
          MobileNetwork network = new MobileNetwork(net, style);
          network.stem(style.width(stem));
          network.blocks(MobileBlock.stages(1, Rounding.UP, false, stages));
          network.pooledNormedHead(HEAD);
        });
  }
}
