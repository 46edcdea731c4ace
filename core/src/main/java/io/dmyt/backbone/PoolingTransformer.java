package io.dmyt.backbone;

import io.dmyt.backbone.layer.LeadingConcatenation;
import io.dmyt.backbone.layer.PixelEmbedding;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenImage;
import io.dmyt.backbone.layer.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * PiT as timm 0.4.9 has it: stages of transformer blocks, and between them a depthwise convolution
 * that halves the map of tokens. The embedding is the class token's, as in {@link
 * VisionTransformer}.
 *
 * <p>Heo et al., <i>Rethinking Spatial Dimensions of Vision Transformers</i>, ICCV 2021.
 *
 * @param patch height and width in pixels
 * @param stride of the patches, which overlap
 * @param share each head's features
 * @param depths blocks of each stage
 * @param heads of each stage
 * @param ratio features within the MLPs over those outside
 */
record PoolingTransformer(
    int patch,
    int stride,
    int share,
    List<Integer> depths,
    List<Integer> heads,
    int ratio,
    boolean distilled) {
  private static final Pattern POOL = Pattern.compile("^pools\\.(\\d)\\.");

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    add(models, "pit_ti", 16, 8, 32, List.of(2, 6, 4), List.of(2, 4, 8));
    add(models, "pit_xs", 16, 8, 48, List.of(2, 6, 4), List.of(2, 4, 8));
    add(models, "pit_s", 16, 8, 48, List.of(2, 6, 4), List.of(3, 6, 12));
    add(models, "pit_b", 14, 7, 64, List.of(3, 6, 4), List.of(4, 8, 16));
    return models;
  }

  private static void add(
      List<Model> models,
      String name,
      int patch,
      int stride,
      int share,
      List<Integer> depths,
      List<Integer> heads) {
    for (boolean distilled : new boolean[] {false, true}) {
      PoolingTransformer pit =
          new PoolingTransformer(patch, stride, share, depths, heads, 4, distilled);
      String full = name + (distilled ? "_distilled" : "") + "_224";
      models.add(Model.timm(full, "pit", pit::features).named(PoolingTransformer::timmName));
    }
  }

  /** As the paper's authors have it in their files. */
  private static Optional<String> timmName(String name) {
    return Optional.of(POOL.matcher(name).replaceFirst("transformers.$1.pool."));
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers =
        new TransformerLayers(net, Traits.of(""), Init::pytorchDefault, Init::pytorchDefault);
    int leading = distilled ? 2 : 1;
    int size = (net.imageSize() - patch) / stride + 1;
    int features = share * heads.get(0);
    String map =
        net.biasedConv("patch_embed.conv", net.last(), features, Kernel.of(patch, stride, 0));
    PixelEmbedding positions = new PixelEmbedding(features, size, size);
    net.inStateDictAt(0, () -> layers.whole("pos_embed", positions, map, TransformerLayers.NARROW));
    String tokens = net.function("patch_embed.tokens", new PixelTokens(), net.last());
    net.inStateDictAt(
        1, () -> layers.leadingTokens("cls_token", tokens, leading, TransformerLayers.NARROW));
    for (int stage = 0; stage < depths.size(); stage++) {
      String name = "transformers." + stage;
      for (int i = 0; i < depths.get(stage); i++) {
        int hidden = ratio * net.channels(net.last());
        layers.block(name + ".blocks." + i, heads.get(stage), hidden);
      }
      if (stage < depths.size() - 1) {
        pool(net, layers, name + ".pool", size, share * heads.get(stage + 1));
        size = (size - 1) / 2 + 1;
      }
    }
    String last = net.last();
    layers.norm("norm", net.function("tokens", new TokenRange(0, leading), last));
    layers.embedClassToken(distilled);
  }

  /**
   * Halves the map of tokens.
   *
   * @param size its height and width
   */
  private void pool(NetworkBuilder net, TransformerLayers layers, String name, int size, int out) {
    int leading = distilled ? 2 : 1;
    String all = net.last();
    int in = net.channels(all);
    String pixels = net.function(name + ".pixels", new TokenRange(leading, size * size), all);
    String map = net.function(name + ".map", new TokenImage(size, size), pixels);
    String pooled = net.conv(name + ".conv", map, out, Kernel.of(3, 2, 1), in, true);
    String tokens = net.function(name + ".tokens", new PixelTokens(), pooled);
    String first = net.function(name + ".first", new TokenRange(0, leading), all);
    String mapped = layers.linear(name + ".fc", first, out, true);
    net.function(name, name, new LeadingConcatenation(leading), out, Map.of(), mapped, tokens);
  }
}
