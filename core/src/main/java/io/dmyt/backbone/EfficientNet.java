package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * EfficientNet and its relatives of inverted residual blocks. The {@code tf_} models are those with
 * TensorFlow's padding and batch norm constant; {@code _ap} and {@code _ns} are the same networks
 * trained in other ways.
 *
 * <p>Tan and Le, <i>EfficientNet</i>, ICML 2019, <i>MixConv</i>, BMVC 2019, and
 * <i>EfficientNetV2</i>, ICML 2021; Sandler et al., <i>MobileNetV2</i>, CVPR 2018; Tan et al.,
 * <i>MnasNet</i>, CVPR 2019; Wu et al., <i>FBNet</i>, CVPR 2019; Stamoulis et al., <i>Single-Path
 * NAS</i>, 2019; Gupta and Tan, <i>EfficientNet-EdgeTPU</i>, 2019; Yang et al., <i>CondConv</i>,
 * NeurIPS 2019; Howard et al., <i>MobileNets</i>, 2017; Han et al., <i>Model Rubik's Cube: Twisting
 * Resolution, Depth and Width for TinyNets</i>, NeurIPS 2020.
 */
final class EfficientNet {
  private static final double[] WIDTHS = {1, 1, 1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.2};
  private static final double[] DEPTHS = {1, 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1, 3.6};

  private final List<Model> models = new ArrayList<>();

  private EfficientNet() {}

  static List<Model> models() {
    EfficientNet family = new EfficientNet();
    family.addEfficientNets();
    family.addEdgeAndLite();
    family.addSecondVersions();
    family.addMobileNets();
    family.addSearched();
    return family.models;
  }

  /** Those that timm 1.0.29 has beside 0.4.9's. */
  static List<Model> current() {
    EfficientNetVariant plain =
        new EfficientNetVariant(EfficientNetStages.B, ActivationFunction.SILU);
    EfficientNetVariant small =
        new EfficientNetVariant(EfficientNetStages.V2_SMALL, ActivationFunction.SILU).stem(24);
    EfficientNetVariant own =
        new EfficientNetVariant(EfficientNetStages.V2_OWN_MEDIUM, ActivationFunction.SILU)
            .stem(24)
            .head(1792);
    EfficientNetVariant huge =
        new EfficientNetVariant(EfficientNetStages.V2_HUGE, ActivationFunction.SILU);
    EfficientNetVariant v1 =
        new EfficientNetVariant(EfficientNetStages.MOBILENET_V1, ActivationFunction.RELU6);
    EfficientNetVariant v2 =
        new EfficientNetVariant(EfficientNetStages.MOBILENET_V2, ActivationFunction.RELU6);
    EfficientNetVariant tiny = plain.fixedEnds().depthToNearest();
    return List.of(
        current("efficientnet_b5", plain.scaled(1.6, 2.2)),
        current("tf_efficientnet_l2", plain.scaled(4.3, 5.3).tensorflow()),
        current("efficientnetv2_rw_t", small.scaled(0.8, 0.9)),
        current("efficientnetv2_rw_m", own.scaled(1.2, 1)),
        current("tf_efficientnetv2_xl", huge.tensorflow()),
        current("tinynet_a", tiny.scaled(1, 1.2)),
        current("tinynet_b", tiny.scaled(0.75, 1.1)),
        current("tinynet_c", tiny.scaled(0.54, 0.85)),
        current("tinynet_d", tiny.scaled(0.54, 0.695)),
        current("tinynet_e", tiny.scaled(0.51, 0.6)),
        current(
            "mnasnet_small",
            new EfficientNetVariant(EfficientNetStages.MNASNET_SMALL, ActivationFunction.RELU)
                .stem(8)),
        current(
            "semnasnet_075",
            new EfficientNetVariant(EfficientNetStages.MNASNET_EXCITED, ActivationFunction.RELU)
                .fixedHead(1280)
                .scaled(0.75, 1)),
        current("mobilenetv2_050", v2.fixedHead(1280).scaled(0.5, 1)),
        current("mobilenetv1_100", v1.fixedHead(0)),
        current("mobilenetv1_100h", v1.fixedHead(1024)),
        current("mobilenetv1_125", v1.fixedHead(0).scaled(1.25, 1)));
  }

  private static Model current(String name, EfficientNetVariant layout) {
    return Model.current(name, family(name), layout.features(), layout::write).eps(layout.eps());
  }

  private void addEfficientNets() {
    EfficientNetVariant plain =
        new EfficientNetVariant(EfficientNetStages.B, ActivationFunction.SILU);
    for (int b = 0; b < WIDTHS.length; b++) {
      EfficientNetVariant scaled = plain.scaled(WIDTHS[b], DEPTHS[b]);
      if (b < 3) {
        add(scaled, "efficientnet_b" + b);
      } else if (b < 5) {
        // timm trained its own at other sizes than the paper's; 0.4.9 has no weights for these.
        addOwn(scaled, "efficientnet_b" + b, b == 3 ? 288 : 320);
      }
      add(scaled.tensorflow(), "tf_efficientnet_b" + b, "tf_efficientnet_b" + b + "_ap");
      if (b < 8) {
        add(scaled.tensorflow(), "tf_efficientnet_b" + b + "_ns");
      }
      if (b >= 1 && b <= 3) {
        add(scaled.tensorflow(), "efficientnet_b" + b + "_pruned");
      }
    }
    EfficientNetVariant largest = plain.scaled(4.3, 5.3).tensorflow();
    add(largest, "tf_efficientnet_l2_ns", "tf_efficientnet_l2_ns_475");
    EfficientNetVariant experts =
        new EfficientNetVariant(EfficientNetStages.EXPERTS, ActivationFunction.SILU).tensorflow();
    add(experts, "tf_efficientnet_cc_b0_4e");
    add(experts.experts(2), "tf_efficientnet_cc_b0_8e");
    add(experts.experts(2).scaled(1, 1.1), "tf_efficientnet_cc_b1_8e");
  }

