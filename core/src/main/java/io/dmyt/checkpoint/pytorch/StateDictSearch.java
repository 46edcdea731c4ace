package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.pytorch.PickledTypes.Opaque;
import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sets of named tensors in what a PyTorch file holds: every dict with tensors under
 * texts, wherever it lies in dicts, lists and tuples.
 */
final class StateDictSearch {
  /** What wrappers put before every name: data parallelism, compilation. */
  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

  /** What {@code AveragedModel} counts beside its {@code module.}. */
  private static final String AVERAGED = "n_averaged";

  /** What an optimiser's state dict holds. */
  private static final Set<String> OPTIMIZER = Set.of("state", "param_groups");

  private static final int LISTED = 10;

  /** A file may refer to one container any number of times. */
  private static final int MOST_WAYS = 10_000;

  private final Deque<Place> open = new ArrayDeque<>();
  private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();
  private final List<Found> found = new ArrayList<>();

  /** Where the found ones lie, and what holds them. */
  private final IdentityHashMap<Object, Place> holders = new IdentityHashMap<>();

  /** Further ways to containers that were entered before. */
  private final List<Place> again = new ArrayList<>();

  private StateDictSearch() {}

  /**
   * A set of named tensors that are not checked yet.
   *
   * @param key where it lies, dotted; empty for the file itself
   * @param prefix what was taken off every name
   * @param tensors by name: {@code TensorRef}s and arrays
   * @param unreadable what makes those that can't be read so, by name
   * @param leftOut the names of what lies beside
   */
  record Found(
      String key,
      String prefix,
      Map<String, Object> tensors,
      Map<String, String> unreadable,
      List<String> leftOut) {
    int size() {
      return tensors.size() + unreadable.size();
    }

    /** Whether a name is one of a module and its parameter. */
    boolean hasModules() {
      return tensors.keySet().stream().anyMatch(name -> name.contains("."))
          || unreadable.keySet().stream().anyMatch(name -> name.contains("."));
    }
  }

  /** A container and the way to it. */
  private record Place(Object container, @Nullable Place parent, String name) {
    String key() {
      Deque<String> names = new ArrayDeque<>();
      for (Place place = this; place.parent != null; place = place.parent) {
        names.addFirst(place.name);
      }
      return String.join(".", names);
    }
  }

  /**
   * What a file holds.
   *
   * @param sets at least one, those with the most tensors first
   * @param otherKeys the keys of sets, or of what holds them, by other keys of the same
   */
  record Contents(List<Found> sets, Map<String, String> otherKeys) {}

  /**
   * The sets in a file's object.
   *
   * @param pickle gives the object
   * @throws CheckpointException if there are none, or most tensors are in an object that is not
   *     looked into
   */
  static Contents in(String source, Unpickler pickle) {
    Object root = pickle.read();
    StateDictSearch search = new StateDictSearch();
    search.walk(root);
    search.found.sort(Comparator.comparingInt(Found::size).reversed());
    if (search.found.isEmpty() || search.isBeside(pickle.unread())) {
      throw new CheckpointException(
          Text.format(
              "%s: expected a state dict, found %s%s",
              source, contents(root), advice(root, pickle.unread())));
    }
    return new Contents(List.copyOf(search.found), search.otherKeys());
  }

  private Map<String, String> otherKeys() {
    Map<String, String> keys = new LinkedHashMap<>();
    for (Place place : again) {
      Place first = holders.get(place.container());
      if (first != null && first.parent() != null) {
        keys.put(place.key(), first.key());
      }
    }
    return keys;
  }

  /**
   * Whether all that was found are values beside a network that was saved as an object: fewer than
   * that has, and none with the name of a module's parameter.
   */
  private boolean isBeside(Unpickler.Unread object) {
    return object.storages() > found.get(0).size() && found.stream().noneMatch(Found::hasModules);
  }

  /** Breadth first, and without recursion: values may nest without end, and contain themselves. */
  private void walk(Object root) {
    enter(root, null, "");
    while (!open.isEmpty()) {
      Place place = open.remove();
      Map<?, ?> dict = asDict(place.container());
      if (dict != null && dict.keySet().containsAll(OPTIMIZER)) {
        continue; // Its tensors are no network's.
      }
      if (dict != null) {
        take(place, dict);
        dict.forEach((key, value) -> enter(value, place, String.valueOf(key)));
      } else {
        List<?> items = asList(place.container());
        for (int i = 0; i < items.size(); i++) {
          enter(items.get(i), place, String.valueOf(i));
        }
      }
    }
  }

