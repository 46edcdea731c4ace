package io.dmyt.backbone;

import io.dmyt.backbone.layer.LeadingConcatenation;
import io.dmyt.backbone.layer.PixelEmbedding;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenImage;
import io.dmyt.backbone.layer.TokenMean;
import io.dmyt.backbone.layer.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
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
 * @param distilled whether there is a distillation token; in timm 0.4.9 its mean with the class
 *     token is the embedding in inference alone
 * @param isCurrent whether it is timm 1.0.29's, where a stage begins with the pooling
 */
record PoolingTransformer(
    int patch,
    int stride,
    int share,
    List<Integer> depths,
    List<Integer> heads,
    int ratio,
    boolean distilled,
    boolean isCurrent) {
  private static final Pattern POOL =
      Pattern.compile("^(?:transformers\\.(\\d)\\.pool|pools\\.(\\d))\\.");

  private static final List<PoolingTransformer> SIZES =
      List.of(
          of(16, 8, 32, List.of(2, 6, 4), List.of(2, 4, 8)),
          of(16, 8, 48, List.of(2, 6, 4), List.of(2, 4, 8)),
          of(16, 8, 48, List.of(2, 6, 4), List.of(3, 6, 12)),
          of(14, 7, 64, List.of(3, 6, 4), List.of(4, 8, 16)));

  private static final List<String> NAMES = List.of("pit_ti", "pit_xs", "pit_s", "pit_b");

  private static PoolingTransformer of(
      int patch, int stride, int share, List<Integer> depths, List<Integer> heads) {
    return new PoolingTransformer(patch, stride, share, depths, heads, 4, false, false);
  }

  private PoolingTransformer with(boolean distils, boolean current) {
    return new PoolingTransformer(patch, stride, share, depths, heads, ratio, distils, current);
  }

  static List<Model> models() {
    return all((name, pit) -> Model.timm(name, "pit", pit::features), false);
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    return all(
        (name, pit) -> {
          int features = pit.share * pit.heads.get(pit.heads.size() - 1);
          return Model.current(name, "pit", features, pit::features);
        },
        true);
  }

  private static List<Model> all(
      BiFunction<String, PoolingTransformer, Model> model, boolean current) {
    List<Model> models = new ArrayList<>();
    for (int i = 0; i < SIZES.size(); i++) {
      for (boolean distilled : new boolean[] {false, true}) {
        String name = NAMES.get(i) + (distilled ? "_distilled" : "") + "_224";
        models.add(
            model
                .apply(name, SIZES.get(i).with(distilled, current))
                .renamed((tensor, all) -> timmName(tensor, all, current)));
      }
    }
    return models;
  }

  /** A tensor's name in the one version, be the file of either or of the paper's authors. */
  private static Optional<String> timmName(String name, Set<String> all, boolean current) {
    Matcher pool = POOL.matcher(name);
    if (!pool.find()) {
      return Optional.of(name);
    }
    boolean byAuthors = pool.group(1) == null;
    boolean isOld =
        byAuthors || all.stream().anyMatch(other -> other.startsWith("transformers.0.pool."));
    int stage = Integer.parseInt(byAuthors ? pool.group(2) : pool.group(1));
    int shift = isOld == current ? (current ? 1 : -1) : 0;
    return Optional.of(pool.replaceFirst("transformers." + (stage + shift) + ".pool."));
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
        String pool = "transformers." + (isCurrent ? stage + 1 : stage) + ".pool";
        pool(net, layers, pool, size, share * heads.get(stage + 1));
        size = (size - 1) / 2 + 1;
      }
    }
    String last = net.last();
    layers.norm("norm", net.function("tokens", new TokenRange(0, leading), last));
    if (distilled && isCurrent && net.classes() == 0) {
      net.function(NetworkBuilder.EMBEDDING, new TokenMean(), net.last());
    } else {
      layers.embedClassToken(distilled);
    }
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
