package io.dmyt.backbone;

import io.dmyt.backbone.layer.CrossAttention;
import io.dmyt.backbone.layer.DistilledToken;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.Gelu;
import io.dmyt.backbone.layer.LayerNormalization;
import io.dmyt.backbone.layer.LayerScale;
import io.dmyt.backbone.layer.LeadingPair;
import io.dmyt.backbone.layer.LeadingTokens;
import io.dmyt.backbone.layer.LearnedTokens;
import io.dmyt.backbone.layer.Linear;
import io.dmyt.backbone.layer.PositionEmbedding;
import io.dmyt.backbone.layer.QuickGelu;
import io.dmyt.backbone.layer.Silu;
import io.dmyt.backbone.layer.SwiGlu;
import io.dmyt.backbone.layer.TanhGelu;
import io.dmyt.backbone.layer.TokenSelection;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes what vision transformers are made of, under timm's names. Tokens are [batch, tokens,
 * features]; a vertex's channels are its features.
 */
final class TransformerLayers {
  /** Truncated at 2 in timm, which is a hundred deviations away. */
  static final Init NARROW = Init.normal(0.02);

  private final NetworkBuilder net;
  private final Traits traits;
  private final Function<long[], Init> weights;
  private final Function<long[], Init> biases;
  private int leading;
  private int side;

  TransformerLayers(NetworkBuilder net, Traits traits) {
    this(net, traits, shape -> NARROW, shape -> Init.ZEROS);
  }

  /**
   * @param weights how those of linear maps are drawn from their shape
   * @param biases the same of biases, from the weights' shape
   */
  TransformerLayers(
      NetworkBuilder net,
      Traits traits,
      Function<long[], Init> weights,
      Function<long[], Init> biases) {
    this.net = net;
    this.traits = traits;
    this.weights = weights;
    this.biases = biases;
    net.initialiseClassifier(weights, biases);
    Init.OfConvolution byDefault = (shape, groups) -> Init.pytorchDefault(shape);
    net.initialiseConvolutions(byDefault, byDefault);
  }

  /**
   * The map that rotary positions are those of.
   *
   * @param leading tokens before it
   * @param side its height and width in tokens
   */
  void rotate(int leading, int side) {
    this.leading = leading;
    this.side = side;
  }

  /** A linear map of the features. */
  String linear(String name, String from, int out, boolean biased) {
    long[] shape = {out, net.channels(from)};
    Map<String, Init> inits = Map.of("weight", weights.apply(shape), "bias", biases.apply(shape));
    Linear vertex = new Linear(net.channels(from), out, biased);
    return net.function(name, name, vertex, out, inits, from);
  }

  /** Layer normalisation of the features. */
  String norm(String name, String from) {
    return norm(name, name, from);
  }

  /**
   * Layer normalisation of the features.
   *
   * @param prefix of its parameters
   */
  String norm(String name, String prefix, String from) {
    int features = net.channels(from);
    return net.function(
        name,
        prefix,
        new LayerNormalization(features, traits.eps()),
        features,
        Map.of("weight", Init.ONES, "bias", Init.ZEROS),
        from);
  }

  /** Learned tokens before all others. */
  String leadingTokens(String name, String from, int count, Init init) {
    return whole(name, new LeadingTokens(count, net.channels(from)), from, init);
  }

  /** What is learned of each position. */
  String positions(String name, String from, int tokens) {
    return whole(name, new PositionEmbedding(tokens, net.channels(from)), from, NARROW);
  }

  /** A vertex whose only parameter has its name in the state dict. */
  String whole(String name, FunctionVertex vertex, String from, Init init) {
    return net.function(
        name, name, vertex, net.channels(from), Map.of(FunctionVertex.WHOLE, init), from);
  }

  /** Multi-head self-attention with a projection behind it. */
  String attention(String name, String from, int heads) {
    return new AttentionLayers(net, traits, this, leading, side).write(name, from, heads);
  }

  /** Two linear maps with an activation function between; half as many features for a gate. */
  String mlp(String name, String from, int hidden) {
    if (traits.has(Trait.SPLIT_SWIGLU)) {
      String gates = linear(name + ".fc1_g", from, hidden, true);
      String values = linear(name + ".fc1_x", from, hidden, true);
      String open = net.function(name + ".act", new Silu(), gates);
      String gated = net.multiply(name + ".gated", open, values);
      if (traits.has(Trait.MLP_NORM)) {
        gated = norm(name + ".norm", gated);
      }
      return linear(name + ".fc2", gated, net.channels(from), true);
    }
    String wide = linear(name + ".fc1", from, hidden, true);
    String act = activation(name + ".act", wide);
    return linear(name + ".fc2", act, net.channels(from), true);
  }

