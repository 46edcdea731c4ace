package io.dmyt.backbone;

import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenMean;
import io.dmyt.backbone.layer.TokenTranspose;
import io.dmyt.hub.TimmWeights;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * MLP-Mixer: one MLP over the tokens and one over the features in turns.
 *
 * <p>Tolstikhin et al., <i>MLP-Mixer: An all-MLP Architecture for Vision</i>, NeurIPS 2021.
 *
 * @param patch height and width in pixels
 */
record MlpMixer(int patch, int features, int depth) {
  private static final int IMAGE_SIZE = 224;

  static List<Model> current() {
    return Stream.of(
            model("mixer_s32_224", new MlpMixer(32, 512, 8)),
            model("mixer_s16_224", new MlpMixer(16, 512, 8)),
            model("mixer_b32_224", new MlpMixer(32, 768, 12)),
            model("mixer_b16_224", new MlpMixer(16, 768, 12)),
            model("mixer_l32_224", new MlpMixer(32, 1024, 24)),
            model("mixer_l16_224", new MlpMixer(16, 1024, 24)))
        .toList();
  }

  /** Weights of two of them alone are published. */
  private static Model model(String name, MlpMixer mixer) {
    if (TimmWeights.find(name).isPresent()) {
      return Model.current(name, "mixer", mixer.features, mixer::features);
    }
    BackboneSpec spec = new BackboneSpec(name, "mixer", IMAGE_SIZE, mixer.features, "head", 1e-5);
    return new Model(spec, mixer::features);
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers layers = new TransformerLayers(net, Traits.of(""));
    int side = Patches.inRow(net, patch);
    net.biasedConv("stem.proj", net.last(), features, Kernel.of(patch, patch, 0));
    net.function("stem.tokens", new PixelTokens(), net.last());
    for (int i = 0; i < depth; i++) {
      block(net, layers, "blocks." + i, side * side);
    }
    layers.norm("norm", net.last());
    net.function(NetworkBuilder.EMBEDDING, new TokenMean(), net.last());
  }

  private void block(NetworkBuilder net, TransformerLayers layers, String name, int tokens) {
    String input = net.last();
    String normed = layers.norm(name + ".norm1", input);
    String turned = transpose(net, name + ".turned", normed, tokens);
    String mixed = layers.mlp(name + ".mlp_tokens", turned, features / 2);
    String back = transpose(net, name + ".back", mixed, features);
    String middle = net.add(name + ".add1", input, back);
    String second = layers.norm(name + ".norm2", middle);
    String mapped = layers.mlp(name + ".mlp_channels", second, 4 * features);
    net.add(name + ".add2", middle, mapped);
  }

  private static String transpose(NetworkBuilder net, String name, String from, int features) {
    return net.function(name, name, new TokenTranspose(), features, Map.of(), from);
  }
}
