package io.dmyt.backbone;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.hub.PublishedWeights;
import io.dmyt.hub.RemoteFile;
import io.dmyt.hub.TimmCatalogue;
import io.dmyt.hub.TimmWeights;
import io.dmyt.internal.Extensions;
import io.dmyt.internal.Suggestions;
import io.dmyt.internal.Text;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The known networks, by timm's names. A name that timm 0.4.9 has means the network that it is
 * there. Other names are those of timm 1.0.29, and so are all with a tag, such as {@code
 * vit_base_patch16_224.augreg_in21k_ft_in1k}. Where timm has renamed a network, the old name leads
 * to the new one. The networks of published detectors are known by name too, and not listed.
 *
 * <pre>{@code
 * Backbone backbone = Backbones.create("xception");
 * INDArray embeddings = backbone.embed(images);
 * }</pre>
 */
public final class Backbones {
  /** How many names are suggested in the place of an unknown one. */
  private static final int CLOSEST = 5;

  private static final Map<String, Model> MODELS = new LinkedHashMap<>();

  /**
   * Those of timm 1.0.29, by their architectures' names; some of MODELS' names mean others here.
   */
  private static final Map<String, Model> CURRENT = new LinkedHashMap<>();

  /** Those of published detectors, which are no networks to begin with, and so aren't listed. */
  private static final Map<String, Model> DETECTORS = new LinkedHashMap<>();

  /** Networks of MODELS that are others in timm 1.0.29, and not here as they are there. */
  private static final Set<String> CHANGED = Set.of("tnt_s_patch16_224");

  private static final Map<String, Cost> COSTS = new ConcurrentHashMap<>();

  /** What an embedding network has and does: trainable values, multiply-adds per image. */
  record Cost(long parameters, long multiplyAdds) {}

  static {
    Families.models().forEach(model -> MODELS.put(model.spec().name(), model));
    Families.current().forEach(model -> CURRENT.put(model.spec().name(), model));
    DetectorNetworks.models().forEach(model -> DETECTORS.put(model.spec().name(), model));
  }

  private Backbones() {}

  /** The known names, family by family, those of any {@link BackboneFamily} last. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(models().keySet());
  }

  /** Whether there is a network of that name, with or without a tag. */
  public static boolean knows(String name) {
    return find(name).isPresent();
  }

  /** Those of timm 1.0.29, under their architectures' names. */
  static Collection<Model> current() {
    return CURRENT.values();
  }

  /** The names with tags: sets of weights of timm 1.0.29 whose networks are here. */
  public static List<String> taggedNames() {
    return TimmWeights.entries().keySet().stream().filter(Backbones::knows).toList();
  }

  /** The networks of this library and all others, by name; those with tags are left out. */
  static Map<String, Model> models() {
    Map<String, Model> models = new LinkedHashMap<>(MODELS);
    CURRENT.forEach(models::putIfAbsent);
    for (BackboneFamily family : Extensions.of(BackboneFamily.class)) {
      family.models().forEach(model -> models.putIfAbsent(model.spec().name(), model));
    }
    return models;
  }

  /**
   * What is known of a network before it is built.
   *
   * @throws IllegalArgumentException if there is none of that name; the message has the closest
   *     five
   */
  public static BackboneSpec spec(String name) {
    return model(name).spec();
  }

  /**
   * Where the ImageNet weights are that timm takes for that name, if any are published.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Optional<RemoteFile> publishedWeights(String name) {
    return PublishedWeights.of(model(name).spec().name());
  }

  /** An embedding network with random weights and otherwise {@link BackboneOptions#defaults()}. */
  public static Backbone create(String name) {
    return create(name, BackboneOptions.defaults());
  }

  /**
   * A new network.
   *
   * @throws IllegalArgumentException if there is none of that name, or the images are of a size
   *     that it can't take
   */
  public static Backbone create(String name, BackboneOptions options) {
    Model model = model(name);
    int own = model.spec().imageSize();
    int size = options.imageSize() == 0 ? own : options.imageSize();
    Architecture architecture = Architecture.of(model, options);
    architecture.sizes(size);
    return new Backbone(architecture, architecture.create(options));
  }

