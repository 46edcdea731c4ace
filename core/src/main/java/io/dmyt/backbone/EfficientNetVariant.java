package io.dmyt.backbone;

import io.dmyt.backbone.MobileBlock.Rounding;
import io.dmyt.backbone.MobileNetwork.Excitation;
import io.dmyt.backbone.MobileNetwork.Style;
import java.util.List;

/**
 * What an EfficientNet or one of its relatives is made of.
 *
 * @param stages in the notation of {@link MobileBlock}
 * @param activation where a block says none
 * @param width factor on channels
 * @param depth factor on blocks
 * @param stem channels of the first convolution
 * @param head channels of the last; 0 for a network that ends with its last block
 * @param fixedStem whether the width does not scale the stem, nor the depth the ends
 * @param fixedHead whether the width does not scale the head
 * @param rounding of the number of blocks
 * @param isTensorflow whether convolutions are padded as TensorFlow pads
 * @param experts factor on the experts of its convolutions
 * @param roundDown whether rounded widths may be more than a tenth smaller
 */
record EfficientNetVariant(
    List<String> stages,
    ActivationFunction activation,
    double width,
    double depth,
    int stem,
    int head,
    boolean fixedStem,
    boolean fixedHead,
    boolean roundDown,
    Rounding rounding,
    boolean isTensorflow,
    int experts) {
  EfficientNetVariant(List<String> stages, ActivationFunction activation) {
    this(stages, activation, 1, 1, 32, 1280, false, false, false, Rounding.UP, false, 1);
  }

  void write(NetworkBuilder net) {
    MobileNetwork network =
        new MobileNetwork(
            net, new Style(isTensorflow, this::width, activation, Excitation.OF_BLOCK));
    network.stem(fixedStem ? stem : width(stem));
    network.blocks(
        MobileBlock.stages(depth, rounding, fixedStem, stages).stream()
            .map(blocks -> blocks.stream().map(b -> b.withExperts(experts)).toList())
            .toList());
    if (head > 0) {
      network.head(features());
    }
  }

  /** The embedding's length. */
  int features() {
    if (head == 0) {
      List<MobileBlock> last =
          MobileBlock.stages(1, rounding, false, stages).get(stages.size() - 1);
      return width(last.get(last.size() - 1).out());
    }
    return fixedHead ? head : width(head);
  }

  int width(double channels) {
    return roundDown
        ? Widths.divisibleToNearest(channels * width, 8)
        : Widths.divisible(channels * width, 8);
  }

  double eps() {
    return isTensorflow ? 1e-3 : 1e-5;
  }

  EfficientNetVariant scaled(double newWidth, double newDepth) {
    return new EfficientNetVariant(
        stages,
        activation,
        newWidth,
        newDepth,
        stem,
        head,
        fixedStem,
        fixedHead,
        roundDown,
        rounding,
        isTensorflow,
        experts);
  }

  EfficientNetVariant tensorflow() {
    return with(stem, head, fixedStem, fixedHead, roundDown, rounding, true, experts);
  }

  EfficientNetVariant stem(int channels) {
    return with(channels, head, fixedStem, fixedHead, roundDown, rounding, isTensorflow, experts);
  }

  EfficientNetVariant head(int channels) {
    return with(stem, channels, fixedStem, fixedHead, roundDown, rounding, isTensorflow, experts);
  }

  EfficientNetVariant fixedHead(int channels) {
    return with(stem, channels, fixedStem, true, roundDown, rounding, isTensorflow, experts);
  }

  EfficientNetVariant fixedEnds() {
    return with(stem, head, true, true, roundDown, rounding, isTensorflow, experts);
  }

  EfficientNetVariant roundedToNearest() {
    return with(stem, head, fixedStem, fixedHead, true, rounding, isTensorflow, experts);
  }

  EfficientNetVariant depthToNearest() {
    return with(
        stem, head, fixedStem, fixedHead, roundDown, Rounding.NEAREST, isTensorflow, experts);
  }

  EfficientNetVariant experts(int factor) {
    return with(stem, head, fixedStem, fixedHead, roundDown, rounding, isTensorflow, factor);
  }

  private EfficientNetVariant with(
      int newStem,
      int newHead,
      boolean newFixedStem,
      boolean newFixedHead,
      boolean newRoundDown,
      Rounding newRounding,
      boolean newTensorflow,
      int newExperts) {
    return new EfficientNetVariant(
        stages,
        activation,
        width,
        depth,
        newStem,
        newHead,
        newFixedStem,
        newFixedHead,
        newRoundDown,
        newRounding,
        newTensorflow,
        newExperts);
  }
}
