package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ordered names and their tensors, as PyTorch's {@code state_dict()}.
 *
 * <p>One that was opened from a file keeps the file open and its values there; a 1 GB file costs no
 * heap. Closing it releases the file; every later use throws {@link IllegalStateException}, and so
 * do its tensors. One built in memory has nothing to release but keeps the same contract. Immutable
 * and thread-safe.
 */
public final class StateDict implements AutoCloseable {
  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;
  private final Origin origin;
  private final @Nullable Runnable closing;
  private volatile boolean closed;

  /**
   * @param closing releases the file that the tensors are in; null if they are in memory
   */
  public StateDict(
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      Origin origin,
      @Nullable Runnable closing) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
    this.origin = origin;
    this.closing = closing;
  }

  /** A builder of an in-memory state dict. */
  public static Builder builder() {
    return new Builder();
  }

  /** The tensors by name, in order; unmodifiable. */
  public Map<String, Tensor> tensors() {
    requireOpen();
    return tensors;
  }

  /** The names, in order; unmodifiable. */
  public Set<String> names() {
    return tensors().keySet();
  }

  /** The number of tensors. */
  public int size() {
    return tensors().size();
  }

  /** The tensor of that name, if there is one. */
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors().get(name));
  }

  /**
   * The tensor of that name.
   *
   * @throws CheckpointException if there is none
   */
  public Tensor get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new CheckpointException(
                    Text.format(
                        "%s: no tensor %s among its %d",
                        origin.source(), Quoted.of(name), tensors.size())));
  }

  /** What each tensor is, by name and in order. */
  public Map<String, TensorType> types() {
    Map<String, TensorType> types = new LinkedHashMap<>();
    tensors().forEach((name, tensor) -> types.put(name, tensor.type()));
    return types;
  }

  /** Free text by key, as safetensors' {@code __metadata__}; unmodifiable, often empty. */
  public Map<String, String> metadata() {
    requireOpen();
    return metadata;
  }

  /** Other tensors in the place of these, and another origin; closing either closes the file. */
  public StateDict with(Map<String, Tensor> others, Origin whence) {
    return new StateDict(new LinkedHashMap<>(others), metadata, whence, closing);
  }

  /** Where the tensors came from, and what was done to find them there. */
  public Origin origin() {
    return origin;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(origin.source() + ": has been closed");
    }
  }

  /** Releases the file; again has no effect. */
  @Override
  public void close() {
    closed = true;
    if (closing != null) {
      closing.run();
    }
  }

  /** The origin and the number of tensors. */
  @Override
  public String toString() {
    return Text.format("%s: %d tensors", origin, tensors.size());
  }

  /** Collects tensors in order. */
  public static final class Builder {
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private Origin origin = Origin.of("memory", "in memory");

    private Builder() {}

    /**
     * Says where the tensors come from, for messages.
     *
     * @param source for example a file
     * @param format what that is
     */
    public Builder from(String source, String format) {
      origin = Origin.of(source, format);
      return this;
    }

    /**
     * Appends a tensor. It may be one of another state dict, which then has to stay open.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Builder put(String name, Tensor tensor) {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(tensor, "tensor");
      if (tensors.putIfAbsent(name, tensor) != null) {
        throw new IllegalArgumentException("a second tensor named " + Quoted.of(name));
      }
      return this;
    }

    /**
     * Appends a metadata entry.
     *
     * @throws IllegalArgumentException if the key is taken
     */
    public Builder metadata(String key, String value) {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
      if (metadata.putIfAbsent(key, value) != null) {
        throw new IllegalArgumentException("a second metadata entry named " + Quoted.of(key));
      }
      return this;
    }

    /** The state dict; the builder may go on. */
    public StateDict build() {
      return new StateDict(
          new LinkedHashMap<>(tensors), new LinkedHashMap<>(metadata), origin, null);
    }
  }
}
