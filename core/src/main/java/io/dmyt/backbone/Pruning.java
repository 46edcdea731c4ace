package io.dmyt.backbone;

import io.dmyt.internal.Tsv;
import java.util.HashMap;
import java.util.Map;

/**
 * How many channels pruning has left of each convolution.
 *
 * <p>Aflalo et al., <i>Knapsack Pruning with Inner Distillation</i>, 2020.
 */
final class Pruning {
  private static final String TABLE = "pruned.tsv";
  private static final Map<String, Map<String, Integer>> CHANNELS = read();

  private Pruning() {}

  /** Output channels by the convolutions' names; empty for a network that was not pruned. */
  static Map<String, Integer> of(String model) {
    return CHANNELS.getOrDefault(model, Map.of());
  }

  private static Map<String, Map<String, Integer>> read() {
    Map<String, Map<String, Integer>> channels = new HashMap<>();
    Tsv.rows(Pruning.class, TABLE)
        .forEach(
            cells ->
                channels
                    .computeIfAbsent(cells[0], model -> new HashMap<>())
                    .put(cells[1], Integer.valueOf(cells[2])));
    return channels;
  }
}
