package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * Vision transformers over the last map of a residual network, or over its stem.
 *
 * <p>Dosovitskiy et al., <i>An Image is Worth 16x16 Words: Transformers for Image Recognition at
 * Scale</i>, ICLR 2021; Steiner et al., <i>How to train your ViT?</i>, TMLR 2022.
 *
 * @param depths of the residual network's stages; none for its stem alone
 * @param kernel height and width of a patch in its map
 */
record HybridTransformer(List<Integer> depths, int kernel, VisionTransformer transformer) {
  private static final List<Integer> R50 = List.of(3, 4, 9);

  static List<Model> models() {
    HybridTransformer base = new HybridTransformer(R50, 1, vit(16, 768, 12, 12, "v0.4.9"));
    return List.of(
        Model.timm("vit_base_r50_s16_224_in21k", "vit", base::features),
        Model.timm("vit_base_r50_s16_384", "vit", base::features));
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Model> models = new ArrayList<>();
    HybridTransformer tiny = new HybridTransformer(List.of(), 8, vit(32, 192, 12, 3, ""));
    HybridTransformer small =
        new HybridTransformer(List.of(2, 2, 2, 2), 1, vit(32, 384, 12, 6, ""));
    HybridTransformer base = new HybridTransformer(R50, 1, vit(16, 768, 12, 12, ""));
    HybridTransformer large =
        new HybridTransformer(List.of(3, 4, 6, 3), 1, vit(32, 1024, 24, 16, ""));
    add(models, tiny, "vit_tiny_r_s16_p8_224", "vit_tiny_r_s16_p8_384");
    add(models, small, "vit_small_r26_s32_224", "vit_small_r26_s32_384");
    add(models, base, "vit_base_r50_s16_224", "vit_base_r50_s16_384");
    add(models, large, "vit_large_r50_s32_224", "vit_large_r50_s32_384");
    return models;
  }

  private static VisionTransformer vit(
      int patch, int features, int depth, int heads, String traits) {
    return new VisionTransformer(patch, features, depth, heads, 4 * features, Traits.of(traits));
  }

  private static void add(List<Model> models, HybridTransformer hybrid, String... names) {
    for (String name : names) {
      models.add(Model.current(name, "vit", hybrid.transformer.features(), hybrid::features));
    }
  }

  private void features(NetworkBuilder net) {
    boolean current = !transformer.traits().has(Trait.V0_4_9);
    ResNetV2.ofTransformer(net, "patch_embed.backbone.", depths, current);
    transformer.features(net, kernel);
  }
}
