package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.backbone.layer.Normalization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;

/**
 * What an optimiser wants to know of a network's trained parameters, by their names in the state
 * dict.
 */
public final class ParameterTraits {
  /** What timm's networks name in {@code no_weight_decay}, and biases that are no vectors. */
  private static final Set<String> UNDECAYED =
      Set.of(
          "bias",
          "cls_token",
          "dist_token",
          "reg_token",
          "pos_embed",
          "relative_position_bias_table");

  private final Backbone backbone;

  /** Of a network. */
  public ParameterTraits(Backbone backbone) {
    this.backbone = backbone;
  }

  /** The names of all parameters that gradients train, in the state dict's order. */
  public List<String> names() {
    return backbone.parameters().stream()
        .filter(p -> p.kind() == Kind.TRAINABLE)
        .map(NamedParameter::name)
        .toList();
  }

  /**
   * Where a parameter's values lie in the graph's flat parameters: in one place, or in one for each
   * group of a convolution. The two classifiers of a distilled transformer are in one place.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public List<FlatRange> ranges(String name) {
    return backbone.binding(name).ranges(backbone.graph());
  }

  /**
   * Whether a parameter is the scale or the shift of a layer that normalises: batch norm, layer
   * norm, group norm.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public boolean isOfNormalization(String name) {
    return backbone.binding(name).vertices().stream()
        .map(vertex -> backbone.graph().getConfiguration().getVertices().get(vertex))
        .anyMatch(
            vertex ->
                vertex instanceof Normalization
                    || (vertex instanceof LayerVertex layer
                        && layer.getLayerConf().getLayer() instanceof BatchNormalization));
  }

  /** Whether a parameter is the classifier's. */
  public boolean isOfClassifier(String name) {
    return backbone.classes() > 0 && Classifier.owns(backbone.spec(), name);
  }

  /**
   * Whether a parameter has weight decay by timm's rule: not if it is a vector, a bias, or one of
   * the tokens and tables of positions that timm's networks exempt.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public boolean decays(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return backbone.parameter(name).shape().length > 1 && !UNDECAYED.contains(last);
  }

  /**
   * How deep in the network each parameter is, in timm's order: 0 for the embedding or stem, then
   * block by block, the head last.
   *
   * @throws IllegalArgumentException if the order of this network's layers is not known
   */
  public Map<String, Integer> depths() {
    return LayerOrder.depths(backbone.spec().name(), names());
  }
}
