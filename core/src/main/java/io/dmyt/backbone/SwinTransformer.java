package io.dmyt.backbone;

import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.PatchMerging;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenMean;
import io.dmyt.backbone.layer.WindowAttention;
import io.dmyt.backbone.layer.WindowPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Swin transformers as timm 0.4.9 has them: attention within windows, every other time shifted, and
 * four tokens merged to one between stages.
 *
 * <p>Liu et al., <i>Swin Transformer: Hierarchical Vision Transformer using Shifted Windows</i>,
 * ICCV 2021.
 *
 * @param patch height and width in pixels
 * @param features of the first stage; each further one has twice as many
 * @param depths blocks of each stage
 * @param heads of each stage
 * @param window height and width of the windows, in tokens
 * @param ratio features within the MLPs over those outside
 */
record SwinTransformer(
    int patch, int features, List<Integer> depths, List<Integer> heads, int window, int ratio) {

  static List<Model> models() {
    List<Integer> deep = List.of(2, 2, 18, 2);
    List<Model> models = new ArrayList<>();
    add(models, "tiny", of(96, List.of(2, 2, 6, 2), 3, 7), "7_224");
    add(models, "small", of(96, deep, 3, 7), "7_224");
    add(models, "base", of(128, deep, 4, 7), "7_224", "7_224_in22k");
    add(models, "base", of(128, deep, 4, 12), "12_384", "12_384_in22k");
    add(models, "large", of(192, deep, 6, 7), "7_224", "7_224_in22k");
    add(models, "large", of(192, deep, 6, 12), "12_384", "12_384_in22k");
    return models;
  }

  private static SwinTransformer of(int features, List<Integer> depths, int heads, int window) {
    List<Integer> all = List.of(heads, 2 * heads, 4 * heads, 8 * heads);
    return new SwinTransformer(4, features, depths, all, window, 4);
  }

  private static void add(
      List<Model> models, String width, SwinTransformer swin, String... windowsAndSizes) {
    for (String windowAndSize : windowsAndSizes) {
      String name = "swin_" + width + "_patch4_window" + windowAndSize;
      models.add(Model.timm(name, "swin", swin::features));
    }
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers = new TransformerLayers(net, Traits.of("eps=1e-5"));
    net.biasedConv("patch_embed.proj", net.last(), features, Kernel.of(patch, patch, 0));
    layers.norm(
        "patch_embed.norm", net.function("patch_embed.tokens", new PixelTokens(), net.last()));
    int size = net.patches(patch);
    for (int stage = 0; stage < depths.size(); stage++) {
      String name = "layers." + stage;
      for (int i = 0; i < depths.get(stage); i++) {
        int shift = i % 2 == 1 && size > window ? window / 2 : 0;
        block(net, layers, name + ".blocks." + i, heads.get(stage), size, shift);
      }
      if (stage < depths.size() - 1) {
        merge(net, layers, name + ".downsample", size);
        size /= 2;
      }
    }
    layers.norm("norm", net.last());
    net.function(NetworkBuilder.EMBEDDING, new TokenMean(), net.last());
  }

  private void block(
      NetworkBuilder net, TransformerLayers layers, String name, int heads, int size, int shift) {
    String input = net.last();
    if (shift > 0) {
      net.constant(
          name + ".attn_mask", Nd4j.createFromArray(WindowPositions.mask(size, window, shift)));
    }
    String normed = layers.norm(name + ".norm1", input);
    String attended = attention(net, layers, name + ".attn", normed, heads, size, shift);
    layers.rest(name, input, attended, ratio * net.channels(input));
  }

  /** The table of biases stands first in the state dict. */
  private String attention(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      String from,
      int heads,
      int size,
      int shift) {
    int width = net.channels(from);
    int own = Math.min(window, size);
    int position = net.position();
    String qkv = layers.linear(name + ".qkv", from, 3 * width, true);
    WindowAttention attention = new WindowAttention(heads, width, size, own, shift);
    net.inStateDictAt(
        position,
        () -> {
          net.function(
              name + ".heads",
              name + ".relative_position_bias_table",
              attention,
              width,
              Map.of(FunctionVertex.WHOLE, TransformerLayers.NARROW),
              qkv);
          net.constant(
              name + ".relative_position_index", Nd4j.createFromArray(WindowPositions.index(own)));
        });
    return layers.linear(name + ".proj", name + ".heads", width, true);
  }

  private void merge(NetworkBuilder net, TransformerLayers layers, String name, int size) {
    int width = net.channels(net.last());
    String squares =
        net.function(name, name, new PatchMerging(size, width), 4 * width, Map.of(), net.last());
    int position = net.position();
    String normed = layers.norm(name + ".norm", squares);
    net.inStateDictAt(position, () -> layers.linear(name + ".reduction", normed, 2 * width, false));
  }
}
