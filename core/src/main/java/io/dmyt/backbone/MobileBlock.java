package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A block of a mobile network, in the notation of MnasNet's authors that timm uses too: {@code
 * ir_r2_k3_s2_e6_c24_se0.25}.
 *
 * @param type {@code ds} depthwise and pointwise, {@code dsa} the same with an activation function
 *     behind it and no shortcut, {@code uir} and {@code mqa} those of {@link UniversalBlock},
 *     {@code ir} inverted residual, {@code er} the same with one convolution in the place of the
 *     first two, {@code cn} a convolution
 * @param kernels sizes of the kernels; several share the channels among them (MixNet)
 * @param mixed whether the kernels were given as a list
 * @param stride of the block
 * @param expansion channels inside the block per input channel
 * @param expandKernels of the convolution that expands; several share the channels
 * @param projectKernels of the convolution that projects; several share the channels
 * @param out channels
 * @param excite channels in the middle of squeeze and excitation per channel; 0 for none
 * @param activation null for the network's own
 * @param forcedIn channels that the expansion is taken of, in the place of the input's; 0 for them
 * @param skips null unless said
 * @param experts kernels among which each image chooses its mixture; 0 for plain convolutions
 * @param attention of an attention block; null for others
 */
record MobileBlock(
    String type,
    List<Integer> kernels,
    boolean mixed,
    int stride,
    double expansion,
    List<Integer> expandKernels,
    List<Integer> projectKernels,
    int out,
    double excite,
    @Nullable ActivationFunction activation,
    int forcedIn,
    @Nullable Boolean skips,
    int experts,
    @Nullable MobileAttention attention) {

  /**
   * Attention with one set of keys and values for all heads.
   *
   * @param features of a head
   * @param stride by which keys and values are fewer in each direction
   */
  record MobileAttention(int heads, int features, int stride) {}

  private static final Pattern OPTION = Pattern.compile("([a-z]+)([0-9.]+)");

  private static final Map<String, ActivationFunction> ACTIVATIONS =
      Map.of(
          "re", ActivationFunction.RELU,
          "r6", ActivationFunction.RELU6,
          "hs", ActivationFunction.HARD_SWISH,
          "sw", ActivationFunction.SILU);

  /** How a stage's repeats become an integer again after scaling. */
  enum Rounding {
    UP,
    NEAREST
  }

  /**
   * Reads the stages of a network, blocks repeated as often as they say.
   *
   * @param depth factor on the number of blocks of each stage
   * @param keepEnds whether the first and the last stage are not scaled
   */
  static List<List<MobileBlock>> stages(
      double depth, Rounding rounding, boolean keepEnds, List<String> stages) {
    List<List<MobileBlock>> all = new ArrayList<>();
    for (int i = 0; i < stages.size(); i++) {
      boolean end = i == 0 || i == stages.size() - 1;
      all.add(stage(stages.get(i).split(" ", -1), keepEnds && end ? 1 : depth, rounding));
    }
    return all;
  }

  /** Repeats are scaled over the whole stage and handed out from its last kind of block on. */
  private static List<MobileBlock> stage(String[] kinds, double depth, Rounding rounding) {
    int[] repeats = Arrays.stream(kinds).mapToInt(kind -> number(kind, "r", 1)).toArray();
    int left = Arrays.stream(repeats).sum();
    double exact = left * depth;
    int scaled =
        rounding == Rounding.UP ? (int) Math.ceil(exact) : Math.max(1, (int) Math.rint(exact));
    List<MobileBlock> blocks = new ArrayList<>();
    for (int i = kinds.length - 1; i >= 0; i--) {
      int count = Math.max(1, (int) Math.rint((double) repeats[i] / left * scaled));
      left -= repeats[i];
      scaled -= count;
      MobileBlock block = parse(kinds[i]);
      for (int n = 0; n < count; n++) {
        blocks.add(0, block);
      }
    }
    return blocks;
  }

  private static int number(String kind, String option, int otherwise) {
    return Integer.parseInt(options(kind).getOrDefault(option, String.valueOf(otherwise)));
  }

  private static Map<String, String> options(String kind) {
    Map<String, String> options = new HashMap<>();
    String[] parts = kind.split("_", -1);
    for (int i = 1; i < parts.length; i++) {
      Matcher option = OPTION.matcher(parts[i]);
      if (option.matches()) {
        options.put(option.group(1), option.group(2));
      }
    }
    return options;
  }

  private static MobileBlock parse(String kind) {
    List<String> words = List.of(kind.split("_", -1));
    Map<String, String> options = options(kind);
    String kernels = Objects.requireNonNull(options.get("k"), kind);
    ActivationFunction activation = null;
    for (String word : words) {
      if (word.startsWith("n") && ACTIVATIONS.containsKey(word.substring(1))) {
        activation = ACTIVATIONS.get(word.substring(1));
      }
    }
    Boolean skips = null;
    if (words.contains("skip") || words.contains("noskip")) {
      skips = words.contains("skip");
    }
    return new MobileBlock(
        words.get(0),
        sizes(kernels),
        kernels.contains("."),
        number(kind, "s", 1),
        Double.parseDouble(options.getOrDefault("e", "1")),
        sizes(options.getOrDefault("a", "1")),
        sizes(options.getOrDefault("p", "1")),
        number(kind, "c", 0),
        Double.parseDouble(options.getOrDefault("se", "0")),
        activation,
        number(kind, "fc", 0),
        skips,
        number(kind, "cc", 0),
        words.get(0).equals("mqa")
            ? new MobileAttention(number(kind, "h", 0), number(kind, "d", 0), number(kind, "v", 1))
            : null);
  }

  private static List<Integer> sizes(String text) {
    return Arrays.stream(text.split("\\.", -1)).map(Integer::valueOf).toList();
  }

  /** Whether input and output are added, for blocks with this input and stride. */
  boolean isResidual(int in, int outChannels, int blockStride) {
    boolean wanted = type.equals("cn") ? Boolean.TRUE.equals(skips) : !Boolean.FALSE.equals(skips);
    return wanted && !type.equals("dsa") && blockStride == 1 && in == outChannels;
  }

  MobileBlock withExperts(int factor) {
    return new MobileBlock(
        type,
        kernels,
        mixed,
        stride,
        expansion,
        expandKernels,
        projectKernels,
        out,
        excite,
        activation,
        forcedIn,
        skips,
        experts * factor,
        attention);
  }
}
