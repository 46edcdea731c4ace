package io.dmyt.engine;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

// Over 300 lines: a list, one record for each operation, half of it javadoc.

/**
 * What one node of a {@link Region} computes from the values of the nodes it reads.
 *
 * <p>Values are arrays of any rank whose first dimension counts examples. Images are (examples,
 * channels, height, width), vectors (examples, features), sequences (examples, tokens, features).
 * {@link Shapes} says which shapes an operation takes and gives.
 */
public sealed interface Operation {

  /** What a description calls it. */
  String text();

  /** The parameters that it reads, in the order of its components. */
  default List<Parameter> parameters() {
    return List.of();
  }

  private static List<Parameter> present(@Nullable Parameter... parameters) {
    return Stream.of(parameters).filter(Objects::nonNull).toList();
  }

  /**
   * A value from outside the region: an input of the network, or what DL4J or another region
   * computed.
   *
   * @param vertex whose value it is
   * @param learns whether its gradient is of use outside
   */
  record Input(String vertex, boolean learns) implements Operation {
    @Override
    public String text() {
      return "input";
    }
  }

  /**
   * A parameter as a value of its own; its first dimension is 1 where it is spread over examples.
   */
  record Weight(Parameter parameter) implements Operation {
    @Override
    public String text() {
      return "parameter";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(parameter);
    }
  }

  /**
   * A value that never changes. Its first dimension is 1 where it is the same for all examples.
   *
   * @param values row-major
   */
  record Constant(long[] dims, double[] values) implements Operation {
    @Override
    public String text() {
      return "constant";
    }
  }

  /**
   * A convolution of images, of any number of groups.
   *
   * @param weights (out, in, height, width), or (group, out, in, height, width)
   * @param parts each group's weights, if they lie apart in the network's parameters; then {@code
   *     weights} says their shape alone
   * @param bias (channels), or null
   * @param channels of the result, of all groups together
   * @param standard what it makes of the weights before it uses them, or null: nothing
   */
  record Convolution(
      Parameter weights,
      List<Parameter> parts,
      @Nullable Parameter bias,
      int groups,
      int channels,
      KernelGeometry kernel,
      @Nullable Standardization standard)
      implements Operation {
    /** With the weights as they are. */
    public Convolution(
        Parameter weights,
        List<Parameter> parts,
        @Nullable Parameter bias,
        int groups,
        int channels,
        KernelGeometry kernel) {
      this(weights, parts, bias, groups, channels, kernel, null);
    }

    /** Whether each group has a single input channel. */
    public boolean depthwise() {
      return groups > 1 && weights.dims()[2] == 1;
    }

    @Override
    public String text() {
      return groups == 1 ? "convolution" : "convolution in " + groups + " groups";
    }

    @Override
    public List<Parameter> parameters() {
      List<Parameter> weightsOrParts = parts.isEmpty() ? List.of(weights) : parts;
      Parameter gain = standard == null ? null : standard.gain();
      return Stream.concat(weightsOrParts.stream(), present(bias, gain).stream()).toList();
    }
  }

  /**
   * Standardised weights: of each output channel's, which lie one after another, the mean is
   * subtracted, and they are divided by their deviation, to which ε is added, and scaled.
   *
   * @param gain (channels), by which they are multiplied as well, or null
   * @param toVariance whether ε is added to the deviation's square instead
   */
  record Standardization(@Nullable Parameter gain, double scale, double eps, boolean toVariance) {}

  /**
   * A dense layer over the last dimension, {@code x · weightsᵀ + bias}.
   *
   * @param weights (out, in)
   * @param bias (out), or null
   */
  record Dense(Parameter weights, @Nullable Parameter bias) implements Operation {
    @Override
    public String text() {
      return "dense";
    }

    @Override
    public List<Parameter> parameters() {
      return present(weights, bias);
    }
  }

