package io.dmyt.backbone;

import io.dmyt.backbone.layer.FeatureConcatenation;
import io.dmyt.backbone.layer.PartialBias;
import io.dmyt.backbone.layer.RotaryAngles;
import io.dmyt.backbone.layer.RotaryEmbedding;
import io.dmyt.backbone.layer.SelfAttention;
import io.dmyt.backbone.layer.TalkingHeads;
import java.util.Map;

/**
 * Writes multi-head self-attention in all its forms.
 *
 * @param leading tokens before the map that rotary positions are those of
 * @param side the map's height and width in tokens
 */
record AttentionLayers(
    NetworkBuilder net, Traits traits, TransformerLayers layers, int leading, int side) {

  /** With a projection behind it. */
  String write(String name, String from, int heads) {
    int features = net.channels(from);
    String qkv = queriesKeysValues(name, from);
    if (traits.has(Trait.TALKING_HEADS)) {
      return talkingHeads(name, qkv, heads, features);
    }
    if (traits.has(Trait.ROPE)) {
      RotaryEmbedding rotary = new RotaryEmbedding(heads, features, leading, side, angles());
      qkv = net.function(name + ".rope", rotary, qkv);
    }
    String attended =
        net.function(
            name + ".heads", name, new SelfAttention(heads, features), features, Map.of(), qkv);
    if (traits.has(Trait.ATTENTION_NORM)) {
      attended = layers.norm(name + ".norm", attended);
    }
    return layers.linear(name + ".proj", attended, features, true);
  }

  /** The projection stands before the heads' maps in the state dict. */
  private String talkingHeads(String name, String qkv, int heads, int features) {
    int position = net.position();
    Map<String, Init> inits =
        Map.of(
            "proj-l.weight", TransformerLayers.NARROW,
            "proj-l.bias", Init.ZEROS,
            "proj-w.weight", TransformerLayers.NARROW,
            "proj-w.bias", Init.ZEROS);
    String attended =
        net.function(
            name + ".heads", name, new TalkingHeads(heads, features), features, inits, qkv);
    net.inStateDictAt(position, () -> layers.linear(name + ".proj", attended, features, true));
    return net.last();
  }

  private String queriesKeysValues(String name, String from) {
    int features = net.channels(from);
    if (traits.has(Trait.SPLIT_QKV)) {
      return net.function(
          name + ".qkv",
          name,
          new FeatureConcatenation(3),
          3 * features,
          Map.of(),
          layers.linear(name + ".q_proj", from, features, true),
          layers.linear(name + ".k_proj", from, features, false),
          layers.linear(name + ".v_proj", from, features, true));
    }
    if (!traits.has(Trait.NO_KEY_BIAS)) {
      return layers.linear(name + ".qkv", from, 3 * features, !traits.has(Trait.NO_QKV_BIAS));
    }
    int position = net.position();
    String all = layers.linear(name + ".qkv", from, 3 * features, false);
    net.inStateDictAt(
        position,
        () -> {
          String some =
              layers.whole(name + ".q_bias", new PartialBias(features, 3, 0), all, Init.ZEROS);
          layers.whole(name + ".v_bias", new PartialBias(features, 3, 2), some, Init.ZEROS);
        });
    return net.last();
  }

  private RotaryAngles angles() {
    return new RotaryAngles(
        traits.number(Trait.ROPE),
        (int) traits.number(Trait.ROPE_GRID),
        traits.number(Trait.ROPE_OFFSET),
        traits.has(Trait.ROPE_XY),
        traits.has(Trait.ROPE_HALVES));
  }
}
