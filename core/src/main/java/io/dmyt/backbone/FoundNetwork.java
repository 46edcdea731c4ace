package io.dmyt.backbone;

import io.dmyt.checkpoint.Origin;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A known network among the tensors of a file, under whatever names and prefix it has there. {@link
 * NetworkSearch} finds it.
 */
public final class FoundNetwork {
  private final TensorSet set;
  private final List<Fit> fits;
  private @Nullable StateDict whole;

  /**
   * @param fits of the same tensors, to networks that these can't tell apart
   */
  FoundNetwork(List<Fit> fits) {
    set = fits.get(0).set();
    this.fits = List.copyOf(fits);
  }

  /** timm's names of the networks that it may be: several only where tensors can't tell. */
  public List<String> networks() {
    return fits.stream().map(Fit::network).toList();
  }

  /**
   * The same, where it makes a difference: only the first of networks that are built alike and
   * differ in what they were trained on.
   */
  public List<String> distinctNetworks() {
    boolean alike = fits.stream().map(fit -> signature(fit.model())).distinct().count() == 1;
    return alike ? networks().subList(0, 1) : networks();
  }

  /** All that a network is but its name. */
  private static List<Object> signature(Model model) {
    BackboneSpec spec = model.spec();
    return List.of(
        spec.imageSize(),
        spec.embeddingSize(),
        spec.classifier(),
        Architecture.of(model, BackboneOptions.defaults()).configuration().toJson());
  }

  /** The key that chooses it in its file: where its tensors lie, and what is before their names. */
  String key() {
    String names = set.origin().prefix().orElse("") + fit().storedPrefix();
    String prefix = names.endsWith(".") ? names.substring(0, names.length() - 1) : names;
    return set.key().isEmpty() || prefix.isEmpty() ? set.key() + prefix : set.key() + "." + prefix;
  }

  TensorSet set() {
    return set;
  }

  Fit fit() {
    return fits.get(0);
  }

  /** The network's embedding size, the same for all that it may be. */
  private int embeddingSize() {
    return fit().model().spec().embeddingSize();
  }

  /** Those over the embedding itself. */
  private List<LinearHead> heads() {
    List<LinearHead> linear = LinearHead.all(fit().leftOver(), set, embeddingSize());
    return linear.stream().filter(h -> isOwn(h) || !mayFollow(h, linear)).toList();
  }

  /**
   * Whether other layers may come between the embedding and a head: any in a module with it, such
   * as a sequence; and where the network lies in the same module, those that keep the embedding's
   * size: linear ones and batch normalisations.
   */
  private boolean mayFollow(LinearHead head, List<LinearHead> linear) {
    String within = Fit.unwrapped(head.parent());
    if (fit().prefix().startsWith(within)) {
      return linear.stream()
              .filter(h -> !h.equals(head) && h.parent().equals(head.parent()))
              .anyMatch(h -> h.outputs() == embeddingSize())
          || fit().leftOver().stream().anyMatch(name -> isNormalization(name, head.parent()));
    }
    return fit().leftOver().stream()
        .filter(name -> !name.startsWith(head.module() + "."))
        .anyMatch(name -> Fit.unwrapped(name).startsWith(within));
  }

  /** Whether it is the mean of a batch normalisation of embeddings that lies in that module. */
  private boolean isNormalization(String name, String within) {
    int module = name.length() - ".running_mean".length();
    return name.endsWith(".running_mean")
        && name.startsWith(within)
        && name.lastIndexOf('.', module - 1) < within.length()
        && set.type(name).length() == embeddingSize();
  }

  /** The classifier under the network's own name, or the only other one that decides so. */
  private Optional<LinearHead> head(int classes) {
    List<LinearHead> fitting = heads().stream().filter(h -> h.decides(classes)).toList();
    Optional<LinearHead> own = fitting.stream().filter(this::isOwn).findFirst();
    if (own.isPresent() || fitting.size() <= 1) {
      return own.or(() -> fitting.stream().findFirst());
    }
    throw new IllegalArgumentException(
        Text.format(
            "%s has several heads of %d classes: %s",
            set.origin().source(),
            classes,
            fitting.stream().map(h -> Quoted.of(h.weight())).collect(Collectors.joining(", "))));
  }

  private boolean isOwn(LinearHead head) {
    return isNamed(head, fit().model().spec().classifier());
  }

  private boolean isNamed(LinearHead head, String module) {
    return timmName(head.weight()).equals(module + ".weight");
  }

