package io.dmyt.backbone;

import io.dmyt.hub.TimmCatalogue;
import io.dmyt.hub.TimmWeights;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A known network: what it is, and how to build everything up to its last feature map.
 *
 * @param spec what it is
 * @param features writes the layers up to the last feature map, whose channels are as many as the
 *     embedding is long
 * @param naming what tensors are called here that published weights have under other names
 */
public record Model(BackboneSpec spec, Consumer<NetworkBuilder> features, Naming naming) {

  /** What a network's tensors are called. */
  @FunctionalInterface
  public interface Naming {
    /**
     * The network's name of a tensor in a file, or none for one that it does without.
     *
     * @param name in the file
     * @param all names in the file
     */
    Optional<String> timmName(String name, Set<String> all);
  }

  /** A network whose published weights have timm's names. */
  public Model(BackboneSpec spec, Consumer<NetworkBuilder> features) {
    this(spec, features, (name, all) -> Optional.of(name));
  }

  /**
   * A model of timm 0.4.9, whose sizes are its catalogue's.
   *
   * @param features builds the layers, ending with the last feature map or with {@link
   *     NetworkBuilder#EMBEDDING}
   * @throws IllegalArgumentException if timm 0.4.9 has none of that name
   */
  static Model timm(String name, String family, Consumer<NetworkBuilder> features) {
    TimmCatalogue.Entry entry =
        TimmCatalogue.find(name)
            .orElseThrow(() -> new IllegalArgumentException("timm 0.4.9 has no " + name));
    List<String> classifiers = entry.classifiers();
    return new Model(
        new BackboneSpec(
            name,
            family,
            entry.imageSize(),
            entry.features(),
            classifiers.get(classifiers.get(0).equals("pre_logits.fc") ? 1 : 0),
            1e-5),
        features);
  }

  /**
   * A model of timm 1.0.29.
   *
   * @param architecture its name without tag
   * @param embeddingSize number of features
   * @param features builds the layers, ending with the last feature map or with {@link
   *     NetworkBuilder#EMBEDDING}, for images of the builder's size
   * @throws IllegalArgumentException if timm 1.0.29 has no weights of that architecture
   */
  static Model current(
      String architecture, String family, int embeddingSize, Consumer<NetworkBuilder> features) {
    TimmWeights.Entry weights =
        TimmWeights.find(architecture)
            .orElseThrow(
                () ->
                    new IllegalArgumentException("timm 1.0.29 has no weights of " + architecture));
    BackboneSpec spec =
        new BackboneSpec(
            architecture,
            family,
            weights.imageSize(),
            embeddingSize,
            weights.classifiers().get(0),
            1e-5);
    return new Model(spec, features);
  }

  /** The same model by the name of one of its sets of weights, for images as that takes them. */
  Model with(TimmWeights.Entry weights) {
    BackboneSpec other =
        new BackboneSpec(
            weights.name(),
            spec.family(),
            weights.imageSize(),
            spec.embeddingSize(),
            weights.classifiers().get(0),
            spec.batchNormEps());
    return new Model(other, features, naming);
  }

  /** The same model with another constant added to the variances of its batch normalisations. */
  Model eps(double eps) {
    BackboneSpec other =
        new BackboneSpec(
            spec.name(),
            spec.family(),
            spec.imageSize(),
            spec.embeddingSize(),
            spec.classifier(),
            eps);
    return new Model(other, features, naming);
  }

  /** The same model, for weights that were published with some tensors under other names. */
  Model named(Function<String, Optional<String>> timmName) {
    return renamed((name, all) -> timmName.apply(name));
  }

  /** The same, where a name's meaning depends on the file's others. */
  Model renamed(Naming other) {
    return new Model(spec, features, other);
  }

  /** The network's name of a tensor in a file that has such tensors. */
  Optional<String> timmName(String name, Set<String> all) {
    return naming.timmName(name, all);
  }
}