  /**
   * Batch normalisation over all dimensions but the second.
   *
   * <p>In training, what DL4J calls the gradients of {@code mean} and {@code variance} is what the
   * updater subtracts from them, so that they become {@code decay · old + (1 − decay) · batch's}.
   *
   * @param logStd whether {@code variance} holds log10 of the standard deviation
   * @param decay of the running statistics
   */
  record BatchNorm(
      Parameter gamma,
      Parameter beta,
      Parameter mean,
      Parameter variance,
      boolean logStd,
      double eps,
      double decay)
      implements Operation {
    @Override
    public String text() {
      return "batch norm";
    }

    @Override
    public List<Parameter> parameters() {
      return present(gamma, beta, mean, variance);
    }
  }

  /** Every pixel of images as often as the factors say, side by side in both directions. */
  record Upsample(int height, int width) implements Operation {
    @Override
    public String text() {
      return "up-sampling";
    }
  }

  /**
   * Layer normalisation over one dimension.
   *
   * @param gamma (features)
   * @param beta (features), or null
   * @param ofChannels whether it goes over the second dimension, not over the last
   */
  record LayerNorm(Parameter gamma, @Nullable Parameter beta, double eps, boolean ofChannels)
      implements Operation {
    /** Over the last dimension. */
    public LayerNorm(Parameter gamma, @Nullable Parameter beta, double eps) {
      this(gamma, beta, eps, false);
    }

    /** The dimension that it goes over in values of that rank. */
    public int axis(int rank) {
      return ofChannels ? 1 : rank - 1;
    }

    @Override
    public String text() {
      return "layer norm";
    }

    @Override
    public List<Parameter> parameters() {
      return present(gamma, beta);
    }
  }

  /**
   * Normalisation of images by groups of channels, over each group's channels and pixels.
   *
   * @param gamma (channels)
   * @param beta (channels)
   */
  record GroupNorm(Parameter gamma, Parameter beta, int groups, double eps) implements Operation {
    @Override
    public String text() {
      return "group norm";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(gamma, beta);
    }
  }

  /**
   * Global response normalisation of images, {@code x + γ · x · n + β}: n is the channel's length
   * over all pixels as a share of the channels' mean length, to which ε is added.
   *
   * @param gamma (channels)
   * @param beta (channels)
   */
  record ResponseNorm(Parameter gamma, Parameter beta, double eps) implements Operation {
    @Override
    public String text() {
      return "response norm";
    }

    @Override
    public List<Parameter> parameters() {
      return List.of(gamma, beta);
    }
  }

  /**
   * The vectors in the last dimension at length 1, {@code x / max(‖x‖, shortest)}.
   *
   * @param shortest length that a vector is divided by
   */
  record UnitLength(double shortest) implements Operation {
    @Override
    public String text() {
      return "unit length";
    }
  }

  /** A function of each element. */
  record Elementwise(ElementwiseFunction function, double alpha, double beta) implements Operation {
    /** A function without numbers of its own. */
    public Elementwise(ElementwiseFunction function) {
      this(function, 0, 0);
    }

    @Override
    public String text() {
      if (function != ElementwiseFunction.LINEAR) {
        return function.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      }
      return beta != 0 ? alpha == 1 ? "shift" : "linear" : alpha == 1 ? "identity" : "scale";
    }
  }

  /** How the values in a window become one. */
  enum Pooling {
    MAX,
    /** The mean of those that lie in the image. */
    AVERAGE,
    /** The mean of all, the padding's zeros among them. */
    AVERAGE_WITH_PADDING
  }

  /** Pooling of images by a window. */
  record Pool(Pooling pooling, KernelGeometry kernel) implements Operation {
    @Override
    public String text() {
      return "pooling";
    }
  }

  /**
   * Pooling over all of height and width.
   *
   * @param keepsRank whether height and width stay, as 1
   */
  record GlobalPool(Pooling pooling, boolean keepsRank) implements Operation {
    @Override
    public String text() {
      return "global pooling";
    }
  }

