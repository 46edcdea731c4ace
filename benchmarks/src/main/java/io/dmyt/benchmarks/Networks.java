package io.dmyt.benchmarks;

import io.dmyt.backbone.Backbones;
import io.dmyt.benchmarks.Op.Function;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

// Over 300 lines: libtorch's networks, layer by layer.

/**
 * The backbones of the comparison, in the shapes of timm 0.4.9.
 *
 * <p>Xception (<a href="https://arxiv.org/abs/1610.02357">Chollet 2016</a>), ResNet (<a
 * href="https://arxiv.org/abs/1512.03385">He et al. 2015</a>), MobileNetV2 (<a
 * href="https://arxiv.org/abs/1801.04381">Sandler et al. 2018</a>) and EfficientNet (<a
 * href="https://arxiv.org/abs/1905.11946">Tan and Le 2019</a>).
 */
final class Networks {
  private static final Map<String, Integer> SIZES = new LinkedHashMap<>();

  static {
    SIZES.put("xception", 299);
    SIZES.put("resnet18", 224);
    SIZES.put("resnet50", 224);
    SIZES.put("mobilenetv2_100", 224);
    SIZES.put("efficientnet_b0", 224);
    SIZES.put("tf_efficientnet_b0", 224);
    SIZES.put("efficientnet_b4", 380);
    SIZES.put("tf_efficientnet_b4_ns", 380);
  }

  /** Those that are not written down here, of images of 224 pixels. */
  private static final List<String> OURS_AND_PYTHONS =
      List.of(
          "regnety_032",
          "seresnext50_32x4d",
          "densenet121",
          "vit_base_patch16_224",
          "swin_tiny_patch4_window7_224",
          "convnext_tiny");

  static {
    OURS_AND_PYTHONS.forEach(name -> SIZES.put(name, 224));
  }

  private Networks() {}

  /** The names that {@link #create} knows. */
  static List<String> names() {
    return List.copyOf(SIZES.keySet());
  }

  /**
   * The network of that name at its own image size.
   *
   * @throws IllegalArgumentException if the name is unknown
   */
  static Network create(String name) {
    return create(name, sizeOf(name));
  }

  /**
   * The network of that name for images of another size: paddings in TensorFlow's manner depend on
   * it.
   *
   * @throws IllegalArgumentException if the name is unknown
   */
  static Network create(String name, int size) {
    sizeOf(name);
    if (OURS_AND_PYTHONS.contains(name)) {
      return new Network(name, size, List.of(), Backbones.spec(name).embeddingSize());
    }
    Builder builder = new Builder(size);
    switch (name) {
      case "xception" -> xception(builder);
      case "resnet18" -> resnet(builder, false, 2, 2, 2, 2);
      case "resnet50" -> resnet(builder, true, 3, 4, 6, 3);
      case "mobilenetv2_100" -> mobilenetV2(builder);
      case "efficientnet_b0" -> efficientnet(builder, 1.0, 1.0);
      case "tf_efficientnet_b0" -> efficientnet(builder.likeTensorFlow(), 1.0, 1.0);
      case "efficientnet_b4" -> efficientnet(builder, 1.4, 1.8);
      case "tf_efficientnet_b4_ns" -> efficientnet(builder.likeTensorFlow(), 1.4, 1.8);
      default -> throw new AssertionError(name);
    }
    return builder.build(name);
  }

  private static int sizeOf(String name) {
    Integer size = SIZES.get(name);
    if (size == null) {
      throw new IllegalArgumentException(
          "unknown network " + name + "; there are " + String.join(", ", SIZES.keySet()));
    }
    return size;
  }

  private static void xception(Builder b) {
    b.conv("conv1", 32, 3, 2, 0).norm("bn1").activate(Function.RELU);
    b.conv("conv2", 64, 3, 1, 0).norm("bn2").activate(Function.RELU);
    xceptionBlock(b, "block1", 2, new int[] {128, 128}, false);
    xceptionBlock(b, "block2", 2, new int[] {256, 256}, true);
    xceptionBlock(b, "block3", 2, new int[] {728, 728}, true);
    for (int i = 4; i <= 11; i++) {
      xceptionBlock(b, "block" + i, 1, new int[] {728, 728, 728}, true);
    }
    xceptionBlock(b, "block12", 2, new int[] {728, 1024}, true);
    separable(b, "conv3", 1536).norm("bn3").activate(Function.RELU);
    separable(b, "conv4", 2048).norm("bn4").activate(Function.RELU);
  }

