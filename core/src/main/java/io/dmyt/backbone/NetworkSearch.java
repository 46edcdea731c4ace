package io.dmyt.backbone;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.MovingAverage;
import io.dmyt.checkpoint.Reparametrization;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds a known network in a file: in any of its sets of tensors, under any prefix, beside tensors
 * that are not its own.
 */
public final class NetworkSearch {
  private final String source;
  private final List<TensorSet> sets;
  private final Collection<Model> models;

  private NetworkSearch(String source, List<TensorSet> sets, Collection<Model> models) {
    this.source = source;
    this.sets = sets.stream().map(Reparametrization::folded).toList();
    this.models = models;
  }

  /**
   * Looks for a network in an opened file.
   *
   * @param network timm's name of the one that is wanted; null for any
   * @return nothing if none fits completely
   * @throws IllegalArgumentException if no network has that name
   * @throws io.dmyt.checkpoint.CheckpointException if several fit equally well
   */
  public static Optional<FoundNetwork> find(Checkpoint checkpoint, @Nullable String network) {
    return of(checkpoint, network).choose(all -> true);
  }

  /**
   * Looks for the network that a key means: the one in the set of tensors that lies there, or whose
   * names begin so.
   *
   * @throws io.dmyt.checkpoint.CheckpointException if nothing lies there, or several fit
   */
  public static Optional<FoundNetwork> find(
      Checkpoint checkpoint, @Nullable String network, String key) {
    NetworkSearch search = of(checkpoint, network);
    List<Predicate<FoundNetwork>> meanings =
        List.of(
            place -> place.set().key().equals(key) || place.key().equals(key),
            place -> place.key().startsWith(key + "."),
            place -> place.key().endsWith("." + key));
    List<FoundNetwork> places = search.places();
    for (Predicate<FoundNetwork> meant : meanings) {
      if (places.stream().anyMatch(meant)) {
        return search.choose(places.stream().filter(meant).toList());
      }
    }
    return new NetworkSearch(search.source, checkpoint.sets(key), search.models)
        .choose(all -> true);
  }

  private static NetworkSearch of(Checkpoint checkpoint, @Nullable String network) {
    return new NetworkSearch(
        checkpoint.toString(),
        checkpoint.sets(),
        network == null ? Backbones.models().values() : List.of(Backbones.model(network)));
  }

  /** Looks for one network in a state dict. */
  static Optional<FoundNetwork> find(StateDict weights, Model model) {
    return of(weights, List.of(model)).choose(all -> true);
  }

  /** All known networks whose tensors these are. */
  static List<String> networks(StateDict weights) {
    return of(weights, Backbones.models().values()).places().stream()
        .flatMap(place -> place.networks().stream())
        .distinct()
        .toList();
  }

  private static NetworkSearch of(StateDict weights, Collection<Model> models) {
    TensorSet set = new TensorSet("", weights.origin(), weights.types(), Map.of(), () -> weights);
    return new NetworkSearch(weights.origin().source(), List.of(set), models);
  }

  /**
   * What is wrong with the best fit to a network, in words; to be asked where {@link #find} finds
   * nothing.
   */
  public static String faults(Checkpoint checkpoint, @Nullable String network) {
    return of(checkpoint, network).faults();
  }

  /** The same of a state dict that no network known here fits. */
  public static String faults(StateDict weights) {
    return of(weights, Backbones.models().values()).faults();
  }

  private String faults() {
    Fit best =
        sets.stream()
            .flatMap(set -> models.stream().flatMap(model -> Fit.all(model, set).stream()))
            .max(Comparator.comparingDouble(Fit::score))
            .orElseThrow();
    if (models.size() == 1) {
      List<String> others =
          new NetworkSearch(source, sets, Backbones.models().values())
              .places().stream().flatMap(place -> place.networks().stream()).distinct().toList();
      String but = others.isEmpty() ? "" : " but " + String.join(", ", others);
      String option = others.isEmpty() ? "" : "; use --model " + others.get(0);
      return Text.format(
          "%s does not fit %s%s: %s%s", source, best.network(), but, best.faults(), option);
    }
    return best.score() == 0
        ? source + " looks like no network known here"
        : Text.format(
            "%s fits no network known here; the closest is %s (%s): %s",
            source,
            best.network(),
            Numbers.percent(Math.floor(100 * best.score()) / 100, 0),
            best.faults());
  }

  private Optional<FoundNetwork> choose(Predicate<FoundNetwork> wanted) {
    return choose(places().stream().filter(wanted).toList());
  }

  /** Of several the largest; of a network and its moving average the average. */
  private Optional<FoundNetwork> choose(List<FoundNetwork> places) {
    int most = places.stream().mapToInt(p -> p.fit().own().size()).max().orElse(0);
    List<FoundNetwork> largest = places.stream().filter(p -> p.fit().own().size() == most).toList();
    return largest.isEmpty()
        ? Optional.empty()
        : Optional.of(MovingAverage.choose(source, largest, FoundNetwork.keys(largest)));
  }

  /** Every place where a network lies whole. */
  private List<FoundNetwork> places() {
    List<FoundNetwork> places = new ArrayList<>();
    for (TensorSet set : sets) {
      Map<String, List<Fit>> byPrefix = new LinkedHashMap<>();
      for (Model model : models) {
        for (Fit fit : Fit.all(model, set)) {
          if (fit.isComplete()) {
            byPrefix.computeIfAbsent(fit.prefix(), p -> new ArrayList<>()).add(fit);
          }
        }
      }
      byPrefix.values().forEach(fits -> places.add(new FoundNetwork(largest(fits))));
    }
    return places;
  }

  private static List<Fit> largest(List<Fit> fits) {
    int most = fits.stream().mapToInt(fit -> fit.own().size()).max().orElse(0);
    return fits.stream().filter(fit -> fit.own().size() == most).collect(Collectors.toList());
  }
}