  private void addEdgeAndLite() {
    EfficientNetVariant edge =
        new EfficientNetVariant(EfficientNetStages.EDGE, ActivationFunction.RELU);
    add(edge, "efficientnet_es", "efficientnet_es_pruned");
    add(edge.scaled(1, 1.1), "efficientnet_em");
    add(edge.scaled(1.2, 1.4), "efficientnet_el", "efficientnet_el_pruned");
    add(edge.tensorflow(), "tf_efficientnet_es");
    add(edge.scaled(1, 1.1).tensorflow(), "tf_efficientnet_em");
    add(edge.scaled(1.2, 1.4).tensorflow(), "tf_efficientnet_el");
    EfficientNetVariant lite =
        new EfficientNetVariant(EfficientNetStages.LITE, ActivationFunction.RELU6).fixedEnds();
    add(lite, "efficientnet_lite0");
    for (int b = 0; b < 5; b++) {
      add(lite.scaled(WIDTHS[b], DEPTHS[b]).tensorflow(), "tf_efficientnet_lite" + b);
    }
  }

  private void addSecondVersions() {
    EfficientNetVariant base =
        new EfficientNetVariant(EfficientNetStages.V2_BASE, ActivationFunction.SILU)
            .tensorflow()
            .roundedToNearest();
    for (int b = 0; b < 4; b++) {
      add(base.scaled(WIDTHS[b], DEPTHS[b]), "tf_efficientnetv2_b" + b);
    }
    EfficientNetVariant small =
        new EfficientNetVariant(EfficientNetStages.V2_SMALL, ActivationFunction.SILU).stem(24);
    add(small.tensorflow(), "tf_efficientnetv2_s");
    add(small.tensorflow(), "tf_efficientnetv2_s_21ft1k", "tf_efficientnetv2_s_21k");
    EfficientNetVariant medium =
        new EfficientNetVariant(EfficientNetStages.V2_MEDIUM, ActivationFunction.SILU)
            .stem(24)
            .tensorflow();
    add(medium, "tf_efficientnetv2_m", "tf_efficientnetv2_m_21ft1k", "tf_efficientnetv2_m_21k");
    EfficientNetVariant large =
        new EfficientNetVariant(EfficientNetStages.V2_LARGE, ActivationFunction.SILU).tensorflow();
    add(large, "tf_efficientnetv2_l", "tf_efficientnetv2_l_21ft1k", "tf_efficientnetv2_l_21k");
    List<String> own = new ArrayList<>(EfficientNetStages.V2_SMALL);
    own.set(0, "er_r2_k3_s1_e1_c24");
    own.set(own.size() - 1, "ir_r15_k3_s2_e6_c272_se0.25");
    add(
        new EfficientNetVariant(own, ActivationFunction.SILU).stem(24).head(1792),
        "efficientnetv2_rw_s");
  }

  private void addMobileNets() {
    EfficientNetVariant v2 =
        new EfficientNetVariant(EfficientNetStages.MOBILENET_V2, ActivationFunction.RELU6);
    add(v2, "mobilenetv2_100");
    add(v2.scaled(1.4, 1), "mobilenetv2_140");
    add(v2.fixedEnds().scaled(1.1, 1.2), "mobilenetv2_110d");
    add(v2.fixedEnds().scaled(1.2, 1.4), "mobilenetv2_120d");
    EfficientNetVariant small =
        new EfficientNetVariant(EfficientNetStages.MIXNET_SMALL, ActivationFunction.RELU)
            .stem(16)
            .fixedHead(1536);
    add(small, "mixnet_s");
    add(small.tensorflow(), "tf_mixnet_s");
    EfficientNetVariant medium =
        new EfficientNetVariant(EfficientNetStages.MIXNET_MEDIUM, ActivationFunction.RELU)
            .stem(24)
            .fixedHead(1536);
    add(medium, "mixnet_m");
    add(medium.tensorflow(), "tf_mixnet_m");
    add(medium.scaled(1.3, 1), "mixnet_l");
    add(medium.scaled(1.3, 1).tensorflow(), "tf_mixnet_l");
    add(medium.depthToNearest().scaled(1.6, 1.2), "mixnet_xl");
  }

  private void addSearched() {
    add(
        new EfficientNetVariant(EfficientNetStages.MNASNET, ActivationFunction.RELU),
        "mnasnet_100");
    add(
        new EfficientNetVariant(EfficientNetStages.MNASNET_EXCITED, ActivationFunction.RELU),
        "semnasnet_100");
    add(
        new EfficientNetVariant(EfficientNetStages.SINGLE_PATH, ActivationFunction.RELU),
        "spnasnet_100");
    add(
        new EfficientNetVariant(EfficientNetStages.FBNET, ActivationFunction.RELU)
            .stem(16)
            .fixedHead(1984),
        "fbnetc_100");
  }

  private void add(EfficientNetVariant layout, String... names) {
    for (String name : names) {
      models.add(Model.timm(name, family(name), layout::write).eps(layout.eps()));
    }
  }

  private static String family(String name) {
    return name.startsWith("mobilenet")
        ? name.substring(0, "mobilenetv2".length())
        : "efficientnet";
  }

  private void addOwn(EfficientNetVariant layout, String name, int imageSize) {
    models.add(
        new Model(
            new BackboneSpec(
                name, "efficientnet", imageSize, layout.features(), "classifier", 1e-5),
            layout::write));
  }
}
