package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes networks of {@link MobileBlock}s, put together as timm does. */
final class MobileNetwork {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /**
   * What all blocks of a network have in common.
   *
   * @param tensorflow whether convolutions are padded as TensorFlow pads
   * @param widths rounds a number of channels after scaling it
   * @param activation where a block says none
   * @param excitation how blocks weigh their channels
   * @param averages whether squares of pixels are averaged behind convolutions in the place of
   *     strides
   * @param scaled whether MobileNetV4's blocks have learned factors
   */
  record Style(
      boolean tensorflow,
      DoubleUnaryOperator widths,
      ActivationFunction activation,
      Excitation excitation,
      boolean averages,
      boolean scaled) {
    Style(
        boolean tensorflow,
        DoubleUnaryOperator widths,
        ActivationFunction activation,
        Excitation excitation) {
      this(tensorflow, widths, activation, excitation, false, false);
    }

    int width(double channels) {
      return (int) widths.applyAsDouble(channels);
    }
  }

  /**
   * Squeeze and excitation (Hu et al., <i>Squeeze-and-Excitation Networks</i>, CVPR 2018).
   *
   * @param gate what the channels are weighed by
   * @param ofBlock whether the channels in its middle are a share of the block's input, not of its
   *     own
   * @param activation in its middle; null for the block's
   * @param divisor that the channels in its middle are a multiple of
   */
  record Excitation(
      ActivationFunction gate,
      boolean ofBlock,
      @Nullable ActivationFunction activation,
      int divisor) {
    static final Excitation OF_BLOCK = new Excitation(ActivationFunction.SIGMOID, true, null, 1);
  }

  private final NetworkBuilder net;
  private final Style style;

  /** Channels of the last block, before pruning. */
  private int planned;

  /** Side in pixels of the maps that paddings are computed for; 0 for the maps that there are. */
  private int side;

  MobileNetwork(NetworkBuilder net, Style style) {
    this.net = net;
    this.style = style;
    net.initialiseConvolutions(Init::kaimingFanOutOfGroup);
    net.initialiseClassifier(shape -> Init.uniform(1 / Math.sqrt(shape[0])), shape -> Init.ZEROS);
  }

  /**
   * From here on, convolutions with a stride are padded as TensorFlow pads maps of this size, and
   * those that follow of them, whatever the size of the images to come.
   */
  void padAsFor(int mapSide) {
    side = mapSide;
  }

  void stem(int channels) {
    stem(channels, kernel(3, 2));
  }

  void stem(int channels, Kernel kernel) {
    planned = channels;
    net.conv("conv_stem", channels, kernel);
    net.batchNorm("bn1");
    net.act("act1", style.activation);
  }

  void blocks(List<List<MobileBlock>> stages) {
    for (int s = 0; s < stages.size(); s++) {
      List<MobileBlock> blocks = stages.get(s);
      for (int b = 0; b < blocks.size(); b++) {
        block("blocks." + s + "." + b, blocks.get(b), b == 0 ? blocks.get(b).stride() : 1);
      }
    }
  }

  /** The last convolution before the pooling. */
  void head(int channels) {
    net.conv("conv_head", channels, POINT);
    net.batchNorm("bn2");
    net.act("act2", style.activation);
  }

  /** MobileNetV3's convolution after the pooling. */
  void pooledHead(int channels, boolean biased) {
    String pooled = net.mean("head_pool", net.last());
    net.conv("conv_head", pooled, channels, POINT, 1, biased);
    net.act("act2", style.activation);
  }

  /** MobileNetV4's convolution after the pooling, with batch norm. */
  void pooledNormedHead(int channels) {
    String pooled = net.mean("head_pool", net.last());
    net.conv("conv_head", pooled, channels, POINT, 1, false);
    net.batchNorm("norm_head");
    net.act("norm_head.act", style.activation);
  }

  private void block(String name, MobileBlock block, int stride) {
    String input = net.last();
    int in = planned;
    int out = style.width(block.out());
    planned = out;
    ActivationFunction act = block.activation() == null ? style.activation : block.activation();
    String result =
        switch (block.type()) {
          case "cn" -> convolution(name, block, stride, out, act);
          case "ds" -> separable(name, block, stride, out, act);
          case "dsa" -> {
            separable(name, block, stride, out, act);
            yield net.act(name + ".act2", act);
          }
          case "uir" -> UniversalBlock.inverted(net, style, name, block, stride, in, out, act);
          case "mqa" -> UniversalBlock.attention(net, name, block, out);
          case "er" -> fused(name, block, stride, in, out, act);
          case "ir" -> inverted(name, block, stride, in, out, act);
          default -> throw new IllegalStateException("no block of type " + block.type());
        };
    if (block.isResidual(in, out, stride)) {
      net.add(name, result, input);
    }
  }

  private String convolution(
      String name, MobileBlock block, int stride, int out, ActivationFunction act) {
    net.conv(name + ".conv", out, kernel(block.kernels().get(0), stride));
    net.batchNorm(name + ".bn1");
    return net.act(name + ".act1", act);
  }

