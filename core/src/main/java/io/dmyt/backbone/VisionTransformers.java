package io.dmyt.backbone;

import io.dmyt.internal.Tsv;
import java.util.ArrayList;
import java.util.List;

/** The vision transformers by timm's names. */
final class VisionTransformers {
  private static final String TABLE = "vit.tsv";

  private VisionTransformers() {}

  /** Those of timm 0.4.9 without a convolutional stem. */
  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    // timm scales this one's scores by 1/√768 when it loads its weights, and by a head's 1/√96
    // else.
    add(
        models,
        new VisionTransformer(16, 768, 8, 8, 3 * 768, traits("no-qkv-bias eps=1e-5")),
        "vit_small_patch16_224");
    add(
        models,
        base(16, ""),
        "vit_base_patch16_224",
        "vit_base_patch16_384",
        "vit_base_patch16_224_in21k");
    add(models, base(32, ""), "vit_base_patch32_384", "vit_base_patch32_224_in21k");
    add(
        models,
        base(16, "no-qkv-bias"),
        "vit_base_patch16_224_miil",
        "vit_base_patch16_224_miil_in21k");
    add(
        models,
        large(16),
        "vit_large_patch16_224",
        "vit_large_patch16_384",
        "vit_large_patch16_224_in21k");
    add(models, large(32), "vit_large_patch32_384", "vit_large_patch32_224_in21k");
    add(models, of(16, 192, 12, 3, ""), "vit_deit_tiny_patch16_224");
    add(models, of(16, 384, 12, 6, ""), "vit_deit_small_patch16_224");
    add(models, base(16, ""), "vit_deit_base_patch16_224", "vit_deit_base_patch16_384");
    String distilled = "distilled";
    add(models, of(16, 192, 12, 3, distilled), "vit_deit_tiny_distilled_patch16_224");
    add(models, of(16, 384, 12, 6, distilled), "vit_deit_small_distilled_patch16_224");
    add(
        models,
        base(16, distilled),
        "vit_deit_base_distilled_patch16_224",
        "vit_deit_base_distilled_patch16_384");
    return models;
  }

  private static VisionTransformer of(
      int patch, int features, int depth, int heads, String traits) {
    return new VisionTransformer(patch, features, depth, heads, 4 * features, traits(traits));
  }

  private static Traits traits(String words) {
    return Traits.of("v0.4.9 " + words);
  }

  private static VisionTransformer base(int patch, String traits) {
    return of(patch, 768, 12, 12, traits);
  }

  private static VisionTransformer large(int patch) {
    return of(patch, 1024, 24, 16, "");
  }

  private static void add(List<Model> models, VisionTransformer variant, String... names) {
    for (String name : names) {
      models.add(Model.timm(name, "vit", variant::features));
    }
  }

  /** Those of timm 1.0.29, by their architectures' names. */
  static List<Model> current() {
    return Tsv.rows(VisionTransformers.class, TABLE)
        .map(
            cells -> {
              VisionTransformer vit =
                  new VisionTransformer(
                      Integer.parseInt(cells[1]),
                      Integer.parseInt(cells[2]),
                      Integer.parseInt(cells[3]),
                      Integer.parseInt(cells[4]),
                      Integer.parseInt(cells[5]),
                      Traits.of(cells[6]));
              return Model.current(cells[0], "vit", vit.features(), vit::features);
            })
        .toList();
  }
}
