package io.dmyt.backbone;

import io.dmyt.backbone.layer.Attention;
import io.dmyt.backbone.layer.FeatureRange;
import io.dmyt.backbone.layer.LeadingConcatenation;
import io.dmyt.backbone.layer.PatchPixels;
import io.dmyt.backbone.layer.TokenGroups;
import io.dmyt.backbone.layer.TokenRange;
import java.util.List;
import java.util.Map;

/**
 * TNT: a transformer of patches around one of the pixels within each patch, whose pixels are added
 * to the patch in every block.
 *
 * <p>Han et al., <i>Transformer in Transformer</i>, NeurIPS 2021.
 *
 * @param patch height and width in pixels
 * @param features of a patch
 * @param inner features of a pixel
 * @param heads of the patches' attention
 * @param innerHeads of the pixels'
 * @param ratio features within the patches' MLPs over those outside
 */
record NestedTransformer(
    int patch, int features, int inner, int depth, int heads, int innerHeads, int ratio) {
  /** Pixels here are the stem's, every fourth of the image. */
  private static final int STRIDE = 4;

  private static final int INNER_RATIO = 4;

  static List<Model> models() {
    return List.of(Model.timm("tnt_s_patch16_224", "tnt", small()::features));
  }

  /** The same under timm 1.0.29's name; what is {@code tnt_s_patch16_224} there is another one. */
  static List<Model> current() {
    NestedTransformer small = small();
    return List.of(
        Model.current("tnt_s_legacy_patch16_224", "tnt", small.features, small::features));
  }

  private static NestedTransformer small() {
    return new NestedTransformer(16, 384, 24, 12, 6, 4, 4);
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers = new TransformerLayers(net, Traits.of("eps=1e-5"));
    int side = patch / STRIDE;
    int grid = Patches.inRow(net, patch);
    String map = net.biasedConv("pixel_embed.proj", net.last(), inner, Kernel.centred(7, STRIDE));
    PatchPixels positions = new PatchPixels(inner, side);
    net.inStateDictAt(0, () -> layers.whole("pixel_pos", positions, map, TransformerLayers.NARROW));
    String pixels = net.last();
    net.function(
        "patch",
        "patch",
        new TokenGroups(side * side, inner),
        side * side * inner,
        Map.of(),
        pixels);
    layers.norm("norm1_proj", net.last());
    layers.linear("proj", net.last(), features, true);
    String patches = layers.norm("norm2_proj", net.last());
    net.inStateDictAt(
        0, () -> layers.leadingTokens("cls_token", patches, 1, TransformerLayers.NARROW));
    net.inStateDictAt(1, () -> layers.positions("patch_pos", net.last(), grid * grid + 1));
    String tokens = net.last();
    for (int i = 0; i < depth; i++) {
      String name = "blocks." + i;
      pixels = inner(net, layers, name, pixels, side * side);
      tokens = outer(net, layers, name, pixels, tokens, grid * grid);
    }
    layers.norm("norm", tokens);
    layers.embedClassToken(false);
  }

  private String inner(
      NetworkBuilder net, TransformerLayers layers, String name, String pixels, int group) {
    String normed = layers.norm(name + ".norm_in", pixels);
    String attended = attention(net, layers, name + ".attn_in", normed, innerHeads, group);
    String middle = net.add(name + ".add_in", pixels, attended);
    String mlpInput = layers.norm(name + ".norm_mlp_in", middle);
    String mapped = layers.mlp(name + ".mlp_in", mlpInput, INNER_RATIO * inner);
    return net.add(name + ".add_mlp_in", middle, mapped);
  }

  private String outer(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      String pixels,
      String tokens,
      int patches) {
    int group = patch / STRIDE * (patch / STRIDE);
    String normedPixels = layers.norm(name + ".norm1_proj", pixels);
    String joined =
        net.function(
            name + ".patch",
            name,
            new TokenGroups(group, inner),
            group * inner,
            Map.of(),
            normedPixels);
    String projected = layers.linear(name + ".proj", joined, features, true);
    String first = net.function(name + ".token", new TokenRange(0, 1), tokens);
    String others = net.function(name + ".patches", new TokenRange(1, patches), tokens);
    String added = net.add(name + ".add_pixels", others, projected);
    String input =
        net.function(
            name + ".tokens", name, new LeadingConcatenation(1), features, Map.of(), first, added);
    String normed = layers.norm(name + ".norm_out", input);
    String attended = attention(net, layers, name + ".attn_out", normed, heads, 0);
    String middle = net.add(name + ".add_out", input, attended);
    String mapped =
        layers.mlp(name + ".mlp", layers.norm(name + ".norm_mlp", middle), ratio * features);
    return net.add(name + ".add_mlp", middle, mapped);
  }

  /** Queries and keys come of one map, values of another. */
  private static String attention(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      String from,
      int heads,
      int group) {
    int width = net.channels(from);
    String both = layers.linear(name + ".qk", from, 2 * width, false);
    String queries = range(net, name + ".q", 0, width, both);
    String keys = range(net, name + ".k", width, width, both);
    String values = layers.linear(name + ".v", from, width, false);
    String attended =
        net.function(
            name + ".heads",
            name,
            new Attention(heads, width, group, 0),
            width,
            Map.of(),
            queries,
            keys,
            values);
    return layers.linear(name + ".proj", attended, width, true);
  }

  private static String range(NetworkBuilder net, String name, int first, int count, String from) {
    return net.function(name, name, new FeatureRange(first, count), count, Map.of(), from);
  }
}
