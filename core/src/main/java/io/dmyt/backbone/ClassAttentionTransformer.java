package io.dmyt.backbone;

import io.dmyt.backbone.layer.Attention;
import io.dmyt.backbone.layer.LeadingConcatenation;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * CaiT: a vision transformer whose heads talk, and whose class token comes in for the last two
 * blocks alone, where nothing but it attends to anything.
 *
 * <p>Touvron et al., <i>Going Deeper with Image Transformers</i>, ICCV 2021.
 *
 * @param patch height and width in pixels
 * @param hidden features within the MLPs
 * @param factor what the factors of the blocks' parts start at
 */
record ClassAttentionTransformer(
    int patch, int features, int depth, int heads, int hidden, double factor) {
  private static final int CLASS_BLOCKS = 2;

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    add(models, of(192, 24, 4, 1e-5), "cait_xxs24_224", "cait_xxs24_384");
    add(models, of(192, 36, 4, 1e-5), "cait_xxs36_224", "cait_xxs36_384");
    add(models, of(288, 24, 6, 1e-5), "cait_xs24_384");
    add(models, of(384, 24, 8, 1e-5), "cait_s24_224", "cait_s24_384");
    add(models, of(384, 36, 8, 1e-6), "cait_s36_384");
    add(models, of(768, 36, 16, 1e-6), "cait_m36_384");
    add(models, of(768, 48, 16, 1e-6), "cait_m48_448");
    return models;
  }

  private static ClassAttentionTransformer of(int features, int depth, int heads, double factor) {
    return new ClassAttentionTransformer(16, features, depth, heads, 4 * features, factor);
  }

  private static void add(List<Model> models, ClassAttentionTransformer cait, String... names) {
    for (String name : names) {
      models.add(Model.timm(name, "cait", cait::features));
    }
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers =
        new TransformerLayers(net, Traits.of("talking-heads gamma=" + factor));
    int side = Patches.inRow(net, patch);
    net.biasedConv("patch_embed.proj", net.last(), features, Kernel.of(patch, patch, 0));
    String tokens = net.function("patch_embed.tokens", new PixelTokens(), net.last());
    net.inStateDictAt(0, () -> layers.positions("pos_embed", tokens, side * side));
    for (int i = 0; i < depth; i++) {
      layers.block("blocks." + i, heads, hidden);
    }
    String patches = net.last();
    net.inStateDictAt(
        0, () -> layers.leadingTokens("cls_token", patches, 1, TransformerLayers.NARROW));
    for (int i = 0; i < CLASS_BLOCKS; i++) {
      String name = "blocks_token_only." + i;
      String all =
          i == 0
              ? net.last()
              : net.function(
                  name, name, new LeadingConcatenation(1), features, Map.of(), net.last(), patches);
      classBlock(net, layers, name, all);
    }
    layers.norm("norm", net.last());
    layers.embedClassToken(false);
  }

  /** A block of the class token alone, which attends to all. */
  private void classBlock(NetworkBuilder net, TransformerLayers layers, String name, String all) {
    String token = net.function(name + ".token", new TokenRange(0, 1), all);
    int position = net.position();
    String normed = layers.norm(name + ".norm1", all);
    String first = net.function(name + ".attn.token", new TokenRange(0, 1), normed);
    String query = layers.linear(name + ".attn.q", first, features, true);
    String keys = layers.linear(name + ".attn.k", normed, features, true);
    String values = layers.linear(name + ".attn.v", normed, features, true);
    String attended =
        net.function(
            name + ".attn.heads",
            name,
            new Attention(heads, features, 0, 1),
            features,
            Map.of(),
            query,
            keys,
            values);
    String projected = layers.linear(name + ".attn.proj", attended, features, true);
    layers.restByGamma(name, position, token, projected, hidden);
  }
}
