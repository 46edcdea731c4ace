package io.dmyt.backbone;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What distinguishes a network without normalisation from another.
 *
 * @param depths blocks of each of the four stages
 * @param channels of each stage
 * @param stem what it begins with
 * @param ratio of the channels inside a block to those of its output, in a RegNet of its input
 * @param groupWidth channels of one group of the 3×3 convolutions; 0 for one group
 * @param features of the convolution at the end; 0 for none
 * @param attention at the end of each block, in a RegNet before its last convolution; null for none
 * @param kind which of the papers' networks it follows
 */
record NormFreeVariant(
    List<Integer> depths,
    List<Integer> channels,
    Stem stem,
    double ratio,
    int groupWidth,
    int features,
    @Nullable ChannelAttention attention,
    ActivationFunction activation,
    Kind kind) {

  enum Stem {
    /** One 3×3 convolution. */
    SMALL,
    /** A 7×7 convolution and max pooling. */
    POOLED,
    /** Four 3×3 convolutions. */
    DEEP
  }

  enum Kind {
    RES_NET,
    REG_NET,
    NF_NET,
    /** NFNet as DeepMind has it: its constants are in the activation functions. */
    DEEP_MIND
  }

  private static final List<Integer> NF_CHANNELS = List.of(256, 512, 1536, 1536);

  static NormFreeVariant deepMind(int depth) {
    return new NormFreeVariant(
        nfNetDepths(depth),
        NF_CHANNELS,
        Stem.DEEP,
        0.5,
        128,
        3072,
        ChannelAttention.squeezeExcite(0.5, 8),
        ActivationFunction.GELU,
        Kind.DEEP_MIND);
  }

  static NormFreeVariant light(int depth, int features) {
    return new NormFreeVariant(
        nfNetDepths(depth),
        NF_CHANNELS,
        Stem.DEEP,
        0.25,
        64,
        features,
        ChannelAttention.squeezeExcite(0.25, 8),
        ActivationFunction.SILU,
        Kind.NF_NET);
  }

  static NormFreeVariant regNet(Integer... depths) {
    return new NormFreeVariant(
        List.of(depths),
        // Three quarters of the paper's, in multiples of 8.
        List.of(40, 80, 160, 328),
        Stem.SMALL,
        2.25,
        8,
        960,
        ChannelAttention.squeezeExcite(0.5, 8),
        ActivationFunction.SILU,
        Kind.REG_NET);
  }

  static NormFreeVariant resNet(Integer... depths) {
    return new NormFreeVariant(
        List.of(depths),
        List.of(256, 512, 1024, 2048),
        Stem.POOLED,
        0.25,
        0,
        0,
        null,
        ActivationFunction.RELU,
        Kind.RES_NET);
  }

  private static List<Integer> nfNetDepths(int depth) {
    return List.of(depth, 2 * depth, 6 * depth, 3 * depth);
  }

  NormFreeVariant efficientAttention() {
    return new NormFreeVariant(
        depths,
        channels,
        stem,
        ratio,
        groupWidth,
        features,
        ChannelAttention.efficient(),
        activation,
        kind);
  }

  boolean isDeepMind() {
    return kind == Kind.DEEP_MIND;
  }

  boolean isRegNet() {
    return kind == Kind.REG_NET;
  }

  /** Whether a block has a second 3×3 convolution. */
  boolean isDeep() {
    return kind == Kind.NF_NET || kind == Kind.DEEP_MIND;
  }

  /** What the activation's values are multiplied by to have variance 1 for normal inputs. */
  double gamma() {
    return switch (activation) {
      case RELU -> 1.7139588594436646;
      case SILU -> 1.7881293296813965;
      case GELU -> 1.7015043497085571;
      default -> throw new IllegalStateException("no constant is known for " + activation);
    };
  }

  /** The size of the embedding. */
  int embedding() {
    return features > 0 ? features : channels.get(channels.size() - 1);
  }

  /** A block's inner channels. */
  int inner(int in, int out, double blockRatio) {
    int inner = Widths.divisible((isRegNet() ? in : out) * blockRatio, 8);
    return groupWidth == 0 ? inner : inner / groupWidth * groupWidth;
  }

  int groups(int inner) {
    return groupWidth == 0 ? 1 : inner / groupWidth;
  }
}
