package io.dmyt.backbone;

import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How deep in a network a parameter is, by its name and in the order of timm's {@code
 * group_matcher}: first the embedding or stem, then block by block, last the head and whatever has
 * no place of its own.
 *
 * @param sign of the family: a name that one of its networks has, and no network of those before
 * @param stem what comes first
 * @param blocks the numbers in a name say which block it is
 */
record LayerOrder(Pattern sign, Pattern stem, List<Block> blocks) {
  /**
   * Names that say where in the order a parameter is, by their numbers and one behind them.
   *
   * @param shift added to the first number
   */
  private record Block(Pattern pattern, int shift, Optional<Integer> suffix) {}

  /** Belongs to the block before. */
  private static final int PREVIOUS = 99999;

  private static final int BEHIND_ALL = Integer.MAX_VALUE;

  private static final List<LayerOrder> ALL =
      List.of(
          of(
              "bn2",
              "conv_stem|bn1",
              block("blocks\\.(\\d+)\\.(\\d+)"),
              block("conv_head|bn2", PREVIOUS)),
          of("blocks\\.\\d+\\.\\d+", "conv_stem|bn1", block("blocks\\.(\\d+)\\.(\\d+)")),
          of(
              "blocks\\.\\d+",
              "cls_token|reg_token|dist_token|pos_embed|patch_embed|stem",
              block("blocks\\.(\\d+)"),
              block("norm", PREVIOUS)),
          of("layer1\\.0", "conv1|bn1|maxpool", block("layer(\\d+)\\.(\\d+)")),
          // timm 0.4.9 has what leads to a stage in the stage before.
          of(
              "layers\\.0\\.downsample",
              "patch_embed",
              new Block(Pattern.compile("layers\\.(\\d+).downsample"), 1, Optional.of(0)),
              block("layers\\.(\\d+)\\.\\w+\\.(\\d+)"),
              block("norm", PREVIOUS)),
          of(
              "layers\\.0\\.blocks",
              "patch_embed",
              block("layers\\.(\\d+).downsample", 0),
              block("layers\\.(\\d+)\\.\\w+\\.(\\d+)"),
              block("norm", PREVIOUS)),
          of(
              "stages\\.0\\.blocks",
              "stem",
              block("stages\\.(\\d+)\\.downsample", 0),
              block("stages\\.(\\d+)\\.blocks\\.(\\d+)"),
              block("norm", PREVIOUS)),
          of("s1\\.b1", "stem", block("s(\\d+)\\.b(\\d+)")),
          of("block1\\.", "conv[12]|bn[12]", block("block(\\d+)"), block("conv[34]|bn[34]", 99)));

  private static LayerOrder of(String sign, String stem, Block... blocks) {
    return new LayerOrder(Pattern.compile(sign), Pattern.compile(stem), List.of(blocks));
  }

  private static Block block(String pattern) {
    return new Block(Pattern.compile(pattern), 0, Optional.empty());
  }

  private static Block block(String pattern, int suffix) {
    return new Block(Pattern.compile(pattern), 0, Optional.of(suffix));
  }

  /**
   * The depth of each parameter, counted from 0.
   *
   * @param network what to call it in a message
   * @param names of all its parameters that are trained
   * @throws IllegalArgumentException if the order of its layers is not known
   */
  static Map<String, Integer> depths(String network, Collection<String> names) {
    LayerOrder order =
        ALL.stream()
            .filter(o -> names.stream().anyMatch(name -> o.sign.matcher(name).lookingAt()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        Text.format(
                            "the order of %s's layers is not known, so its learning rate can't"
                                + " fall layer by layer",
                            network)));
    Map<List<Integer>, List<String>> groups = new TreeMap<>(lexicographic());
    names.forEach(
        name -> groups.computeIfAbsent(order.place(name), p -> new ArrayList<>()).add(name));
    Map<String, Integer> depths = new LinkedHashMap<>();
    int depth = -1;
    for (Map.Entry<List<Integer>, List<String>> group : groups.entrySet()) {
      List<Integer> place = group.getKey();
      if (depth < 0 || place.get(place.size() - 1) != PREVIOUS) {
        depth++;
      }
      for (String name : group.getValue()) {
        depths.put(name, depth);
      }
    }
    return depths;
  }

  private List<Integer> place(String name) {
    if (stem.matcher(name).lookingAt()) {
      return List.of(0);
    }
    for (Block block : blocks) {
      Matcher matcher = block.pattern.matcher(name);
      if (matcher.lookingAt()) {
        List<Integer> place = new ArrayList<>(List.of(1));
        for (int i = 1; i <= matcher.groupCount(); i++) {
          place.add(Integer.parseInt(matcher.group(i)) + (i == 1 ? block.shift : 0));
        }
        block.suffix.ifPresent(place::add);
        return place;
      }
    }
    return List.of(BEHIND_ALL);
  }

  private static Comparator<List<Integer>> lexicographic() {
    return (a, b) -> {
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        int order = a.get(i).compareTo(b.get(i));
        if (order != 0) {
          return order;
        }
      }
      return Integer.compare(a.size(), b.size());
    };
  }
}
