package io.dmyt.backbone;

import io.dmyt.backbone.MobileBlock.Rounding;
import io.dmyt.backbone.MobileNetwork.Excitation;
import io.dmyt.backbone.MobileNetwork.Style;
import java.util.ArrayList;
import java.util.List;

/**
 * Networks of published detectors that compute something else than timm's networks do. Their
 * parameters have the names of timm's closest network.
 *
 * <p>Yermakov et al., <i>Deepfake Detection that Generalizes Across Benchmarks</i> (GenD), WACV
 * 2026: transformers whose embedding is pooled as GenD pools it, at unit length or, with the ending
 * {@code _linear}, as it is. Yan et al., <i>DeepfakeBench: A Comprehensive Benchmark of Deepfake
 * Detection</i>, NeurIPS 2023: EfficientNet-B4 of EfficientNet-PyTorch, whose paddings are those of
 * images of 380 pixels, behind a first convolution without padding.
 */
final class DetectorNetworks {
  static final String CLIP = "eps=1e-5 pre-norm quick-gelu";
  static final String PERCEPTION_ENCODER =
      "eps=1e-5 pre-norm rope=10000 rope-grid=24 rope-offset=1 rope-xy attention-pool pool-all"
          + " pool-heads=8";
  static final String DINOV3 =
      "eps=1e-5 no-key-bias gamma=1e-5 registers=4 no-positions rope-halves rope=100";

  private static final int GEND_IMAGE = 224;
  private static final double B4_WIDTH = 1.4;
  private static final double B4_DEPTH = 1.8;
  private static final int B4_CHANNELS = 1792;
  private static final int BENCH_IMAGE = 256;

  private DetectorNetworks() {}

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    models.addAll(gend("gend_clip_l14", 14, 1024, 24, 16, CLIP));
    models.addAll(gend("gend_pe_l", 14, 1024, 24, 16, PERCEPTION_ENCODER));
    models.addAll(gend("gend_dinov3_l", 16, 1024, 24, 16, DINOV3));
    models.add(
        new Model(
            new BackboneSpec(
                "dfbench_efficientnet_b4", "dfbench", BENCH_IMAGE, B4_CHANNELS, "classifier", 1e-3),
            DetectorNetworks::efficientNetB4));
    return models;
  }

  /** The network with its embedding at unit length, and the one without. */
  static List<Model> gend(
      String name, int patch, int features, int depth, int heads, String traits) {
    return List.of(
        transformer(name, patch, features, depth, heads, traits + " unit-length"),
        transformer(name + "_linear", patch, features, depth, heads, traits));
  }

  private static Model transformer(
      String name, int patch, int features, int depth, int heads, String traits) {
    VisionTransformer network =
        new VisionTransformer(patch, features, depth, heads, 4 * features, Traits.of(traits));
    return new Model(
        new BackboneSpec(name, "gend", GEND_IMAGE, features, "head", 1e-5), network::features);
  }

  private static void efficientNetB4(NetworkBuilder net) {
    MobileNetwork network =
        new MobileNetwork(
            net,
            new Style(
                false,
                channels -> Widths.divisible(channels * B4_WIDTH, 8),
                ActivationFunction.SILU,
                Excitation.OF_BLOCK));
    network.stem(48, Kernel.of(3, 2, 0));
    network.padAsFor(380 / 2);
    network.blocks(MobileBlock.stages(B4_DEPTH, Rounding.UP, false, EfficientNetStages.B));
    network.head(B4_CHANNELS);
  }
}
