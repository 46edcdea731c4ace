package io.dmyt.backbone;

import io.dmyt.backbone.layer.Attention;
import io.dmyt.backbone.layer.CrossCovariance;
import io.dmyt.backbone.layer.FourierPositions;
import io.dmyt.backbone.layer.LayerScale;
import io.dmyt.backbone.layer.LeadingConcatenation;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenImage;
import io.dmyt.backbone.layer.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * XCiT: features attend to features, tokens to their neighbours by convolution, and at the end a
 * class token to all.
 *
 * <p>El-Nouby et al., <i>XCiT: Cross-Covariance Image Transformers</i>, NeurIPS 2021.
 *
 * @param patch height and width in pixels, 8 or 16
 * @param factor that each part of a block is multiplied by at first
 * @param normalisesAll whether the class token's blocks normalise the patches' tokens as well
 */
record CrossCovarianceTransformer(
    int patch, int features, int depth, int heads, double factor, boolean normalisesAll) {
  private static final int CLASS_BLOCKS = 2;
  private static final int RATIO = 4;

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Model> models = new ArrayList<>();
    for (int patch : new int[] {16, 8}) {
      add(models, "nano_12", new CrossCovarianceTransformer(patch, 128, 12, 4, 1, false));
      add(models, "tiny_12", new CrossCovarianceTransformer(patch, 192, 12, 4, 1, true));
      add(models, "small_12", new CrossCovarianceTransformer(patch, 384, 12, 8, 1, true));
      add(models, "tiny_24", new CrossCovarianceTransformer(patch, 192, 24, 4, 1e-5, true));
      add(models, "small_24", new CrossCovarianceTransformer(patch, 384, 24, 8, 1e-5, true));
      add(models, "medium_24", new CrossCovarianceTransformer(patch, 512, 24, 8, 1e-5, true));
      add(models, "large_24", new CrossCovarianceTransformer(patch, 768, 24, 16, 1e-5, true));
    }
    return models;
  }

  private static void add(List<Model> models, String size, CrossCovarianceTransformer xcit) {
    for (int pixels : new int[] {224, 384}) {
      String name = "xcit_" + size + "_p" + xcit.patch + "_" + pixels;
      models.add(Model.current(name, "xcit", xcit.features, xcit::features));
    }
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers = new TransformerLayers(net, Traits.of(""));
    int side = Patches.inRow(net, patch);
    patches(net);
    net.function("patch_embed.tokens", new PixelTokens(), net.last());
    net.function(
        "pos_embed",
        "pos_embed",
        new FourierPositions(side, features),
        features,
        Map.of(
            "token-projection.weight", TransformerLayers.NARROW,
            "token-projection.bias", Init.ZEROS),
        net.last());
    for (int i = 0; i < depth; i++) {
      block(net, layers, "blocks." + i, side);
    }
    String patches = net.last();
    net.inStateDictAt(
        0, () -> layers.leadingTokens("cls_token", patches, 1, TransformerLayers.NARROW));
    for (int i = 0; i < CLASS_BLOCKS; i++) {
      classBlock(net, layers, "cls_attn_blocks." + i, side * side);
    }
    layers.norm("norm", net.last());
    layers.embedClassToken(false);
  }

  /** Convolutions that halve the image until a pixel is a patch. */
  private void patches(NetworkBuilder net) {
    int halvings = Integer.numberOfTrailingZeros(patch);
    for (int i = 0; i < halvings; i++) {
      String name = "patch_embed.proj." + 2 * i;
      net.conv(name + ".0", features >> (halvings - 1 - i), Kernel.centred(3, 2));
      net.batchNorm(name + ".1");
      if (i < halvings - 1) {
        net.act("patch_embed.proj." + (2 * i + 1), ActivationFunction.GELU);
      }
    }
  }

  private void block(NetworkBuilder net, TransformerLayers layers, String name, int side) {
    String input = net.last();
    int position = net.position();
    String qkv =
        layers.linear(name + ".attn.qkv", layers.norm(name + ".norm1", input), 3 * features, true);
    net.inStateDictAt(
        position + 2,
        () ->
            net.function(
                name + ".attn",
                name + ".attn",
                new CrossCovariance(heads, features),
                features,
                Map.of("temperature", Init.ONES),
                qkv));
    String attended = layers.linear(name + ".attn.proj", net.last(), features, true);
    net.inStateDictAt(position, () -> scaled(net, layers, name + ".gamma1", attended));
    String first = net.add(name + ".add1", input, net.last());
    String mixed = neighbours(net, layers, name, first, side);
    net.inStateDictAt(position + 1, () -> scaled(net, layers, name + ".gamma3", mixed));
    String second = net.add(name + ".add3", first, net.last());
    String mapped =
        layers.mlp(name + ".mlp", layers.norm(name + ".norm2", second), RATIO * features);
    net.inStateDictAt(position + 2, () -> scaled(net, layers, name + ".gamma2", mapped));
    net.add(name + ".add2", second, net.last());
  }

  private String neighbours(
      NetworkBuilder net, TransformerLayers layers, String name, String from, int side) {
    String normed = layers.norm(name + ".norm3", from);
    net.function(name + ".local_mp.map", new TokenImage(side, side), normed);
    Kernel window = Kernel.centred(3, 1);
    net.conv(name + ".local_mp.conv1", net.last(), features, window, features, true);
    net.act(name + ".local_mp.act", ActivationFunction.GELU);
    net.batchNorm(name + ".local_mp.bn");
    net.conv(name + ".local_mp.conv2", net.last(), features, window, features, true);
    return net.function(name + ".local_mp.tokens", new PixelTokens(), net.last());
  }

  private String scaled(NetworkBuilder net, TransformerLayers layers, String name, String from) {
    return layers.whole(
        name, new LayerScale(net.channels(from)), from, Init.constant((float) factor));
  }

  /** The class token attends to all; the others are added to themselves. */
  private void classBlock(NetworkBuilder net, TransformerLayers layers, String name, int patches) {
    String input = net.last();
    int position = net.position();
    String normed = layers.norm(name + ".norm1", input);
    String attended = classAttention(net, layers, name + ".attn", normed);
    String heard =
        join(net, name + ".heard", attended, others(net, name + ".normed", normed, patches));
    net.inStateDictAt(position, () -> scaled(net, layers, name + ".gamma1", heard));
    String middle = net.add(name + ".add1", input, net.last());
    String output =
        normalisesAll
            ? layers.norm(name + ".norm2", middle)
            : join(
                net,
                name + ".middle",
                layers.norm(name + ".norm2", first(net, name + ".first", middle)),
                others(net, name + ".rest", middle, patches));
    String token = first(net, name + ".token", output);
    String mapped = layers.mlp(name + ".mlp", token, RATIO * features);
    net.inStateDictAt(position + 1, () -> scaled(net, layers, name + ".gamma2", mapped));
    String both =
        join(net, name + ".tokens", net.last(), others(net, name + ".others", output, patches));
    net.add(name + ".add2", output, both);
  }

  private String classAttention(
      NetworkBuilder net, TransformerLayers layers, String name, String from) {
    String query = layers.linear(name + ".q", first(net, name + ".token", from), features, true);
    String keys = layers.linear(name + ".k", from, features, true);
    String values = layers.linear(name + ".v", from, features, true);
    String attended =
        net.function(
            name + ".heads",
            name,
            new Attention(heads, features, 0, 1),
            features,
            Map.of(),
            query,
            keys,
            values);
    return layers.linear(name + ".proj", attended, features, true);
  }

  private static String first(NetworkBuilder net, String name, String from) {
    return net.function(name, new TokenRange(0, 1), from);
  }

  private static String others(NetworkBuilder net, String name, String from, int patches) {
    return net.function(name, new TokenRange(1, patches), from);
  }

  private static String join(NetworkBuilder net, String name, String first, String others) {
    int width = net.channels(first);
    return net.function(name, name, new LeadingConcatenation(1), width, Map.of(), first, others);
  }
}
