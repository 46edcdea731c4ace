package io.dmyt.backbone;

import io.dmyt.backbone.WindowedStages.Shifted;
import io.dmyt.backbone.layer.CosineWindowAttention;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenMean;
import java.util.List;
import java.util.Map;

/**
 * Swin transformers of the second version: cosine attention within windows, normalised behind each
 * part of a block.
 *
 * <p>Liu et al., <i>Swin Transformer V2: Scaling Up Capacity and Resolution</i>, CVPR 2022.
 *
 * @param patch height and width in pixels
 * @param features of the first stage; each further one has twice as many
 * @param depths blocks of each stage
 * @param heads of each stage
 * @param windows height and width of the windows of each stage, in tokens
 * @param units of each stage, windows that positions are measured by; 0 for the stage's own
 * @param ratio features within the MLPs over those outside
 */
record SwinTransformerV2(
    int patch,
    int features,
    List<Integer> depths,
    List<Integer> heads,
    List<Integer> windows,
    List<Integer> units,
    int ratio) {
  private static final List<Integer> OWN = List.of(0, 0, 0, 0);
  private static final List<Integer> TWELVE = List.of(12, 12, 12, 6);

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Integer> shallow = List.of(2, 2, 6, 2);
    List<Integer> deep = List.of(2, 2, 18, 2);
    return List.of(
        model("swinv2_tiny_window8_256", 96, shallow, 8, OWN),
        model("swinv2_tiny_window16_256", 96, shallow, 16, OWN),
        model("swinv2_small_window8_256", 96, deep, 8, OWN),
        model("swinv2_small_window16_256", 96, deep, 16, OWN),
        model("swinv2_base_window8_256", 128, deep, 8, OWN),
        model("swinv2_base_window16_256", 128, deep, 16, OWN),
        model("swinv2_base_window12_192", 128, deep, 12, OWN),
        model("swinv2_base_window12to16_192to256", 128, deep, 16, TWELVE),
        model("swinv2_base_window12to24_192to384", 128, deep, 24, TWELVE),
        model("swinv2_large_window12_192", 192, deep, 12, OWN),
        model("swinv2_large_window12to16_192to256", 192, deep, 16, TWELVE),
        model("swinv2_large_window12to24_192to384", 192, deep, 24, TWELVE));
  }

  private static Model model(
      String name, int features, List<Integer> depths, int window, List<Integer> units) {
    int first = features / 32;
    List<Integer> heads = List.of(first, 2 * first, 4 * first, 8 * first);
    List<Integer> windows = List.of(window, window, window, window);
    SwinTransformerV2 swin = new SwinTransformerV2(4, features, depths, heads, windows, units, 4);
    return Model.current(name, "swinv2", 8 * features, swin::features);
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers = new TransformerLayers(net, Traits.of("eps=1e-5"));
    net.biasedConv("patch_embed.proj", net.last(), features, Kernel.of(patch, patch, 0));
    layers.norm(
        "patch_embed.norm", net.function("patch_embed.tokens", new PixelTokens(), net.last()));
    // Positions are shares of a window's: one token has none.
    WindowedStages stages = WindowedStages.padded(net, patch, windows, 2);
    for (int stage = 0; stage < depths.size(); stage++) {
      String name = "layers." + stage;
      if (stage > 0) {
        merge(net, layers, name + ".downsample", stages, stage - 1);
      }
      for (int i = 0; i < depths.get(stage); i++) {
        Shifted shifted = stages.windows(stage, i);
        int unit = units.get(stage) == 0 ? shifted.window() : units.get(stage);
        block(net, layers, name + ".blocks." + i, heads.get(stage), stages, shifted, unit);
      }
    }
    layers.norm("norm", net.last());
    net.function(NetworkBuilder.EMBEDDING, new TokenMean(), net.last());
  }

  private static void merge(
      NetworkBuilder net, TransformerLayers layers, String name, WindowedStages stages, int stage) {
    int width = net.channels(net.last());
    String squares = stages.squares(name, stage, net.last());
    layers.norm(name + ".norm", layers.linear(name + ".reduction", squares, 2 * width, false));
  }

  private void block(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      int heads,
      WindowedStages stages,
      Shifted windows,
      int unit) {
    String input = net.last();
    int width = net.channels(input);
    int position = net.position();
    String padded = stages.pad(name, windows, input);
    String qkv = layers.linear(name + ".attn.qkv", padded, 3 * width, false);
    CosineWindowAttention attention =
        new CosineWindowAttention(
            heads, width, windows.padded(), windows.window(), windows.shift(), unit);
    Map<String, Init> inits =
        Map.of(
            "logit-scale", Init.constant((float) Math.log(10)),
            "q-bias", Init.ZEROS,
            "v-bias", Init.ZEROS,
            "cpb-mlp.0.weight", TransformerLayers.NARROW,
            "cpb-mlp.0.bias", Init.ZEROS,
            "cpb-mlp.2.weight", TransformerLayers.NARROW);
    net.inStateDictAt(
        position,
        () -> net.function(name + ".heads", name + ".attn", attention, width, inits, qkv));
    String cropped = stages.crop(name, windows, net.last());
    String projected = layers.linear(name + ".attn.proj", cropped, width, true);
    layers.postNormed(name, input, projected, ratio * width);
  }
}