  private void enter(Object value, @Nullable Place parent, String name) {
    boolean container = value instanceof Map || value instanceof List || value instanceof Tuple;
    if (!container) {
      return;
    }
    if (seen.put(value, true) == null) {
      open.add(new Place(value, parent, name));
    } else if (again.size() < MOST_WAYS) {
      again.add(new Place(value, parent, name));
    }
  }

  /** A dict, or a list of names and tensors that would make one; else null. */
  private static @Nullable Map<?, ?> asDict(Object container) {
    if (container instanceof Map<?, ?> dict) {
      return dict;
    }
    List<?> items = asList(container);
    Map<String, Object> dict = new LinkedHashMap<>();
    for (Object item : items) {
      if (!(item instanceof Tuple pair
          && pair.size() == 2
          && pair.get(0) instanceof String name
          && PickledTypes.isTensor(pair.get(1))
          && dict.put(name, pair.get(1)) == null)) {
        return null;
      }
    }
    return items.isEmpty() ? null : dict;
  }

  private static List<?> asList(Object container) {
    return container instanceof Tuple tuple ? tuple.items() : (List<?>) container;
  }

  private void take(Place place, Map<?, ?> dict) {
    Map<String, Object> tensors = new LinkedHashMap<>();
    Map<String, String> unreadable = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    dict.forEach(
        (key, value) -> {
          if (key instanceof String name && PickledTypes.isTensor(value)) {
            tensors.put(name, value);
          } else if (key instanceof String name && value instanceof Opaque o && o.isTensor()) {
            unreadable.put(name, o.name());
          } else if (!(value instanceof Map || value instanceof List)) {
            leftOut.add(key instanceof String name ? name : PickledTypes.describe(key));
          }
        });
    if (tensors.isEmpty() && unreadable.isEmpty()) {
      return;
    }
    String prefix = prefix(tensors);
    if (!prefix.isEmpty() && tensors.remove(AVERAGED) != null) {
      leftOut.add(AVERAGED);
    }
    for (Place at = place; at != null && holders.put(at.container(), at) == null; ) {
      at = at.parent();
    }
    for (Place at = place.parent(); at != null; at = at.parent()) {
      leftOut.addAll(tensorsIn(at.container()));
    }
    found.add(
        new Found(
            place.key(),
            prefix,
            without(prefix, tensors),
            without(prefix, unreadable),
            List.copyOf(leftOut)));
  }

  private static List<String> tensorsIn(Object container) {
    List<String> names = new ArrayList<>();
    if (container instanceof Map<?, ?> dict) {
      dict.forEach(
          (key, value) -> {
            if (key instanceof String name && PickledTypes.isTensor(value)) {
              names.add(name);
            }
          });
    }
    return names;
  }

  /** The wrappers' prefixes that all names share, one after another. */
  private static String prefix(Map<String, Object> tensors) {
    String prefix = "";
    for (String next = ""; next != null; prefix += next == null ? "" : next) {
      String before = prefix;
      next =
          PREFIXES.stream()
              .filter(
                  p ->
                      tensors.keySet().stream()
                          .allMatch(n -> n.startsWith(before + p) || n.equals(AVERAGED)))
              .filter(p -> tensors.keySet().stream().anyMatch(n -> n.startsWith(before + p)))
              .findFirst()
              .orElse(null);
    }
    return prefix;
  }

  private static <T> Map<String, T> without(String prefix, Map<String, T> named) {
    Map<String, T> stripped = new LinkedHashMap<>();
    named.forEach(
        (name, value) ->
            stripped.put(name.startsWith(prefix) ? name.substring(prefix.length()) : name, value));
    return stripped;
  }

  private static String contents(Object value) {
    if (!(value instanceof Map<?, ?> dict) || dict.isEmpty()) {
      return PickledTypes.describe(value);
    }
    return dict.keySet().stream()
        .limit(LISTED)
        .map(key -> PickledTypes.describe(key) + ": " + PickledTypes.describe(dict.get(key)))
        .collect(Collectors.joining(", ", "{", dict.size() > LISTED ? ", …}" : "}"));
  }

  /** What was in the way, if an object was, and what to do about it. */
  private static String advice(Object root, Unpickler.Unread unread) {
    Object first =
        root instanceof Map<?, ?> dict
            ? dict.values().stream().filter(v -> v instanceof Opaque).findFirst().orElse(null)
            : root;
    String type = first instanceof Opaque opaque ? opaque.name() : "";
    String refused = unread.storages() > 0 ? unread.type() : type;
    return refused.isEmpty()
        ? ""
        : Text.format(
            "; refused the global %s: only tensors and plain containers are read, nothing is run."
                + " In Python, save the network's state_dict() with torch.save",
            Quoted.of(refused));
  }
}
