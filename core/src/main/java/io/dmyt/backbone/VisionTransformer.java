package io.dmyt.backbone;

import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.TokenMean;
import io.dmyt.backbone.layer.TokenRange;
import io.dmyt.backbone.layer.TokenSelection;

/**
 * A vision transformer.
 *
 * <p>Dosovitskiy et al., <i>An Image is Worth 16x16 Words: Transformers for Image Recognition at
 * Scale</i>, ICLR 2021; Touvron et al., <i>Training Data-Efficient Image Transformers &amp;
 * Distillation through Attention</i>, ICML 2021, and <i>DeiT III: Revenge of the ViT</i>, ECCV
 * 2022; Radford et al., <i>Learning Transferable Visual Models From Natural Language
 * Supervision</i> (CLIP), ICML 2021; Zhai et al., <i>Sigmoid Loss for Language Image
 * Pre-Training</i>, ICCV 2023; Oquab et al., <i>DINOv2: Learning Robust Visual Features without
 * Supervision</i>, TMLR 2024; Darcet et al., <i>Vision Transformers Need Registers</i>, ICLR 2024.
 *
 * @param patch height and width in pixels
 * @param hidden features within the MLPs
 * @param traits everything else
 */
record VisionTransformer(int patch, int features, int depth, int heads, int hidden, Traits traits) {
  private static final Init TINY = Init.normal(1e-6);

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    features(net, patch);
  }

  /**
   * The same on a map that another network has made of the images.
   *
   * @param kernel height and width of a patch in the map
   */
  void features(NetworkBuilder net, int kernel) {
    TransformerLayers layers = new TransformerLayers(net, traits);
    int side = Patches.inRow(net, patch);
    boolean preNorm = traits.has(Trait.PRE_NORM);
    net.conv("patch_embed.proj", net.last(), features, Kernel.of(kernel, kernel, 0), 1, !preNorm);
    embed(net, layers, side * side);
    if (preNorm) {
      layers.norm("norm_pre", net.last());
    }
    if (traits.has(Trait.ROPE)) {
      layers.rotate(leading(), side);
    }
    for (int i = 0; i < depth; i++) {
      layers.block("blocks." + i, heads, hidden);
    }
    if (!traits.has(Trait.NORM_AFTER_POOL) && !traits.has(Trait.NO_NORM)) {
      layers.norm("norm", net.last());
    }
    pool(net, layers, side * side);
    if (traits.has(Trait.UNIT_LENGTH)) {
      net.unitLength(NetworkBuilder.EMBEDDING, net.last());
    }
  }

  /** Tokens and positions stand first in the state dict, the class token before the registers. */
  private void embed(NetworkBuilder net, TransformerLayers layers, int patches) {
    String tokens = net.function("patch_embed.tokens", new PixelTokens(), net.last());
    boolean ofPatches = traits.has(Trait.PATCH_POSITIONS);
    boolean none = traits.has(Trait.NO_POSITIONS);
    if (ofPatches && !none) {
      net.inStateDictAt(0, () -> layers.positions("pos_embed", tokens, patches));
    }
    int parameters = net.position();
    if (distilled()) {
      leading(net, layers, "dist_token", 1, TransformerLayers.NARROW);
    }
    if (registers() > 0) {
      leading(net, layers, "reg_token", registers(), TINY);
    }
    if (classToken()) {
      leading(net, layers, "cls_token", 1, old() ? TransformerLayers.NARROW : TINY);
    }
    if (!ofPatches && !none) {
      int before = distilled() && !old() ? 1 : net.position() - parameters;
      int all = patches + leading();
      net.inStateDictAt(before, () -> layers.positions("pos_embed", net.last(), all));
    }
  }

  private static void leading(
      NetworkBuilder net, TransformerLayers layers, String name, int count, Init init) {
    String others = net.last();
    net.inStateDictAt(0, () -> layers.leadingTokens(name, others, count, init));
  }

  private void pool(NetworkBuilder net, TransformerLayers layers, int patches) {
    if (traits.has(Trait.ATTENTION_POOL)) {
      if (!traits.has(Trait.POOL_ALL)) {
        patches(net, patches);
      }
      int own = (int) traits.number(Trait.POOL_HEADS);
      layers.attentionPool(
          target(), "attn_pool", own == 0 ? heads : own, own == 0 ? hidden : 4 * features);
    } else if (traits.has(Trait.NORM_AFTER_POOL)) {
      String pooled = traits.has(Trait.MEAN) ? mean(net, patches, "pooled") : first(net, "pooled");
      layers.norm(target(), "fc_norm", pooled);
    } else if (distilled() && (old() || net.classes() > 0)) {
      layers.embedClassToken(true);
    } else if (distilled()) {
      net.function("tokens", new TokenRange(0, 2), net.last());
      net.function(target(), new TokenMean(), net.last());
    } else if (traits.has(Trait.MEAN)) {
      mean(net, patches, target());
    } else {
      first(net, target());
    }
  }

  private String mean(NetworkBuilder net, int patches, String name) {
    patches(net, patches);
    return net.function(name, new TokenMean(), net.last());
  }

  private static String first(NetworkBuilder net, String name) {
    return net.function(name, new TokenSelection(0), net.last());
  }

  private void patches(NetworkBuilder net, int patches) {
    if (leading() > 0) {
      net.function("patches", new TokenRange(leading(), patches), net.last());
    }
  }

  /** The name of the pooled features. */
  private String target() {
    return traits.has(Trait.UNIT_LENGTH) ? "features" : NetworkBuilder.EMBEDDING;
  }

  private boolean distilled() {
    return traits.has(Trait.DISTILLED);
  }

  private boolean old() {
    return traits.has(Trait.V0_4_9);
  }

  private boolean classToken() {
    return !traits.has(Trait.NO_CLASS_TOKEN);
  }

  private int registers() {
    return (int) traits.number(Trait.REGISTERS);
  }

  /** Tokens before the patches. */
  private int leading() {
    return (classToken() ? 1 : 0) + (distilled() ? 1 : 0) + registers();
  }
}
