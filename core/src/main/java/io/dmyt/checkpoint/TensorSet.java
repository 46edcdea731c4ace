package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Named tensors that lie together in a file: its state dict, or one of several. Their values, and
 * whether these are sound, are not looked at before {@link #read}.
 */
public final class TensorSet {
  private final String key;
  private final Origin origin;
  private final Map<String, TensorType> types;
  private final Map<String, String> unreadable;
  private final Supplier<StateDict> reader;

  /**
   * @param key where in the file they lie, dotted if nested; empty for the file itself
   * @param types of those that can be read, in order
   * @param unreadable why those that can't cannot, by name
   */
  public TensorSet(
      String key,
      Origin origin,
      Map<String, TensorType> types,
      Map<String, String> unreadable,
      Supplier<StateDict> reader) {
    this.key = key;
    this.origin = origin;
    this.types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    this.unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
    this.reader = reader;
  }

  /** Where in the file they lie, dotted if nested; empty for the file itself. */
  public String key() {
    return key;
  }

  /** Where they are from, and what lies beside them. */
  public Origin origin() {
    return origin;
  }

  /** What they are, by name and in order; unmodifiable. */
  public Map<String, TensorType> types() {
    return types;
  }

  /**
   * What the tensor of that name is.
   *
   * @throws CheckpointException if there is none that can be read
   */
  public TensorType type(String name) {
    TensorType type = types.get(name);
    if (type == null) {
      throw new CheckpointException(
          Text.format("%s: no tensor %s", origin.source(), Quoted.of(name)));
    }
    return type;
  }

  /**
   * Tensors that lie among them but can't be read, such as complex or quantised ones, each with
   * what makes it so; unmodifiable.
   */
  public Map<String, String> unreadable() {
    return unreadable;
  }

  /**
   * Sees to it that all can be read.
   *
   * @throws CheckpointException if one can't; the message says which, and why
   */
  public void requireReadable() {
    if (!unreadable.isEmpty()) {
      Map.Entry<String, String> entry = unreadable.entrySet().iterator().next();
      throw new CheckpointException(
          Text.format(
              "%s: tensor %s is of a kind that is not read, %s: save it as a dense one of floats",
              origin.source(), Quoted.of(entry.getKey()), Quoted.of(entry.getValue())));
    }
  }

  /**
   * The same set with tensors in the place of those that they are made of.
   *
   * @param derived the new ones by name
   * @param whose what to say of them behind the file's format, such as {@code ", names of
   *     torchvision"}; may be empty
   */
  public TensorSet with(Map<String, DerivedTensor> derived, String whose) {
    Map<String, TensorType> all = new LinkedHashMap<>(types);
    derived.values().forEach(d -> d.from().forEach(all::remove));
    derived.forEach((name, d) -> all.put(name, d.type()));
    Origin whence = origin.with(whose);
    return new TensorSet(
        key,
        whence,
        all,
        unreadable,
        () -> {
          StateDict read = read();
          Map<String, Tensor> tensors = new LinkedHashMap<>(read.tensors());
          derived.values().forEach(d -> d.from().forEach(tensors::remove));
          derived.forEach(
              (name, d) ->
                  tensors.put(name, d.value().apply(d.from().stream().map(read::get).toList())));
          return read.with(tensors, whence);
        });
  }

  /**
   * The tensors themselves; closing them closes the file.
   *
   * @throws CheckpointException if one of them is damaged, or none can be read
   */
  public StateDict read() {
    if (types.isEmpty()) {
      requireReadable();
    }
    return reader.get();
  }

  @Override
  public String toString() {
    return Text.format("%s: %d tensors", origin, types.size());
  }
}