  /** Sum of two or more values of one rank; a dimension of 1 is spread over the others'. */
  record Sum() implements Operation {
    @Override
    public String text() {
      return "sum";
    }
  }

  /** Product of two values of one rank; a dimension of 1 is spread over the other's. */
  record Product() implements Operation {
    @Override
    public String text() {
      return "product";
    }
  }

  /** The inputs one after another along an axis. */
  record Concat(int axis) implements Operation {
    @Override
    public String text() {
      return "concatenation";
    }
  }

  /** {@code size} entries of the input along an axis, beginning with entry {@code from}. */
  record Slice(int axis, long from, long size) implements Operation {
    @Override
    public String text() {
      return "subset";
    }
  }

  /**
   * The input's entries along an axis in another order.
   *
   * @param entries the input's entry of each of the result's: any of them, once, often or never
   */
  record Gather(int axis, int[] entries) implements Operation {
    @Override
    public String text() {
      return "gathering";
    }
  }

  /** A frame of zeros around images. */
  record ZeroPad(int top, int bottom, int left, int right) implements Operation {
    @Override
    public String text() {
      return "zero padding";
    }
  }

  /** A frame of one pixel around images, in which they go on as in a mirror on their edge. */
  record MirrorPad() implements Operation {
    @Override
    public String text() {
      return "mirror padding";
    }
  }

  /**
   * Images whose channels are the pixels of squares: channel {@code (row · block + column) ·
   * channels + c} is channel c of the pixel in that place of its square.
   *
   * @param block height and width of the squares in pixels
   */
  record SpaceToDepth(int block) implements Operation {
    @Override
    public String text() {
      return "space to depth";
    }
  }

  /** Images without as many rows and columns at each edge as are given. */
  record Crop(int top, int bottom, int left, int right) implements Operation {
    @Override
    public String text() {
      return "cropping";
    }
  }

  /** The product of the matrices in the last two dimensions, either of them transposed or not. */
  record MatMul(boolean transposeLeft, boolean transposeRight) implements Operation {
    @Override
    public String text() {
      return "matrix product";
    }
  }

  /** Softmax over the last dimension. */
  record Softmax() implements Operation {
    @Override
    public String text() {
      return "softmax";
    }
  }

  /**
   * Attention of queries, keys and values, each (examples, tokens, features), in heads of equal
   * shares of the features: {@code softmax(scale · QKᵀ + B) · V} in each head.
   *
   * <p>B is the sum of the inputs behind these three, if there are any: each (kinds, heads or 1,
   * queries, keys), where example e takes kind {@code e mod kinds}.
   */
  record Attention(int heads, double scale) implements Operation {
    @Override
    public String text() {
      return "attention in " + heads + " heads";
    }
  }

  /**
   * Turns pairs of features of a sequence's tokens, (a, b) to (a cos α − b sin α, b cos α + a sin
   * α). The first features of a token are those of {@code heads} heads, each of twice as many as
   * there are pairs; the features behind them stay.
   *
   * @param angles α, [tokens][pairs], the same in each head
   * @param halves whether a pair's features lie half a head apart, not side by side
   */
  record Rotation(double[][] angles, int heads, boolean halves) implements Operation {
    @Override
    public String text() {
      return "rotation";
    }
  }

  /**
   * The same elements in row-major order under other dimensions.
   *
   * @param dims 0 keeps the input's dimension in that place; one may be −1 for what is left
   */
  record Reshape(List<Long> dims) implements Operation {
    public Reshape {
      dims = List.copyOf(dims);
    }

    @Override
    public String text() {
      return "reshape";
    }
  }

  /** The first input's elements in row-major order under the second input's dimensions. */
  record ReshapeLike() implements Operation {
    @Override
    public String text() {
      return "reshape";
    }
  }

  /** Dimension {@code axes[i]} of the input as the result's i-th. */
  record Permute(List<Integer> axes) implements Operation {
    public Permute {
      axes = List.copyOf(axes);
    }

    @Override
    public String text() {
      return "permutation";
    }
  }
}
