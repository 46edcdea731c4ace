package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * EfficientNet, MobileNetV2 and MobileNetV3: inverted residual blocks, put together as timm does.
 * The {@code tf_} models are those with TensorFlow's padding and batch norm constant, {@code _ap}
 * and {@code _ns} the same networks trained in other ways.
 *
 * <p>Tan and Le, <i>EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks</i>,
 * ICML 2019; Sandler et al., <i>MobileNetV2</i>, CVPR 2018; Howard et al., <i>Searching for
 * MobileNetV3</i>, ICCV 2019.
 */
final class EfficientNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /**
   * Equal blocks in a row, of which only the first has the stride.
   *
   * @param expansion channels inside a block per input channel; 0 for a block that begins with its
   *     depthwise convolution
   * @param excite whether a block weighs its channels by squeeze and excitation
   */
  private record Stage(
      int repeats,
      int kernel,
      int stride,
      double expansion,
      int out,
      boolean excite,
      ActivationFunction act) {}

  private static final int[] EFFICIENTNET_SIZES = {224, 240, 260, 300, 380, 456, 528, 600};
  private static final double[] WIDTHS = {1, 1, 1.1, 1.2, 1.4, 1.6, 1.8, 2};
  private static final double[] DEPTHS = {1, 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1};

  private static final List<List<Stage>> EFFICIENTNET =
      List.of(
          List.of(new Stage(1, 3, 1, 0, 16, true, ActivationFunction.SILU)),
          List.of(new Stage(2, 3, 2, 6, 24, true, ActivationFunction.SILU)),
          List.of(new Stage(2, 5, 2, 6, 40, true, ActivationFunction.SILU)),
          List.of(new Stage(3, 3, 2, 6, 80, true, ActivationFunction.SILU)),
          List.of(new Stage(3, 5, 1, 6, 112, true, ActivationFunction.SILU)),
          List.of(new Stage(4, 5, 2, 6, 192, true, ActivationFunction.SILU)),
          List.of(new Stage(1, 3, 1, 6, 320, true, ActivationFunction.SILU)));

  private static final List<List<Stage>> MOBILENET_V2 =
      List.of(
          List.of(new Stage(1, 3, 1, 0, 16, false, ActivationFunction.RELU6)),
          List.of(new Stage(2, 3, 2, 6, 24, false, ActivationFunction.RELU6)),
          List.of(new Stage(3, 3, 2, 6, 32, false, ActivationFunction.RELU6)),
          List.of(new Stage(4, 3, 2, 6, 64, false, ActivationFunction.RELU6)),
          List.of(new Stage(3, 3, 1, 6, 96, false, ActivationFunction.RELU6)),
          List.of(new Stage(3, 3, 2, 6, 160, false, ActivationFunction.RELU6)),
          List.of(new Stage(1, 3, 1, 6, 320, false, ActivationFunction.RELU6)));

  private static final List<List<Stage>> MOBILENET_V3_LARGE =
      List.of(
          List.of(new Stage(1, 3, 1, 0, 16, false, ActivationFunction.RELU)),
          List.of(
              new Stage(1, 3, 2, 4, 24, false, ActivationFunction.RELU),
              new Stage(1, 3, 1, 3, 24, false, ActivationFunction.RELU)),
          List.of(new Stage(3, 5, 2, 3, 40, true, ActivationFunction.RELU)),
          List.of(
              new Stage(1, 3, 2, 6, 80, false, ActivationFunction.HARD_SWISH),
              new Stage(1, 3, 1, 2.5, 80, false, ActivationFunction.HARD_SWISH),
              new Stage(2, 3, 1, 2.3, 80, false, ActivationFunction.HARD_SWISH)),
          List.of(new Stage(2, 3, 1, 6, 112, true, ActivationFunction.HARD_SWISH)),
          List.of(new Stage(3, 5, 2, 6, 160, true, ActivationFunction.HARD_SWISH)));

  private static final List<List<Stage>> MOBILENET_V3_SMALL =
      List.of(
          List.of(new Stage(1, 3, 2, 0, 16, true, ActivationFunction.RELU)),
          List.of(
              new Stage(1, 3, 2, 4.5, 24, false, ActivationFunction.RELU),
              new Stage(1, 3, 1, 3.67, 24, false, ActivationFunction.RELU)),
          List.of(
              new Stage(1, 5, 2, 4, 40, true, ActivationFunction.HARD_SWISH),
              new Stage(2, 5, 1, 6, 40, true, ActivationFunction.HARD_SWISH)),
          List.of(new Stage(2, 5, 1, 3, 48, true, ActivationFunction.HARD_SWISH)),
          List.of(new Stage(3, 5, 2, 6, 96, true, ActivationFunction.HARD_SWISH)));

  private final NetworkBuilder net;
  private final boolean v3;
  private final boolean tensorflow;

  private EfficientNet(NetworkBuilder net, boolean v3, boolean tensorflow) {
    this.net = net;
    this.v3 = v3;
    this.tensorflow = tensorflow;
    net.initialiseConvolutions(EfficientNet::convolutionInit);
    net.initialiseClassifier(shape -> Init.uniform(1 / Math.sqrt(shape[0])), shape -> Init.ZEROS);
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    // timm trained its own at other sizes than the paper's.
    int[] sizes = {224, 224, 256, 288, 320};
    for (int b = 0; b < sizes.length; b++) {
      models.add(efficientNet("efficientnet_b" + b, b, sizes[b], false));
    }
    for (String training : List.of("", "_ap", "_ns")) {
      for (int b = 0; b < EFFICIENTNET_SIZES.length; b++) {
        String name = "tf_efficientnet_b" + b + training;
        models.add(efficientNet(name, b, EFFICIENTNET_SIZES[b], true));
      }
    }
    models.add(
        new Model(
            spec("mobilenetv2_100", "mobilenetv2", 224, 1280, false),
            net ->
                new EfficientNet(net, false, false)
                    .features(MOBILENET_V2, 1, 1, ActivationFunction.RELU6)));
    models.add(mobileNetV3("mobilenetv3_large_100", MOBILENET_V3_LARGE, 960, 1280));
    models.add(mobileNetV3("mobilenetv3_small_100", MOBILENET_V3_SMALL, 576, 1024));
    return List.copyOf(models);
  }

  private static Model efficientNet(String name, int b, int size, boolean tensorflow) {
    return new Model(
        spec(name, "efficientnet", size, round(1280 * WIDTHS[b], 8), tensorflow),
        net ->
            new EfficientNet(net, false, tensorflow)
                .features(EFFICIENTNET, WIDTHS[b], DEPTHS[b], ActivationFunction.SILU));
  }

  private static Model mobileNetV3(String name, List<List<Stage>> stages, int head, int size) {
    return new Model(
        spec(name, "mobilenetv3", 224, size, false),
        net -> new EfficientNet(net, true, false).featuresV3(stages, head, size));
  }

  private static BackboneSpec spec(
      String name, String family, int imageSize, int embedding, boolean tensorflow) {
    return new BackboneSpec(
        name, family, imageSize, embedding, "classifier", tensorflow ? 1e-3 : 1e-5);
  }

  private void features(
      List<List<Stage>> stages, double width, double depth, ActivationFunction act) {
    stem(round(32 * width, 8), act);
    blocks(stages, width, depth);
    net.conv("conv_head", round(1280 * width, 8), POINT);
    net.batchNorm("bn2");
    net.act("act2", act);
  }

  /** The head convolution comes after the pooling. */
  private void featuresV3(List<List<Stage>> stages, int head, int size) {
    stem(16, ActivationFunction.HARD_SWISH);
    blocks(stages, 1, 1);
    String name = "blocks." + stages.size() + ".0";
    net.conv(name + ".conv", head, POINT);
    net.batchNorm(name + ".bn1");
    net.act(name + ".act1", ActivationFunction.HARD_SWISH);
    String pooled = net.mean("head_pool", net.last());
    net.biasedConv("conv_head", pooled, size, POINT);
    net.act("act2", ActivationFunction.HARD_SWISH);
  }

  private void stem(int channels, ActivationFunction act) {
    net.conv("conv_stem", channels, window(3, 2));
    net.batchNorm("bn1");
    net.act("act1", act);
  }

  private void blocks(List<List<Stage>> stages, double width, double depth) {
    for (int s = 0; s < stages.size(); s++) {
      int index = 0;
      for (Stage stage : stages.get(s)) {
        int repeats = (int) Math.ceil(stage.repeats * depth);
        for (int i = 0; i < repeats; i++) {
          block(
              "blocks." + s + "." + index++,
              stage,
              i == 0 ? stage.stride : 1,
              round(stage.out * width, 8));
        }
      }
    }
  }

  private void block(String name, Stage stage, int stride, int out) {
    String input = net.last();
    int in = net.channels(input);
    boolean expands = stage.expansion > 0;
    int norm = 1;
    if (expands) {
      net.conv(name + ".conv_pw", round(in * stage.expansion, 8), POINT);
      net.batchNorm(name + ".bn" + norm);
      net.act(name + ".act" + norm, stage.act);
      norm++;
    }
    net.depthwise(name + ".conv_dw", net.last(), window(stage.kernel, stride));
    net.batchNorm(name + ".bn" + norm);
    net.act(name + ".act" + norm, stage.act);
    norm++;
    if (stage.excite) {
      squeezeExcite(name + ".se", in, stage.act);
    }
    net.conv(name + (expands ? ".conv_pwl" : ".conv_pw"), out, POINT);
    String result = net.batchNorm(name + ".bn" + norm);
    if (stride == 1 && in == out) {
      net.add(name, result, input);
    }
  }

  /** Hu et al., <i>Squeeze-and-Excitation Networks</i>, CVPR 2018. */
  private void squeezeExcite(String name, int blockInput, ActivationFunction act) {
    String input = net.last();
    int channels = net.channels(input);
    int reduced = v3 ? round(0.25 * channels, 8) : round(0.25 * blockInput, 1);
    String mean = net.mean(name + ".pool", input);
    net.biasedConv(name + ".conv_reduce", mean, reduced, POINT);
    String active = net.act(name + ".act1", v3 ? ActivationFunction.RELU : act);
    net.biasedConv(name + ".conv_expand", active, channels, POINT);
    String gate =
        net.act(name + ".gate", v3 ? ActivationFunction.HARD_SIGMOID : ActivationFunction.SIGMOID);
    net.multiply(name, input, gate);
  }

  private Kernel window(int kernel, int stride) {
    // With stride 1 and odd kernels, TensorFlow's padding is the symmetric one.
    return tensorflow && stride > 1 ? Kernel.same(kernel, stride) : Kernel.centred(kernel, stride);
  }

  /** The nearest multiple of the divisor that is not more than a tenth below the value. */
  private static int round(double value, int divisor) {
    int rounded = Math.max(divisor, (int) (value + divisor / 2.0) / divisor * divisor);
    return rounded < 0.9 * value ? rounded + divisor : rounded;
  }

  /** TensorFlow's initialisation: fan out per group. */
  private static Init convolutionInit(long[] shape, int groups) {
    long fanOut = shape[0] * shape[2] * shape[3] / groups;
    return Init.normal(Math.sqrt(2.0 / fanOut));
  }
}