  private static void xceptionBlock(
      Builder b, String name, int stride, int[] channels, boolean startWithRelu) {
    int input = b.value;
    int inputChannels = b.channels;
    int inputSize = b.size;
    // timm's Sequential also counts the ReLUs; without the first one all indices move down.
    int index = startWithRelu ? 1 : 0;
    for (int i = 0; i < channels.length; i++) {
      if (i > 0 || startWithRelu) {
        b.activate(Function.RELU);
      }
      separable(b, name + ".rep." + index, channels[i]).norm(name + ".rep." + (index + 1));
      index += 3;
    }
    int shortcut = input;
    if (stride > 1) {
      int body = b.maxPool(3, stride, 1).value;
      int bodySize = b.size;
      b.at(input, inputChannels, inputSize);
      int out = channels[channels.length - 1];
      shortcut = b.conv(name + ".skip", out, 1, stride, 0).norm(name + ".skipbn").value;
      b.at(body, out, bodySize);
    }
    b.add(shortcut);
  }

  private static Builder separable(Builder b, String name, int out) {
    return b.depthwise(name + ".conv1", 3, 1).conv(name + ".pointwise", out, 1, 1, 0);
  }

  private static void resnet(Builder b, boolean bottleneck, int... depths) {
    b.conv("conv1", 64, 7, 2, 3).norm("bn1").activate(Function.RELU).maxPool(3, 2, 1);
    for (int stage = 0; stage < depths.length; stage++) {
      for (int i = 0; i < depths[stage]; i++) {
        String name = "layer" + (stage + 1) + "." + i;
        resnetBlock(b, name, 64 << stage, i == 0 && stage > 0 ? 2 : 1, bottleneck);
      }
    }
  }

  private static void resnetBlock(
      Builder b, String name, int width, int stride, boolean bottleneck) {
    int input = b.value;
    int inputChannels = b.channels;
    int inputSize = b.size;
    if (bottleneck) {
      b.conv(name + ".conv1", width, 1, 1, 0).norm(name + ".bn1").activate(Function.RELU);
      b.conv(name + ".conv2", width, 3, stride, 1).norm(name + ".bn2").activate(Function.RELU);
      b.conv(name + ".conv3", 4 * width, 1, 1, 0).norm(name + ".bn3");
    } else {
      b.conv(name + ".conv1", width, 3, stride, 1).norm(name + ".bn1").activate(Function.RELU);
      b.conv(name + ".conv2", width, 3, 1, 1).norm(name + ".bn2");
    }
    int body = b.value;
    int out = b.channels;
    int bodySize = b.size;
    int shortcut = input;
    if (stride > 1 || inputChannels != out) {
      b.at(input, inputChannels, inputSize);
      b.conv(name + ".downsample.0", out, 1, stride, 0).norm(name + ".downsample.1");
      shortcut = b.value;
      b.at(body, out, bodySize);
    }
    b.add(shortcut).activate(Function.RELU);
  }

  private static void mobilenetV2(Builder b) {
    b.conv("conv_stem", 32, 3, 2, 1).norm("bn1").activate(Function.RELU6);
    int[][] stages = {
      // kernel, stride, expansion, channels, repeats
      {3, 1, 1, 16, 1},
      {3, 2, 6, 24, 2},
      {3, 2, 6, 32, 3},
      {3, 2, 6, 64, 4},
      {3, 1, 6, 96, 3},
      {3, 2, 6, 160, 3},
      {3, 1, 6, 320, 1},
    };
    mobileStages(b, stages, Function.RELU6, false, 1.0, 1.0);
    b.conv("conv_head", 1280, 1, 1, 0).norm("bn2").activate(Function.RELU6);
  }

  private static void efficientnet(Builder b, double width, double depth) {
    b.conv("conv_stem", round(32, width), 3, 2, 1).norm("bn1").activate(Function.SILU);
    int[][] stages = {
      // kernel, stride, expansion, channels, repeats
      {3, 1, 1, 16, 1},
      {3, 2, 6, 24, 2},
      {5, 2, 6, 40, 2},
      {3, 2, 6, 80, 3},
      {5, 1, 6, 112, 3},
      {5, 2, 6, 192, 4},
      {3, 1, 6, 320, 1},
    };
    mobileStages(b, stages, Function.SILU, true, width, depth);
    b.conv("conv_head", round(1280, width), 1, 1, 0).norm("bn2").activate(Function.SILU);
  }

