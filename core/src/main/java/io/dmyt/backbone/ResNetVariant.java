package io.dmyt.backbone;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What distinguishes a residual network from another; see He et al., <i>Bag of Tricks for Image
 * Classification with Convolutional Neural Networks</i>, CVPR 2019, for stems and downsampling.
 *
 * @param depths blocks of each of the four stages
 * @param expansion output channels of a block per plane: 1 for two 3×3 convolutions, 4 for a
 *     bottleneck
 * @param groups of the bottleneck's 3×3 convolution
 * @param groupWidth channels of one group per 64 planes
 * @param stem channels of the three 3×3 convolutions that the network begins with; empty for one
 *     7×7 convolution
 * @param convolutionPool whether a convolution replaces the first pooling
 * @param averageDown whether shortcuts are averaged, not subsampled
 * @param reduceFirst the bottleneck's first convolution has its width over this
 * @param shortcutKernel of the shortcuts' convolutions behind the first stage
 * @param softening what is done to maps before they are subsampled
 * @param attention at the end of each block; null for none
 * @param branch what is added to the shortcut in the place of the usual convolutions; null for them
 */
record ResNetVariant(
    List<Integer> depths,
    int expansion,
    int groups,
    int groupWidth,
    List<Integer> stem,
    boolean convolutionPool,
    boolean averageDown,
    int reduceFirst,
    int shortcutKernel,
    Softening softening,
    @Nullable ChannelAttention attention,
    @Nullable Branch branch) {

  /** What is done to maps before they are subsampled. */
  enum Softening {
    NONE,
    /** They are blurred. */
    BLUR,
    /** Each square of four pixels is averaged. */
    AVERAGE
  }

  /** What a block adds to its shortcut. */
  @FunctionalInterface
  interface Branch {
    /**
     * Writes it behind the last vertex.
     *
     * @param name of the block
     * @param planes of the stage
     * @param stride of the block
     */
    String add(NetworkBuilder net, String name, int planes, int stride);
  }

  static ResNetVariant basic(Integer... depths) {
    return new ResNetVariant(
        List.of(depths), 1, 1, 64, List.of(), false, false, 1, 1, Softening.NONE, null, null);
  }

  static ResNetVariant bottleneck(Integer... depths) {
    return basic(depths).groups(4, 1, 64);
  }

  /** A bottleneck's inner width at a number of planes. */
  int width(int planes) {
    return planes * groupWidth / 64 * groups;
  }

  /** ResNeXt's (Xie et al., CVPR 2017), or with one group a wide ResNet's. */
  ResNetVariant groups(int count, int width) {
    return groups(expansion, count, width);
  }

  private ResNetVariant groups(int blockExpansion, int count, int width) {
    return new ResNetVariant(
        depths,
        blockExpansion,
        count,
        width,
        stem,
        convolutionPool,
        averageDown,
        reduceFirst,
        shortcutKernel,
        softening,
        attention,
        branch);
  }

  ResNetVariant stem(Integer... channels) {
    return with(List.of(channels), convolutionPool, averageDown, softening, attention);
  }

  ResNetVariant withAverageDown() {
    return with(stem, convolutionPool, true, softening, attention);
  }

  ResNetVariant withConvolutionPool() {
    return with(stem, true, averageDown, softening, attention);
  }

  ResNetVariant withBlur() {
    return with(stem, convolutionPool, averageDown, Softening.BLUR, attention);
  }

  /** Squares of four pixels are averaged in the place of strides. */
  ResNetVariant withAverages() {
    return with(stem, convolutionPool, averageDown, Softening.AVERAGE, attention);
  }

  ResNetVariant attention(ChannelAttention module) {
    return with(stem, convolutionPool, averageDown, softening, module);
  }

  /** Blocks of another kind, with the same shortcuts. */
  ResNetVariant branch(Branch other) {
    return new ResNetVariant(
        depths,
        expansion,
        groups,
        groupWidth,
        stem,
        convolutionPool,
        averageDown,
        reduceFirst,
        shortcutKernel,
        softening,
        attention,
        other);
  }

  /** SENet-154's half first convolution and 3×3 shortcuts. */
  ResNetVariant senet() {
    return new ResNetVariant(
        depths,
        expansion,
        groups,
        groupWidth,
        stem,
        convolutionPool,
        averageDown,
        2,
        3,
        softening,
        attention,
        branch);
  }

  private ResNetVariant with(
      List<Integer> newStem,
      boolean newConvolutionPool,
      boolean newAverageDown,
      Softening newSoftening,
      @Nullable ChannelAttention newAttention) {
    return new ResNetVariant(
        depths,
        expansion,
        groups,
        groupWidth,
        newStem,
        newConvolutionPool,
        newAverageDown,
        reduceFirst,
        shortcutKernel,
        newSoftening,
        newAttention,
        branch);
  }
}
