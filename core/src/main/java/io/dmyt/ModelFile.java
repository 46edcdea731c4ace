package io.dmyt;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.FoundNetwork;
import io.dmyt.backbone.NetworkSearch;
import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.SoundValues;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

// Over 300 lines: one kind of file, half of it javadoc.

/**
 * A network's weights in a file of any format, with what the file says of them: a saved detector,
 * safetensors, or what PyTorch saves.
 *
 * <pre>{@code
 * try (ModelFile model = ModelFile.open(Path.of("detector.zip"))) {
 *   model.write(Path.of("detector.safetensors"));
 * }
 * }</pre>
 *
 * <p>safetensors keep the weights under timm's names, so that {@code load_state_dict} takes them,
 * and say in their metadata what the zip says: under {@code model} timm's name of the network, and
 * under {@code dmyt}, for this library, all of the detector but its optimiser's state and a fitted
 * rule, which {@code strict=True} leaves no place for, with the calibration that rests on that.
 */
public final class ModelFile implements AutoCloseable {
  private static final String ENDING = ".safetensors";
  private static final String MODEL = "model";
  private static final String CLASSES = "classes";
  private static final String CONTENT = "dmyt";
  private static final Set<String> OWN = Set.of("format", MODEL, CLASSES, CONTENT);

  private final StateDict weights;
  private final @Nullable DetectorContent content;
  private final @Nullable DecisionRule rule;
  private final @Nullable FoundNetwork found;

  /**
   * @param content null if nothing is known
   * @param rule the fitted one; null if there is none
   * @param found the network in a file that does not say what it is; null if none was
   */
  private ModelFile(
      StateDict weights,
      @Nullable DetectorContent content,
      @Nullable DecisionRule rule,
      @Nullable FoundNetwork found) {
    this.weights = weights;
    this.content = content;
    this.rule = rule;
    this.found = found;
  }

  /**
   * Opens a file by its content, and in it whichever known network it holds.
   *
   * @see #open(Path, String, String)
   */
  public static ModelFile open(Path file) throws IOException {
    return open(file, null, null);
  }

  /**
   * Opens a file by its content; the weights of a zip are copied, others stay in it. A file that
   * does not say what it is may hold a known network anywhere in it, under any prefix and beside
   * tensors that are not its own; {@link StateDict#origin} then says what was taken off and left
   * out. Where none is known the largest set of named tensors is taken as it is.
   *
   * @param network timm's name of the network that is wanted; null for any. A file that says that
   *     it holds another is opened all the same: see {@link #backbone}
   * @param key which of several networks, or sets of tensors, is wanted; null if there is one
   * @throws IllegalArgumentException if the wanted network is not in it; the line says which is, or
   *     what the closest lacks
   * @throws IOException if it is a detector's file that is damaged or newer than this library
   * @throws io.dmyt.checkpoint.CheckpointException if it can't be read, is none of the formats, or
   *     holds several networks that fit equally well; the line then has the key of each
   */
  public static ModelFile open(Path file, @Nullable String network, @Nullable String key)
      throws IOException {
    if (DetectorFile.isOne(file)) {
      DetectorContent content = DetectorFile.content(file);
      Backbone backbone = DetectorFile.backbone(file, content, false);
      StateDict.Builder copy = StateDict.builder().from(file.toString(), "DL4J (zip)");
      backbone.stateDict().tensors().forEach(copy::put);
      DecisionRule rule = DetectorFile.rule(file, content, backbone.embeddingSize());
      return new ModelFile(copy.build(), content, rule, null);
    }
    Checkpoint checkpoint = Checkpoints.openAll(file);
    try {
      DetectorContent content = content(file, checkpoint.metadata());
      if (content != null && key == null) {
        return of(checkpoint.largest().read(), content);
      }
      Optional<FoundNetwork> found =
          key == null
              ? NetworkSearch.find(checkpoint, network)
              : NetworkSearch.find(checkpoint, network, key);
      if (found.isPresent()) {
        return new ModelFile(found.get().weights(), null, null, found.get());
      }
      if (network != null) {
        throw new IllegalArgumentException(NetworkSearch.faults(checkpoint, network));
      }
      TensorSet set = key == null ? checkpoint.largest() : checkpoint.largest(key);
      // Nobody knows which of an unknown network's tensors are needed.
      set.requireReadable();
      return of(set.read(), null);
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /**
   * Refuses a detector's file whose zip is damaged or not to be trusted, by what its directory
   * shows alone: for a program that wants to know before it loads anything.
   *
   * @throws IOException if there is no such file, or it is refused
   */
  public static void requireSound(Path file) throws IOException {
    if (!isSafeTensors(file)) {
      DetectorFile.requireSound(file);
    }
  }

  private static @Nullable DetectorContent content(Path file, Map<String, String> metadata)
      throws IOException {
    String json = metadata.get(CONTENT);
    if (json != null) {
      return DetectorFile.parse(file, json);
    }
    String model = metadata.get(MODEL);
    return model != null && Backbones.knows(model) ? DetectorContent.ofBackbone(model) : null;
  }

  static ModelFile of(StateDict weights, @Nullable DetectorContent content) {
    return new ModelFile(weights, content, null, null);
  }

  /**
   * Weights under timm's names as those of a detector; closing this closes them.
   *
   * @see #toBackbone
   */
  public static ModelFile ofDetector(StateDict weights, DetectorSpec detector) {
    return of(weights, DetectorContent.of(detector, null, FittedVerdict.NONE));
  }

  /** The same weights, which this file stays in charge of, as a backbone's by timm's name. */
  public ModelFile as(String backbone) {
    return of(weights, DetectorContent.ofBackbone(backbone));
  }

  /**
   * The same weights, which this file stays in charge of, as those of a detector: with the linear
   * classifier among them, under whatever name, if it needs one.
   *
   * @throws IllegalArgumentException if there are several classifiers for as many classes
   */
  public ModelFile as(DetectorSpec detector) {
    int classes = detector.classes().size();
    StateDict needed =
        detector.loss().hasClassifier() && found != null && found.hasHead(classes)
            ? found.weights(classes)
            : weights;
    return of(needed, DetectorContent.of(detector, null, FittedVerdict.NONE));
  }

  /** Whether a file's name makes it one of safetensors. */
  public static boolean isSafeTensors(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(ENDING);
  }

  /** The weights; closed with this. */
  public StateDict weights() {
    return weights;
  }

  /**
   * timm's names of the networks whose weights these are: what the file says, or looks like. There
   * are several where weights can't tell networks apart that compute different things, and none if
   * it is no network known here.
   */
  public List<String> networks() {
    List<String> looks = found == null ? List.of() : found.distinctNetworks();
    return backbone().map(List::of).orElse(looks);
  }

  /**
   * Whether there is a linear classifier for so many classes, under whatever name; one output of a
   * sigmoid decides between two, and its class is the second.
   *
   * @throws IllegalArgumentException if there are several
   */
  public boolean hasClassifier(int classes) {
    boolean own =
        networks().stream()
            .anyMatch(n -> weights.find(Backbones.spec(n).classifier() + ".weight").isPresent());
    return own || (found != null && found.hasHead(classes));
  }

  /** Why no known network was found: which is the closest, and what it lacks; for people. */
  public String closest() {
    return NetworkSearch.faults(weights);
  }

  /** What looks like a head among what was left out, for people; empty if nothing does. */
  public List<String> foreignHeads() {
    return found == null ? List.of() : found.headParts();
  }

  /** timm's name of the network, if the file says it. */
  public Optional<String> backbone() {
    return Optional.ofNullable(content).map(DetectorContent::model);
  }

  /** What the detector is, if the file is one's. */
  public Optional<DetectorSpec> detector() {
    return Optional.ofNullable(content).map(DetectorContent::detector);
  }

  /**
   * Whether it is a detector with a fitted rule, such as an SVM: safetensors have no place for
   * that, so that one written from it has neither rule nor calibration.
   */
  public boolean hasFittedRule() {
    return rule != null;
  }

  /** All that the file says; null if nothing. */
  @Nullable DetectorContent content() {
    return content;
  }

  /**
   * The network with these weights, and the classifier that is among them, if any.
   *
   * @throws IllegalArgumentException if the file does not say which network it is of, or the
   *     weights are not that network's, or not the detector's
   * @throws io.dmyt.checkpoint.CheckpointException if a value is none that a network has
   */
  public Backbone toBackbone() {
    String name =
        backbone()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        weights.origin().source() + " does not say which network it is of"));
    Backbone network =
        Backbones.create(
            name,
            weights,
            BackboneOptions.defaults()
                .withImageSize(content == null ? 0 : content.inputSize())
                .withUnitLength(detector().filter(d -> d.loss().unitLength()).isPresent()));
    detector().ifPresent(spec -> requireFitting(network, spec));
    return network;
  }

