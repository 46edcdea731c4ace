package io.dmyt.backbone;

import io.dmyt.backbone.layer.DistilledToken;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.Gelu;
import io.dmyt.backbone.layer.LayerNormalization;
import io.dmyt.backbone.layer.LeadingTokens;
import io.dmyt.backbone.layer.Linear;
import io.dmyt.backbone.layer.PositionEmbedding;
import io.dmyt.backbone.layer.SelfAttention;
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
  private final double eps;
  private final Function<long[], Init> weights;
  private final Function<long[], Init> biases;

  /**
   * @param eps added to the variance by layer normalisations
   */
  TransformerLayers(NetworkBuilder net, double eps) {
    this(net, eps, shape -> NARROW, shape -> Init.ZEROS);
  }

  /**
   * @param weights how those of linear maps are drawn from their shape
   * @param biases the same of biases, from the weights' shape
   */
  TransformerLayers(
      NetworkBuilder net,
      double eps,
      Function<long[], Init> weights,
      Function<long[], Init> biases) {
    this.net = net;
    this.eps = eps;
    this.weights = weights;
    this.biases = biases;
    net.initialiseClassifier(weights, biases);
    Init.OfConvolution byDefault = (shape, groups) -> Init.pytorchDefault(shape);
    net.initialiseConvolutions(byDefault, byDefault);
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
    int features = net.channels(from);
    return net.function(
        name,
        name,
        new LayerNormalization(features, eps),
        features,
        Map.of("weight", Init.ONES, "bias", Init.ZEROS),
        from);
  }

  /** Learned tokens before all others. */
  String leadingTokens(String name, String from, int count) {
    return whole(name, new LeadingTokens(count, net.channels(from)), from);
  }

  /** What is learned of each position. */
  String positions(String name, String from, int tokens) {
    return whole(name, new PositionEmbedding(tokens, net.channels(from)), from);
  }

  /** A vertex whose only parameter has its name in the state dict. */
  String whole(String name, FunctionVertex vertex, String from) {
    return net.function(
        name, name, vertex, net.channels(from), Map.of(FunctionVertex.WHOLE, NARROW), from);
  }

  /** Multi-head self-attention with a projection behind it. */
  String attention(String name, String from, int heads, boolean biased) {
    int features = net.channels(from);
    String qkv = linear(name + ".qkv", from, 3 * features, biased);
    String attended =
        net.function(
            name + ".heads", name, new SelfAttention(heads, features), features, Map.of(), qkv);
    return linear(name + ".proj", attended, features, true);
  }

  /** Two linear maps, with GELU between. */
  String mlp(String name, String from, int hidden) {
    String wide = linear(name + ".fc1", from, hidden, true);
    String act = net.function(name + ".act", new Gelu(), wide);
    return linear(name + ".fc2", act, net.channels(from), true);
  }

  /**
   * A transformer's block, normalised before each part.
   *
   * @param hidden features within the MLP
   * @param biased whether queries, keys and values have biases
   */
  String block(String name, int heads, int hidden, boolean biased) {
    String input = net.last();
    String normed = norm(name + ".norm1", input);
    String attended = attention(name + ".attn", normed, heads, biased);
    return rest(name, input, attended, hidden);
  }

  /**
   * What a block has behind its attention: the residual sum, and the MLP with another.
   *
   * @param hidden features within the MLP
   */
  String rest(String name, String input, String attended, int hidden) {
    String middle = net.add(name + ".add1", input, attended);
    String mapped = mlp(name + ".mlp", norm(name + ".norm2", middle), hidden);
    return net.add(name + ".add2", middle, mapped);
  }

  /**
   * The class token as the embedding.
   *
   * @param distilled whether there is a distillation token behind it
   */
  String embedClassToken(boolean distilled) {
    return net.function(
        NetworkBuilder.EMBEDDING,
        distilled ? new DistilledToken() : new TokenSelection(0),
        net.last());
  }
}