  private String activation(String name, String from) {
    if (traits.has(Trait.SWIGLU)) {
      int half = net.channels(from) / 2;
      return net.function(name, name, new SwiGlu(half), half, Map.of(), from);
    }
    FunctionVertex act =
        traits.has(Trait.QUICK_GELU)
            ? new QuickGelu()
            : traits.has(Trait.TANH_GELU) ? new TanhGelu() : new Gelu();
    return net.function(name, act, from);
  }

  /**
   * A transformer's block, normalised before each part.
   *
   * @param hidden features within the MLP
   */
  String block(String name, int heads, int hidden) {
    String input = net.last();
    if (traits.has(Trait.POST_NORM)) {
      return postNormed(name, input, attention(name + ".attn", input, heads), hidden);
    }
    int position = net.position();
    String normed = norm(name + ".norm1", input);
    String attended = attention(name + ".attn", normed, heads);
    return traits.has(Trait.GAMMA)
        ? restByGamma(name, position, input, attended, hidden)
        : rest(name, input, scaled(name + ".ls1.gamma", attended), hidden);
  }

  /**
   * What a block has behind its attention if each part is normalised before it is added.
   *
   * @param hidden features within the MLP
   */
  String postNormed(String name, String input, String attended, int hidden) {
    String middle = net.add(name + ".add1", input, norm(name + ".norm1", attended));
    String mapped = mlp(name + ".mlp", middle, hidden);
    return net.add(name + ".add2", middle, norm(name + ".norm2", mapped));
  }

  /**
   * What a block has behind its attention, with learned factors that stand before the rest of the
   * block in the state dict.
   *
   * @param position where the block begins there
   * @param hidden features within the MLP
   */
  String restByGamma(String name, int position, String input, String attended, int hidden) {
    net.inStateDictAt(position, () -> factors(name + ".gamma_1", attended, Trait.GAMMA));
    String middle = net.add(name + ".add1", input, net.last());
    String mapped = mlp(name + ".mlp", norm(name + ".norm2", middle), hidden);
    net.inStateDictAt(position + 1, () -> factors(name + ".gamma_2", mapped, Trait.GAMMA));
    return net.add(name + ".add2", middle, net.last());
  }

  /** The features times learned factors, if the network has such. */
  private String scaled(String name, String from) {
    return traits.has(Trait.LAYER_SCALE) ? factors(name, from, Trait.LAYER_SCALE) : from;
  }

  private String factors(String name, String from, Trait start) {
    LayerScale vertex = new LayerScale(net.channels(from));
    return whole(name, vertex, from, Init.constant((float) traits.number(start)));
  }

  /**
   * What a block has behind its attention: the residual sum, and the MLP with another.
   *
   * @param hidden features within the MLP
   */
  String rest(String name, String input, String attended, int hidden) {
    String middle = net.add(name + ".add1", input, attended);
    String mapped = mlp(name + ".mlp", norm(name + ".norm2", middle), hidden);
    return net.add(name + ".add2", middle, scaled(name + ".ls2.gamma", mapped));
  }

  /**
   * What a learned query attends to, and an MLP behind it.
   *
   * @param pooled the name of the result
   * @param name the prefix of the parameters
   * @param hidden features within the MLP
   */
  String attentionPool(String pooled, String name, int heads, int hidden) {
    String tokens = net.last();
    int features = net.channels(tokens);
    String latent = name + ".latent";
    Init init = Init.normal(1 / Math.sqrt(features));
    whole(latent, new LearnedTokens(1, features), tokens, init);
    String query = linear(name + ".q", latent, features, true);
    String others = linear(name + ".kv", tokens, 2 * features, true);
    String attended =
        net.function(
            name + ".heads",
            name,
            new CrossAttention(heads, features),
            features,
            Map.of(),
            query,
            others);
    String projected = linear(name + ".proj", attended, features, true);
    String mapped = mlp(name + ".mlp", norm(name + ".norm", projected), hidden);
    String sum = net.add(name + ".add", projected, mapped);
    return net.function(pooled, new TokenSelection(0), sum);
  }

  /**
   * The class token as the embedding. With a classifier, a distilled network has both of its
   * leading tokens there.
   *
   * @param distilled whether there is a distillation token behind it
   */
  String embedClassToken(boolean distilled) {
    if (distilled && net.classes() > 0) {
      String tokens = net.last();
      int size = 2 * net.channels(tokens);
      String name = NetworkBuilder.EMBEDDING;
      return net.function(name, name, new LeadingPair(), size, Map.of(), tokens);
    }
    return net.function(
        NetworkBuilder.EMBEDDING,
        distilled ? new DistilledToken() : new TokenSelection(0),
        net.last());
  }
}