  private void requireFitting(Backbone network, DetectorSpec spec) {
    int expected = spec.loss().hasClassifier() ? spec.classes().size() : 0;
    if (network.classes() != expected) {
      throw new IllegalArgumentException(
          Text.format(
              "%s has %s, a detector of the %d classes %s with %s has %s",
              weights.origin().source(),
              classifier(network.classes()),
              spec.classes().size(),
              spec.classes(),
              spec.loss().label(),
              classifier(expected)));
    }
  }

  private static String classifier(int outputs) {
    return outputs == 0 ? "no classifier" : Text.format("a classifier of %d outputs", outputs);
  }

  /**
   * Writes a file, whole or not at all, in the format that its name ends in: {@code .safetensors},
   * every tensor as it is, or {@code .zip}, a network of single precision.
   *
   * @throws IllegalArgumentException if the name ends otherwise, or, for a zip, as {@link
   *     #toBackbone} does
   */
  public void write(Path file) throws IOException {
    if (isSafeTensors(file)) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      SafeTensors.write(described(), file);
    } else if (file.toString().toLowerCase(Locale.ROOT).endsWith(".zip")) {
      DetectorWriter.write(file, toBackbone(), Objects.requireNonNull(content), rule, Map.of());
    } else {
      throw new IllegalArgumentException(
          Text.format("%s: the name must end in .zip or .safetensors", file));
    }
  }

  private StateDict described() throws IOException {
    StateDict.Builder dict = StateDict.builder();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              SoundValues.require(weights.origin().source(), name, tensor);
              dict.put(name, tensor);
            });
    // What transformers and others expect of PyTorch's tensors.
    dict.metadata("format", "pt");
    backbone().ifPresent(model -> dict.metadata(MODEL, model));
    if (content != null && content.detector() != null) {
      dict.metadata(CLASSES, String.join(",", content.detector().classes()));
      dict.metadata(CONTENT, content.withoutRule().toJson());
    }
    for (Map.Entry<String, String> entry : weights.metadata().entrySet()) {
      if (!OWN.contains(entry.getKey())) {
        dict.metadata(entry.getKey(), entry.getValue());
      }
    }
    return dict.build();
  }

  @Override
  public void close() {
    weights.close();
  }
}