  private static void mobileStages(
      Builder b, int[][] stages, Function function, boolean squeeze, double width, double depth) {
    for (int stage = 0; stage < stages.length; stage++) {
      int[] s = stages[stage];
      int repeats = (int) Math.ceil(s[4] * depth);
      for (int i = 0; i < repeats; i++) {
        String name = "blocks." + stage + "." + i;
        int stride = i == 0 ? s[1] : 1;
        mobileBlock(b, name, s[0], stride, s[2], round(s[3], width), function, squeeze);
      }
    }
  }

  /** An inverted residual; without expansion timm calls it a depthwise separable block. */
  private static void mobileBlock(
      Builder b,
      String name,
      int kernel,
      int stride,
      int expansion,
      int out,
      Function function,
      boolean squeeze) {
    int input = b.value;
    int in = b.channels;
    boolean expands = expansion > 1;
    if (expands) {
      b.conv(name + ".conv_pw", in * expansion, 1, 1, 0).norm(name + ".bn1").activate(function);
    }
    b.depthwise(name + ".conv_dw", kernel, stride);
    b.norm(name + (expands ? ".bn2" : ".bn1")).activate(function);
    if (squeeze) {
      squeezeExcite(b, name + ".se", Math.max(1, in / 4), function);
    }
    b.conv(name + (expands ? ".conv_pwl" : ".conv_pw"), out, 1, 1, 0);
    b.norm(name + (expands ? ".bn3" : ".bn2"));
    if (stride == 1 && in == out) {
      b.add(input);
    }
  }

  private static void squeezeExcite(Builder b, String name, int reduced, Function function) {
    int input = b.value;
    int channels = b.channels;
    int size = b.size;
    b.mean().convWithBias(name + ".conv_reduce", reduced).activate(function);
    int gate = b.convWithBias(name + ".conv_expand", channels).activate(Function.SIGMOID).value;
    b.at(input, channels, size).scale(gate);
  }

  /** EfficientNet's rounding to a multiple of 8 that loses at most a tenth. */
  private static int round(int channels, double multiplier) {
    double exact = channels * multiplier;
    int rounded = Math.max(8, (int) (exact + 4) / 8 * 8);
    return rounded < 0.9 * exact ? rounded + 8 : rounded;
  }

  /** Appends operations to a current value whose channels and size it follows. */
  private static final class Builder {
    private final List<Op> ops = new ArrayList<>();
    private final int imageSize;
    private boolean samePadding;
    private float epsilon = 1e-5f;
    private float momentum = 0.1f;
    private int value;
    private int channels = 3;
    private int size;

    Builder(int imageSize) {
      this.imageSize = imageSize;
      size = imageSize;
    }

    Builder likeTensorFlow() {
      samePadding = true;
      epsilon = 1e-3f;
      momentum = 0.01f;
      return this;
    }

    Builder at(int newValue, int newChannels, int newSize) {
      value = newValue;
      channels = newChannels;
      size = newSize;
      return this;
    }

    Builder conv(String name, int out, int kernel, int stride, int pad) {
      return conv(name, out, kernel, stride, pad, 1, false);
    }

    Builder convWithBias(String name, int out) {
      return conv(name, out, 1, 1, 0, 1, true);
    }

    Builder depthwise(String name, int kernel, int stride) {
      return conv(name, channels, kernel, stride, kernel / 2, channels, false);
    }

    private Builder conv(
        String name, int out, int kernel, int stride, int pad, int groups, boolean bias) {
      int before = pad;
      int after = pad;
      if (samePadding) {
        int total = Math.max((((size + stride - 1) / stride) - 1) * stride + kernel - size, 0);
        before = total / 2;
        after = total - before;
      }
      append(new Op.Conv(name, value, channels, out, kernel, stride, before, after, groups, bias));
      channels = out;
      size = (size + before + after - kernel) / stride + 1;
      return this;
    }

    Builder norm(String name) {
      return append(new Op.BatchNorm(name, value, channels, epsilon, momentum));
    }

    Builder activate(Function function) {
      return append(new Op.Activate(function, value));
    }

    Builder add(int other) {
      return append(new Op.Add(value, other));
    }

    Builder scale(int gate) {
      return append(new Op.Scale(value, gate));
    }

    Builder maxPool(int kernel, int stride, int pad) {
      append(new Op.MaxPool(value, kernel, stride, pad));
      size = (size + 2 * pad - kernel) / stride + 1;
      return this;
    }

    Builder mean() {
      append(new Op.Mean(value));
      size = 1;
      return this;
    }

    Network build(String name) {
      mean();
      return new Network(name, imageSize, ops, channels);
    }

    private Builder append(Op op) {
      ops.add(op);
      value = ops.size();
      return this;
    }
  }
}
