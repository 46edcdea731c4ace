package io.dmyt.backbone;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/** The families of transformers, each so small that a test takes a second. */
public final class SmallTransformers {
  private static final int FEATURES = 24;

  private static final Map<String, Model> MODELS = new LinkedHashMap<>();

  static {
    VisionTransformer vit = new VisionTransformer(4, FEATURES, 2, 3, 48, Traits.of("v0.4.9"));
    add("vit", 12, vit::features);
    VisionTransformer deit =
        new VisionTransformer(
            4, FEATURES, 1, 2, 48, Traits.of("v0.4.9 no-qkv-bias eps=1e-5 distilled"));
    add("vit_distilled", 12, deit::features);
    vit("vit_clip", 2, "pre-norm quick-gelu eps=1e-5");
    vit("vit_siglip", 1, "no-class-token attention-pool tanh-gelu");
    vit("vit_registers", 2, "layer-scale=0.1 registers=2 patch-positions swiglu");
    vit("vit_gap", 1, "no-class-token registers=1 mean no-qkv-bias norm-after-pool");
    vit("vit_gap_prefix", 1, "mean no-norm");
    vit("deit_distilled", 1, "distilled");
    String eva = "no-key-bias swiglu rope=10000 rope-grid=6 mean norm-after-pool";
    add("eva02", 16, new VisionTransformer(4, FEATURES, 2, 3, 128, Traits.of(eva))::features);
    String pe =
        "eps=1e-5 pre-norm rope=10000 rope-grid=5 rope-offset=1 rope-xy attention-pool pool-all"
            + " pool-heads=2";
    add("pe", 12, new VisionTransformer(4, FEATURES, 1, 3, 96, Traits.of(pe))::features);
    vit(
        "dinov3",
        2,
        "eps=1e-5 no-qkv-bias split-swiglu gamma=0.1 registers=2 no-positions rope-halves rope=100"
            + " mean");
    add("mixer", 12, new MlpMixer(4, FEATURES, 2)::features);
    PoolingTransformer pit = pit(false);
    add("pit", 20, pit::features);
    PoolingTransformer distilled = pit(true);
    add("pit_distilled", 20, distilled::features);
    SwinTransformer swin =
        new SwinTransformer(2, 12, List.of(2, 2), List.of(2, 3), List.of(4, 4), 2, false);
    add("swin", 16, swin::features);
    SwinTransformer current =
        new SwinTransformer(2, 12, List.of(2, 2), List.of(2, 3), List.of(4, 4), 2, true);
    add("swin_current", 16, current::features);
    SwinTransformerV2 second =
        new SwinTransformerV2(2, 12, List.of(2, 2), List.of(2, 3), List.of(4, 4), List.of(3, 0), 2);
    add("swinv2", 16, second::features);
    // Maps of 9 and 5 tokens in windows of 4.
    SwinTransformer padded =
        new SwinTransformer(2, 12, List.of(2, 2), List.of(2, 3), List.of(4, 4), 2, true);
    add("swin_padded", 18, padded::features);
    SwinTransformerV2 padded2 =
        new SwinTransformerV2(2, 12, List.of(2, 2), List.of(2, 3), List.of(4, 4), List.of(3, 0), 2);
    add("swinv2_padded", 18, padded2::features);
    ClassAttentionTransformer cait = new ClassAttentionTransformer(4, FEATURES, 2, 3, 48, 1e-5);
    add("cait", 12, cait::features);
    add("tnt", 16, new NestedTransformer(8, FEATURES, 8, 2, 3, 2, 2)::features);
    for (boolean all : new boolean[] {false, true}) {
      CrossCovarianceTransformer xcit = new CrossCovarianceTransformer(8, FEATURES, 2, 3, 0.1, all);
      add(all ? "xcit" : "xcit_class_norm", 24, xcit::features);
    }
    CoatLite coat = new CoatLite(List.of(8, 16, 16, 24), List.of(1, 2, 1, 1), List.of(2, 2, 1, 1));
    add("coat_lite", 32, coat::features);
  }

  private SmallTransformers() {}

  private static void vit(String name, int depth, String traits) {
    add(name, 12, new VisionTransformer(4, FEATURES, depth, 3, 48, Traits.of(traits))::features);
  }

  private static PoolingTransformer pit(boolean distilled) {
    return new PoolingTransformer(4, 2, 6, List.of(2, 1), List.of(2, 4), 2, distilled, false);
  }

  private static void add(String name, int imageSize, Consumer<NetworkBuilder> features) {
    BackboneSpec spec = new BackboneSpec(name, name, imageSize, FEATURES, "head", 1e-5);
    MODELS.put(name, new Model(spec, features));
  }

  /** With a classifier of three classes, by name. */
  public static Map<String, ComputationGraphConfiguration> classifiers() {
    Map<String, ComputationGraphConfiguration> all = new LinkedHashMap<>();
    BackboneOptions options = BackboneOptions.defaults().withClasses(3);
    MODELS.forEach((name, model) -> all.put(name, Architecture.of(model, options).configuration()));
    return all;
  }

  /** The height and width in pixels of a network's images. */
  public static int imageSize(String name) {
    return MODELS.get(name).spec().imageSize();
  }

  /** By name. */
  static Map<String, Model> models() {
    return MODELS;
  }
}
