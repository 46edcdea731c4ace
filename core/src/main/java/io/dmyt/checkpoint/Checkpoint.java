package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * An opened file and the sets of named tensors in it, of which one is wanted: a training checkpoint
 * holds the network beside its optimiser's state, its average, or a second network.
 *
 * <p>Closing it closes the file, and with it every state dict that was read.
 */
public final class Checkpoint implements AutoCloseable {
  /** The key of the file itself. */
  static final String WHOLE = ".";

  private static final int LISTED = 10;

  private final String file;
  private final Runnable closing;
  private final Map<String, String> metadata;
  private final List<TensorSet> sets;
  private final Map<String, String> otherKeys;

  /**
   * @param file its name
   * @param closing releases it
   * @param metadata free text by key
   * @param sets the largest first, at least one
   * @param otherKeys the keys of sets, or of what holds them, by other keys of the same
   */
  public Checkpoint(
      String file,
      Runnable closing,
      Map<String, String> metadata,
      List<TensorSet> sets,
      Map<String, String> otherKeys) {
    this.file = file;
    this.closing = closing;
    this.metadata = Map.copyOf(metadata);
    this.sets = List.copyOf(sets);
    this.otherKeys = Map.copyOf(otherKeys);
  }

  /** Free text by key, as safetensors' {@code __metadata__}; unmodifiable, often empty. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** All sets of named tensors, those with the most tensors first. */
  public List<TensorSet> sets() {
    return sets;
  }

  /**
   * The sets under a key: the one that lies there, or if that is none, those that lie in it, or
   * else those whose key ends so.
   *
   * @throws CheckpointException if there are none; the message has all keys
   */
  public List<TensorSet> sets(String key) {
    List<TensorSet> found = at(key.equals(WHOLE) ? "" : key);
    for (String other = key; found.isEmpty() && !other.isEmpty(); other = parent(other)) {
      String first = otherKeys.get(other);
      found = first == null ? found : at(first + key.substring(other.length()));
    }
    if (found.isEmpty()) {
      found =
          otherKeys.entrySet().stream()
              .filter(other -> other.getKey().startsWith(key + "."))
              .flatMap(other -> at(other.getValue()).stream())
              .distinct()
              .toList();
    }
    if (found.isEmpty()) {
      throw new CheckpointException(
          Text.format("%s: no tensors under the key %s; %s", file, Quoted.of(key), keys()));
    }
    return found;
  }

  private List<TensorSet> at(String key) {
    List<TensorSet> found = sets.stream().filter(set -> set.key().equals(key)).toList();
    if (found.isEmpty()) {
      found = sets.stream().filter(set -> set.key().startsWith(key + ".")).toList();
    }
    return found.isEmpty()
        ? sets.stream().filter(set -> set.key().endsWith("." + key)).toList()
        : found;
  }

  /** A key without its last part. */
  private static String parent(String key) {
    return key.substring(0, Math.max(0, key.lastIndexOf('.')));
  }

  private String keys() {
    String keys =
        sets.stream()
            .map(TensorSet::key)
            .filter(key -> !key.isEmpty())
            .limit(LISTED)
            .map(Quoted::of)
            .collect(Collectors.joining(", "));
    return keys.isEmpty()
        ? "there is only one set, in the file itself: leave --key out"
        : "there are some under " + keys;
  }

  /**
   * The set with the most tensors; of a network and its moving average the average.
   *
   * @throws CheckpointException if several are as large and have the same names
   */
  public TensorSet largest() {
    return largest(sets);
  }

  /**
   * The same of those under a key.
   *
   * @throws CheckpointException if there are none, or several as large
   */
  public TensorSet largest(String key) {
    return largest(sets(key));
  }

  private TensorSet largest(List<TensorSet> among) {
    TensorSet first = among.get(0);
    Set<String> names = comparable(first);
    List<TensorSet> equal = new ArrayList<>();
    for (TensorSet set : among) {
      if (set.types().size() == first.types().size() && comparable(set).equals(names)) {
        equal.add(set);
      }
    }
    return MovingAverage.choose(file, equal, TensorSet::key);
  }

  /** The names without what all begin with. */
  private static Set<String> comparable(TensorSet set) {
    Set<String> names = set.types().keySet();
    String prefix = NamePrefix.common(names);
    return names.stream()
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Override
  public void close() {
    closing.run();
  }

  @Override
  public String toString() {
    return file;
  }
}
