package io.dmyt.backbone;

import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.hub.TimmCatalogue;
import java.util.ArrayList;
import java.util.List;

/**
 * Vision transformers as timm 0.4.9 has them. The embedding is the class token's output; of
 * distilled ones its mean with the distillation token's in inference.
 *
 * <p>Dosovitskiy et al., <i>An Image is Worth 16x16 Words: Transformers for Image Recognition at
 * Scale</i>, ICLR 2021; Touvron et al., <i>Training Data-Efficient Image Transformers &amp;
 * Distillation through Attention</i>, ICML 2021; {@code miil} are the weights of Ridnik et al.,
 * <i>ImageNet-21K Pretraining for the Masses</i>, 2021.
 *
 * @param patch height and width in pixels
 * @param hidden features within the MLPs
 * @param biased whether queries, keys and values have biases
 * @param eps added to the variance by layer normalisations
 */
record VisionTransformer(
    int patch,
    int features,
    int depth,
    int heads,
    int hidden,
    boolean biased,
    double eps,
    boolean distilled) {

  private static VisionTransformer of(int patch, int features, int depth, int heads) {
    return new VisionTransformer(patch, features, depth, heads, 4 * features, true, 1e-6, false);
  }

  private static VisionTransformer base(int patch) {
    return of(patch, 768, 12, 12);
  }

  private static VisionTransformer large(int patch) {
    return of(patch, 1024, 24, 16);
  }

  private VisionTransformer withoutBias() {
    return new VisionTransformer(patch, features, depth, heads, hidden, false, eps, distilled);
  }

  private VisionTransformer withDistillation() {
    return new VisionTransformer(patch, features, depth, heads, hidden, biased, eps, true);
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    // timm scales this one's scores by 1/√768 when it loads its weights, and by a head's 1/√96
    // else.
    add(
        models,
        new VisionTransformer(16, 768, 8, 8, 3 * 768, false, 1e-5, false),
        "vit_small_patch16_224");
    add(models, base(16), "vit_base_patch16_224", "vit_base_patch16_384");
    add(models, base(16), "vit_base_patch16_224_in21k");
    add(models, base(32), "vit_base_patch32_384", "vit_base_patch32_224_in21k");
    add(
        models,
        base(16).withoutBias(),
        "vit_base_patch16_224_miil",
        "vit_base_patch16_224_miil_in21k");
    add(models, large(16), "vit_large_patch16_224", "vit_large_patch16_384");
    add(models, large(16), "vit_large_patch16_224_in21k");
    add(models, large(32), "vit_large_patch32_384", "vit_large_patch32_224_in21k");
    VisionTransformer tiny = of(16, 192, 12, 3);
    VisionTransformer small = of(16, 384, 12, 6);
    add(models, tiny, "vit_deit_tiny_patch16_224");
    add(models, small, "vit_deit_small_patch16_224");
    add(models, base(16), "vit_deit_base_patch16_224", "vit_deit_base_patch16_384");
    add(models, tiny.withDistillation(), "vit_deit_tiny_distilled_patch16_224");
    add(models, small.withDistillation(), "vit_deit_small_distilled_patch16_224");
    add(
        models,
        base(16).withDistillation(),
        "vit_deit_base_distilled_patch16_224",
        "vit_deit_base_distilled_patch16_384");
    return models;
  }

  private static void add(List<Model> models, VisionTransformer variant, String... names) {
    for (String name : names) {
      int size = TimmCatalogue.find(name).orElseThrow().imageSize();
      models.add(Model.timm(name, "vit", net -> variant.features(net, size)));
    }
  }

  /**
   * @param imageSize height and width in pixels of the images
   */
  void features(NetworkBuilder net, int imageSize) {
    TransformerLayers layers = new TransformerLayers(net, eps);
    net.biasedConv("patch_embed.proj", net.last(), features, Kernel.of(patch, patch, 0));
    String tokens = net.function("patch_embed.tokens", new PixelTokens(), net.last());
    embedPositions(net, layers, tokens, (imageSize / patch) * (imageSize / patch));
    for (int i = 0; i < depth; i++) {
      layers.block("blocks." + i, heads, hidden, biased);
    }
    layers.norm("norm", net.last());
    layers.embedClassToken(distilled);
  }

  /** Tokens and positions stand first in the state dict. */
  private void embedPositions(
      NetworkBuilder net, TransformerLayers layers, String patches, int count) {
    if (distilled) {
      net.inStateDictAt(0, () -> layers.leadingTokens("dist_token", patches, 1));
    }
    String others = net.last();
    net.inStateDictAt(0, () -> layers.leadingTokens("cls_token", others, 1));
    int leading = distilled ? 2 : 1;
    net.inStateDictAt(leading, () -> layers.positions("pos_embed", net.last(), count + leading));
  }
}