  private String separable(
      String name, MobileBlock block, int stride, int out, ActivationFunction act) {
    int in = net.channels(net.last());
    depthwise(name + ".conv_dw", block, stride);
    net.batchNorm(name + ".bn1");
    net.act(name + ".act1", act);
    excite(name + ".se", block, in, in, act);
    net.conv(name + ".conv_pw", out, POINT);
    return net.batchNorm(name + ".bn2");
  }

  /** Also called Fused-MBConv (Gupta and Tan, <i>EfficientNet-EdgeTPU</i>, 2019). */
  private String fused(
      String name, MobileBlock block, int stride, int in, int out, ActivationFunction act) {
    int from = block.forcedIn() > 0 ? style.width(block.forcedIn()) : in;
    int middle = Widths.divisible(from * block.expansion(), 8);
    boolean averages = style.averages && stride > 1;
    net.conv(name + ".conv_exp", middle, kernel(block.kernels().get(0), averages ? 1 : stride));
    net.batchNorm(name + ".bn1");
    net.act(name + ".act1", act);
    if (averages) {
      net.averagePool(name + ".aa", net.last(), Kernel.of(stride, stride, 0));
    }
    excite(name + ".se", block, in, middle, act);
    net.conv(name + ".conv_pwl", out, POINT);
    return net.batchNorm(name + ".bn2");
  }

  private String inverted(
      String name, MobileBlock block, int stride, int in, int out, ActivationFunction act) {
    String input = net.last();
    int middle = Widths.divisible(in * block.expansion(), 8);
    int before = net.position();
    Experts experts =
        block.experts() > 0 ? Experts.route(net, name + ".routing_fn", block.experts()) : null;
    int routed = net.position() - before;
    if (experts != null) {
      experts.add(name + ".conv_pw", input, middle, POINT, 1);
    } else {
      mixed(name + ".conv_pw", middle, block.expandKernels(), 1, false);
    }
    net.batchNorm(name + ".bn1");
    net.act(name + ".act1", act);
    if (experts != null) {
      Kernel kernel = kernel(block.kernels().get(0), stride);
      experts.add(name + ".conv_dw", net.last(), middle, kernel, middle);
    } else {
      depthwise(name + ".conv_dw", block, stride);
    }
    net.batchNorm(name + ".bn2");
    net.act(name + ".act2", act);
    excite(name + ".se", block, in, middle, act);
    if (experts != null) {
      experts.add(name + ".conv_pwl", net.last(), out, POINT, 1);
    } else {
      mixed(name + ".conv_pwl", out, block.projectKernels(), 1, false);
    }
    String result = net.batchNorm(name + ".bn3");
    net.moveToEnd(before, routed);
    return result;
  }

  private void depthwise(String name, MobileBlock block, int stride) {
    mixed(name, net.channels(net.last()), block.kernels(), stride, true);
  }

  /** Several kernels share the channels (Tan and Le, <i>MixConv</i>, BMVC 2019). */
  private void mixed(String name, int out, List<Integer> kernels, int stride, boolean depthwise) {
    String from = net.last();
    int in = net.channels(from);
    if (kernels.size() == 1) {
      int size = kernels.get(0);
      boolean padded = side > 0 && stride > 1;
      String input = padded ? padded(name, from, size, stride) : from;
      Kernel kernel = padded ? Kernel.of(size, stride, 0) : kernel(size, stride);
      net.conv(name, input, out, kernel, depthwise ? in : 1, false);
      return;
    }
    List<String> parts = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < kernels.size(); i++) {
      int share = share(in, kernels.size(), i);
      String part = net.subset(name + "." + i + ".in", from, first, share);
      int outShare = share(out, kernels.size(), i);
      Kernel kernel = kernel(kernels.get(i), stride);
      parts.add(net.conv(name + "." + i, part, outShare, kernel, depthwise ? share : 1, false));
      first += share;
    }
    net.concatenate(name, parts.toArray(String[]::new));
  }

  private String padded(String name, String from, int size, int stride) {
    int next = (side + stride - 1) / stride;
    int all = Math.max(0, (next - 1) * stride + size - side);
    side = next;
    return net.zeroPadding(name + ".pad", from, all / 2, all - all / 2);
  }

  /** What is left over goes to the first. */
  private static int share(int channels, int parts, int index) {
    return channels / parts + (index == 0 ? channels % parts : 0);
  }

  private void excite(
      String name, MobileBlock block, int blockIn, int planned, ActivationFunction act) {
    if (block.excite() == 0) {
      return;
    }
    Excitation style = this.style.excitation;
    String input = net.last();
    int channels = net.channels(input);
    int reduced =
        Widths.divisible((style.ofBlock ? blockIn : planned) * block.excite(), style.divisor);
    String mean = net.mean(name + ".pool", input);
    net.biasedConv(name + ".conv_reduce", mean, reduced, POINT);
    net.act(name + ".act1", style.activation == null ? act : style.activation);
    net.biasedConv(name + ".conv_expand", net.last(), channels, POINT);
    net.multiply(name, input, net.act(name + ".gate", style.gate));
  }

  private Kernel kernel(int size, int stride) {
    // With stride 1 and odd kernels, TensorFlow's padding is the symmetric one.
    return style.tensorflow && stride > 1
        ? Kernel.same(size, stride)
        : Kernel.centred(size, stride);
  }
}