  /**
   * The network of a state dict, with the classifier that it has there, if any; loaded as {@link
   * Backbone#load} does.
   *
   * @throws IllegalArgumentException if there is no network of that name, or the state dict is not
   *     that network's
   */
  public static Backbone create(String name, StateDict weights) {
    return create(name, weights, BackboneOptions.defaults());
  }

  /**
   * The same with the options' size of images and length of embeddings.
   *
   * @throws IllegalArgumentException as above, or if the network can't take images of that size
   */
  public static Backbone create(String name, StateDict weights, BackboneOptions wanted) {
    BackboneOptions options =
        wanted
            .withClasses(new StateDictLoader(model(name), weights).classes())
            .withRandomWeights(false);
    return create(name, options).load(weights);
  }

  /**
   * The names of the networks whose state dict this is, whatever its classifier and whatever its
   * names begin with. There may be several: the EfficientNets' differ in nothing that a state dict
   * tells.
   */
  public static List<String> matching(StateDict weights) {
    return NetworkSearch.networks(weights);
  }

  /**
   * Takes up a graph that was created here, for example one restored from a file. It has to be the
   * network in every field of its configuration that bears on what it computes; loss, updater,
   * regularisation and seed may be others.
   *
   * @throws IllegalArgumentException if there is no network of that name, or the graph is not that
   *     network; the message says where they differ
   */
  public static Backbone attach(String name, ComputationGraph graph) {
    Model model = model(name);
    int classes = Attachment.classes(model.spec(), graph);
    BackboneOptions options =
        BackboneOptions.defaults()
            .withClasses(classes)
            .withUnitLength(Attachment.unitLength(graph).isPresent())
            .withDataType(graph.getConfiguration().getDataType());
    Architecture architecture = Architecture.of(model, options);
    Attachment.check(architecture, graph);
    return new Backbone(architecture, graph);
  }

  static Cost cost(String name) {
    return COSTS.computeIfAbsent(
        name,
        key -> {
          Model model = model(key);
          Architecture architecture = Architecture.of(model, BackboneOptions.defaults());
          return new Cost(
              architecture.trainableValues(),
              architecture.sizes(model.spec().imageSize()).multiplyAdds());
        });
  }

  static Model model(String name) {
    return find(name)
        .orElseThrow(
            () -> {
              List<String> closest = Suggestions.closest(name, names(), CLOSEST);
              String others = String.join(", ", closest.subList(1, closest.size()));
              boolean timms =
                  TimmWeights.find(name).isPresent() || TimmCatalogue.find(name).isPresent();
              return new IllegalArgumentException(
                  Text.format(
                      timms
                          ? "\"%s\" is a model of timm that is not here yet; the nearest here is %s."
                              + " Also close: %s"
                          : "unknown model \"%s\"; did you mean %s? Also close: %s",
                      name,
                      closest.get(0),
                      others));
            });
  }

  private static Optional<Model> find(String name) {
    Model model = MODELS.get(name);
    if (model != null) {
      return Optional.of(model);
    }
    return Optional.ofNullable(models().get(name))
        .or(() -> Optional.ofNullable(DETECTORS.get(name)))
        .or(() -> tagged(name))
        .or(() -> TimmWeights.currentName(name).flatMap(Backbones::tagged));
  }

  /** Networks that timm has not changed since are those of 0.4.9. */
  private static Optional<Model> tagged(String name) {
    String architecture = TimmWeights.architecture(name);
    return Optional.ofNullable(CURRENT.get(architecture))
        .or(() -> Optional.ofNullable(MODELS.get(architecture)))
        .filter(model -> !CHANGED.contains(architecture))
        .flatMap(model -> TimmWeights.find(name).map(model::with));
  }
}
