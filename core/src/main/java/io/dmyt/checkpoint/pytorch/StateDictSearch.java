package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Origin;
import io.dmyt.checkpoint.pytorch.PickledTypes.TensorRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the state dict in what a PyTorch file holds. */
final class StateDictSearch {
  /** Where training code keeps the network, the most usual first; averages only for want of it. */
  private static final List<String> CONTAINERS =
      List.of(
          "state_dict",
          "model_state_dict",
          "model",
          "net",
          "network",
          "weights",
          "state_dict_ema",
          "model_ema");

  /** What wrappers put before every name: data parallelism, compilation. */
  private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

  private static final int DEEPEST = 3;
  private static final int LISTED = 10;

  private StateDictSearch() {}

  /** A state dict whose tensors are not checked yet. */
  record Found(
      String source,
      Map<String, TensorRef> tensors,
      Optional<String> container,
      Optional<String> prefix,
      List<String> leftOut) {

    Origin origin(String format) {
      return new Origin(source, format, container, prefix, leftOut);
    }
  }

  /**
   * The state dict in a file's object: the object itself if it maps names to tensors, else the one
   * under the first of the usual keys that does, at most three levels down.
   *
   * @throws CheckpointException if there is none
   */
  static Found in(String source, Object root) {
    List<String> path = new ArrayList<>();
    Object value = root;
    while (value instanceof Map<?, ?> dict && path.size() <= DEEPEST) {
      if (holdsTensors(dict)) {
        return found(source, dict, String.join(".", path));
      }
      String key =
          CONTAINERS.stream().filter(k -> dict.get(k) instanceof Map).findFirst().orElse(null);
      if (key == null) {
        break;
      }
      path.add(key);
      value = dict.get(key);
    }
    throw new CheckpointException(
        "%s: expected a state dict, or one under %s; found %s"
            .formatted(source, CONTAINERS, contents(value)));
  }

  private static boolean holdsTensors(Map<?, ?> dict) {
    return dict.values().stream().anyMatch(v -> v instanceof TensorRef);
  }

  private static Found found(String source, Map<?, ?> dict, String container) {
    Map<String, TensorRef> tensors = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    dict.forEach(
        (name, value) -> {
          if (name instanceof String text && value instanceof TensorRef tensor) {
            tensors.put(text, tensor);
          } else {
            leftOut.add(String.valueOf(name));
          }
        });
    String prefix = prefix(tensors);
    Map<String, TensorRef> stripped = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> stripped.put(name.substring(prefix.length()), tensor));
    return new Found(source, stripped, nonEmpty(container), nonEmpty(prefix), leftOut);
  }

  /** The wrappers' prefixes that all names share, one after another. */
  private static String prefix(Map<String, TensorRef> tensors) {
    String prefix = "";
    while (true) {
      String before = prefix;
      Optional<String> next =
          PREFIXES.stream()
              .map(p -> before + p)
              .filter(p -> tensors.keySet().stream().allMatch(name -> name.startsWith(p)))
              .findFirst();
      if (next.isEmpty()) {
        return prefix;
      }
      prefix = next.get();
    }
  }

  private static Optional<String> nonEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
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
}