  /** A distilled network's second classifier, for as many classes as the first. */
  private Optional<LinearHead> second(int outputs) {
    String module = Classifier.second(fit().model().spec());
    return heads().stream()
        .filter(h -> isNamed(h, module) && h.outputs() == outputs && h.bias() != null)
        .findFirst();
  }

  private String timmName(String name) {
    return fit().timmName(name).orElse("");
  }

  /**
   * Whether a linear classifier of so many classes is there, under whatever name; one output of a
   * sigmoid decides between two.
   *
   * @throws IllegalArgumentException if there are several and none has the network's own name
   */
  public boolean hasHead(int classes) {
    return head(classes).isPresent();
  }

  /** What is left over and looks like a head, for people; empty if nothing does. */
  public List<String> headParts() {
    return fit().leftOver().stream()
        .filter(name -> LinearHead.isUsualName(name) && set.type(name).shape().size() > 1)
        .map(name -> Quoted.of(name) + " " + set.type(name))
        .toList();
  }

  /**
   * The weights under timm's names, and with them the classifier if it is under the network's own
   * name and has two outputs at least. The file stays open with them.
   *
   * @throws io.dmyt.checkpoint.CheckpointException if a tensor is damaged
   */
  public StateDict weights() {
    boolean two = Classifier.isDouble(fit().model());
    return weights(
        heads().stream()
            .filter(h -> h.outputs() > 1 && h.bias() != null && isOwn(h))
            .filter(h -> !two || second(h.outputs()).isPresent())
            .findFirst()
            .map(h -> Map.entry(h, h.outputs())));
  }

  /**
   * The weights under timm's names, with the classifier of so many classes, of whatever name. The
   * row of a sigmoid becomes two; its class is the second.
   *
   * @throws IllegalArgumentException if there is none, or there are several
   */
  public StateDict weights(int classes) {
    LinearHead head =
        head(classes)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        Text.format(
                            "%s has no linear head of %d classes",
                            set.origin().source(), classes)));
    return weights(Optional.of(Map.entry(head, classes)));
  }

  private StateDict weights(Optional<Map.Entry<LinearHead, Integer>> head) {
    StateDict all = whole();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    fit()
        .own()
        .forEach((name, parameter) -> tensors.put(parameter.name(), shaped(all, name, parameter)));
    List<String> left = new ArrayList<>(fit().leftOver());
    left.addAll(set.unreadable().keySet());
    head.ifPresent(
        chosen -> {
          LinearHead linear = chosen.getKey();
          BackboneSpec spec = fit().model().spec();
          put(tensors, spec.classifier(), linear.tensors(all, chosen.getValue()), linear, left);
          if (Classifier.isDouble(fit().model())) {
            LinearHead other = isOwn(linear) ? requireSecond(linear) : linear;
            put(
                tensors,
                Classifier.second(spec),
                other.tensors(all, chosen.getValue()),
                other,
                left);
          }
        });
    Origin origin = all.origin().withoutWithin(fit().wrappersWithin());
    return all.with(tensors, origin.with(fit().storedPrefix(), left));
  }

  private static void put(
      Map<String, Tensor> tensors,
      String module,
      List<Tensor> parts,
      LinearHead from,
      List<String> left) {
    tensors.put(module + ".weight", parts.get(0));
    tensors.put(module + ".bias", parts.get(1));
    left.removeIf(name -> name.equals(from.weight()) || name.equals(from.bias()));
  }

  /**
   * The one beside the network's own first. A foreign head over the embedding stands for both: that
   * is the mean of the two tokens, and the head is linear.
   */
  private LinearHead requireSecond(LinearHead first) {
    return second(first.outputs())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.format(
                        "%s has %s but no %s.weight: %s answers with the mean of both",
                        set.origin().source(),
                        Quoted.of(first.weight()),
                        Classifier.second(fit().model().spec()),
                        fit().network())));
  }

  private StateDict whole() {
    StateDict read = whole == null ? set.read() : whole;
    whole = read;
    return read;
  }

  private static Tensor shaped(StateDict all, String name, NamedParameter parameter) {
    Tensor tensor = all.get(name);
    return tensor.length() == parameter.length() && tensor.shape().length > 0
        ? tensor.reshape(parameter.shape())
        : tensor;
  }

  /** For messages. */
  static Function<FoundNetwork, String> keys(List<FoundNetwork> places) {
    long sets = places.stream().map(p -> p.set().key()).distinct().count();
    return sets == places.size() ? place -> place.set().key() : FoundNetwork::key;
  }
}
