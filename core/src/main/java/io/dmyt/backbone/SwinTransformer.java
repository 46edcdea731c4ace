package io.dmyt.backbone;

import io.dmyt.backbone.WindowedStages.Shifted;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenMean;
import io.dmyt.backbone.layer.WindowAttention;
import io.dmyt.backbone.layer.WindowPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Swin transformers: attention within windows, every other time shifted, and four tokens merged to
 * one between stages. In timm 0.4.9 tokens are merged at the end of a stage and the fixed tables
 * are in the state dict; in 1.0.29 they are merged at the beginning of the next one, without
 * tables.
 *
 * <p>Liu et al., <i>Swin Transformer: Hierarchical Vision Transformer using Shifted Windows</i>,
 * ICCV 2021; {@code swin_s3} are those of Chen et al., <i>Searching the Search Space of Vision
 * Transformer</i>, NeurIPS 2021.
 *
 * @param patch height and width in pixels
 * @param features of the first stage; each further one has twice as many
 * @param depths blocks of each stage
 * @param heads of each stage
 * @param windows height and width of the windows of each stage, in tokens
 * @param ratio features within the MLPs over those outside
 * @param isCurrent whether it is timm 1.0.29's
 */
record SwinTransformer(
    int patch,
    int features,
    List<Integer> depths,
    List<Integer> heads,
    List<Integer> windows,
    int ratio,
    boolean isCurrent) {
  private static final Pattern MERGING = Pattern.compile("^layers\\.(\\d)\\.downsample\\.");
  private static final Pattern TABLE = Pattern.compile("attn_mask$|relative_position_index$");

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

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Integer> shallow = List.of(2, 2, 6, 2);
    List<Integer> deep = List.of(2, 2, 18, 2);
    List<Integer> tall = List.of(7, 7, 14, 7);
    return List.of(
        current("swin_tiny_patch4_window7_224", of(96, shallow, 3, 7)),
        current("swin_small_patch4_window7_224", of(96, deep, 3, 7)),
        current("swin_base_patch4_window7_224", of(128, deep, 4, 7)),
        current("swin_base_patch4_window12_384", of(128, deep, 4, 12)),
        current("swin_large_patch4_window7_224", of(192, deep, 6, 7)),
        current("swin_large_patch4_window12_384", of(192, deep, 6, 12)),
        current("swin_s3_tiny_224", of(96, shallow, 3, 7).withWindows(tall)),
        current("swin_s3_small_224", of(96, deep, 3, 7).withWindows(List.of(14, 14, 14, 7))),
        current("swin_s3_base_224", of(96, List.of(2, 2, 30, 2), 3, 7).withWindows(tall)));
  }

  private static Model current(String name, SwinTransformer old) {
    SwinTransformer swin =
        new SwinTransformer(
            old.patch, old.features, old.depths, old.heads, old.windows, old.ratio, true);
    return Model.current(name, "swin", 8 * swin.features, swin::features)
        .renamed((tensor, all) -> timmName(tensor, all, true));
  }

  private static SwinTransformer of(int features, List<Integer> depths, int heads, int window) {
    List<Integer> all = List.of(heads, 2 * heads, 4 * heads, 8 * heads);
    List<Integer> windows = List.of(window, window, window, window);
    return new SwinTransformer(4, features, depths, all, windows, 4, false);
  }

  private SwinTransformer withWindows(List<Integer> others) {
    return new SwinTransformer(patch, features, depths, heads, others, ratio, isCurrent);
  }

  /** A tensor's name in the one version, whichever the file is of. */
  private static Optional<String> timmName(String name, Set<String> all, boolean current) {
    boolean isOld = all.stream().anyMatch(other -> other.startsWith("layers.0.downsample."));
    if (isOld != current) {
      return Optional.of(name);
    }
    if (current && TABLE.matcher(name).find()) {
      return Optional.empty();
    }
    Matcher merging = MERGING.matcher(name);
    if (merging.find()) {
      int stage = Integer.parseInt(merging.group(1)) + (current ? 1 : -1);
      return Optional.of(merging.replaceFirst("layers." + stage + ".downsample."));
    }
    return Optional.of(
        current
            ? name.replaceFirst("^head\\.", "head.fc.")
            : name.replaceFirst("^head\\.fc\\.", "head."));
  }

  private static void add(
      List<Model> models, String width, SwinTransformer swin, String... windowsAndSizes) {
    for (String windowAndSize : windowsAndSizes) {
      String name = "swin_" + width + "_patch4_window" + windowAndSize;
      models.add(
          Model.timm(name, "swin", swin::features)
              .renamed((tensor, all) -> timmName(tensor, all, false)));
    }
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers = new TransformerLayers(net, Traits.of("eps=1e-5"));
    net.biasedConv("patch_embed.proj", net.last(), features, Kernel.of(patch, patch, 0));
    layers.norm(
        "patch_embed.norm", net.function("patch_embed.tokens", new PixelTokens(), net.last()));
    WindowedStages stages =
        isCurrent
            ? WindowedStages.padded(net, patch, windows, 1)
            : WindowedStages.filled(net, patch, windows);
    for (int stage = 0; stage < depths.size(); stage++) {
      String name = "layers." + stage;
      if (isCurrent && stage > 0) {
        merge(net, layers, name + ".downsample", stages, stage - 1);
      }
      for (int i = 0; i < depths.get(stage); i++) {
        block(
            net, layers, name + ".blocks." + i, heads.get(stage), stages, stages.windows(stage, i));
      }
      if (!isCurrent && stage < depths.size() - 1) {
        merge(net, layers, name + ".downsample", stages, stage);
      }
    }
    layers.norm("norm", net.last());
    net.function(NetworkBuilder.EMBEDDING, new TokenMean(), net.last());
  }

  private void block(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      int heads,
      WindowedStages stages,
      Shifted windows) {
    String input = net.last();
    if (windows.shift() > 0 && !isCurrent) {
      net.constant(
          name + ".attn_mask",
          Nd4j.createFromArray(
              WindowPositions.mask(windows.size(), windows.window(), windows.shift())));
    }
    String normed = layers.norm(name + ".norm1", input);
    String padded = stages.pad(name, windows, normed);
    String heard = attention(net, layers, name + ".attn", padded, heads, windows);
    String cropped = stages.crop(name, windows, heard);
    String attended = layers.linear(name + ".attn.proj", cropped, net.channels(input), true);
    layers.rest(name, input, attended, ratio * net.channels(input));
  }

  /** The table of biases stands first in the state dict. */
  private String attention(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      String from,
      int heads,
      Shifted windows) {
    int width = net.channels(from);
    int position = net.position();
    String qkv = layers.linear(name + ".qkv", from, 3 * width, true);
    WindowAttention attention =
        new WindowAttention(heads, width, windows.padded(), windows.window(), windows.shift());
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
          if (!isCurrent) {
            net.constant(
                name + ".relative_position_index",
                Nd4j.createFromArray(WindowPositions.index(windows.window())));
          }
        });
    return name + ".heads";
  }

  private void merge(
      NetworkBuilder net, TransformerLayers layers, String name, WindowedStages stages, int stage) {
    int width = net.channels(net.last());
    String squares = stages.squares(name, stage, net.last());
    int position = net.position();
    String normed = layers.norm(name + ".norm", squares);
    int after = isCurrent ? net.position() : position;
    net.inStateDictAt(after, () -> layers.linear(name + ".reduction", normed, 2 * width, false));
  }
}
