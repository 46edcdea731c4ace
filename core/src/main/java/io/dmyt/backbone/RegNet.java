package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * RegNetX, RegNetY with squeeze and excitation, and RegNetZ with inverted bottlenecks as this space
 * has it; {@link RegNetZ} has those of fixed stages.
 *
 * <p>Radosavovic et al., <i>Designing Network Design Spaces</i>, CVPR 2020: block j is as wide as
 * the power of {@code multiplier} times {@code initial} nearest to {@code initial + slope · j}.
 */
final class RegNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final int STEM = 32;
  private static final int DIVISOR = 8;
  private static final double EXCITE = 0.25;

  /** Inner channels of an inverted bottleneck over those outside. */
  private static final int EXPANSION = 4;

  private final NetworkBuilder net;
  private final ConvNormAct convs;
  private final Space space;

  private RegNet(NetworkBuilder net, Space space) {
    this.net = net;
    convs = new ConvNormAct(net, space.act());
    this.space = space;
  }

  /** What kind of blocks a network has. */
  private enum Kind {
    X,
    Y,
    /** Rounded as torchvision does it: a width loses no more than a tenth. */
    X_TORCHVISION,
    Y_TORCHVISION,
    /** Inverted bottlenecks without activation function at their ends. */
    Z
  }

  /** The numbers that a network of the design space is made from. */
  private record Space(
      int initial, double slope, double multiplier, int groupWidth, int depth, Kind kind) {

    Space(int initial, double slope, double multiplier, int group, int depth, boolean excite) {
      this(initial, slope, multiplier, group, depth, excite ? Kind.Y : Kind.X);
    }

    boolean excite() {
      return kind != Kind.X && kind != Kind.X_TORCHVISION;
    }

    boolean inverted() {
      return kind == Kind.Z;
    }

    ActivationFunction act() {
      return inverted() ? ActivationFunction.SILU : ActivationFunction.RELU;
    }

    /** Channels within a block that ends with so many. */
    int inner(int width) {
      return inverted() ? EXPANSION * width : width;
    }

    /** The blocks' widths, rounded to multiples of 8 and then of the groups' width. */
    List<Integer> widths() {
      List<Integer> widths = new ArrayList<>();
      for (int j = 0; j < depth; j++) {
        double power = Math.rint(Math.log((initial + slope * j) / initial) / Math.log(multiplier));
        int width = toMultiple(initial * Math.pow(multiplier, power), DIVISOR);
        widths.add(ofWholeGroups(width));
      }
      return widths;
    }

    private int ofWholeGroups(int width) {
      int inner = inner(width);
      int group = Math.min(groupWidth, inner);
      boolean torchvision = kind == Kind.X_TORCHVISION || kind == Kind.Y_TORCHVISION;
      int whole = torchvision ? Widths.divisible(inner, group) : toMultiple(inner, group);
      return inverted() ? whole / EXPANSION : whole;
    }

    private static int toMultiple(double value, int divisor) {
      return (int) Math.rint(value / divisor) * divisor;
    }
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    add(models, "regnetx_002", new Space(24, 36.44, 2.49, 8, 13, false));
    add(models, "regnetx_004", new Space(24, 24.48, 2.54, 16, 22, false));
    add(models, "regnetx_006", new Space(48, 36.97, 2.24, 24, 16, false));
    add(models, "regnetx_008", new Space(56, 35.73, 2.28, 16, 16, false));
    add(models, "regnetx_016", new Space(80, 34.01, 2.25, 24, 18, false));
    add(models, "regnetx_032", new Space(88, 26.31, 2.25, 48, 25, false));
    add(models, "regnetx_040", new Space(96, 38.65, 2.43, 40, 23, false));
    add(models, "regnetx_064", new Space(184, 60.83, 2.07, 56, 17, false));
    add(models, "regnetx_080", new Space(80, 49.56, 2.88, 120, 23, false));
    add(models, "regnetx_120", new Space(168, 73.36, 2.37, 112, 19, false));
    add(models, "regnetx_160", new Space(216, 55.59, 2.1, 128, 22, false));
    add(models, "regnetx_320", new Space(320, 69.86, 2.0, 168, 23, false));
    add(models, "regnety_002", new Space(24, 36.44, 2.49, 8, 13, true));
    add(models, "regnety_004", new Space(48, 27.89, 2.09, 8, 16, true));
    add(models, "regnety_006", new Space(48, 32.54, 2.32, 16, 15, true));
    add(models, "regnety_008", new Space(56, 38.84, 2.4, 16, 14, true));
    add(models, "regnety_016", new Space(48, 20.71, 2.65, 24, 27, true));
    add(models, "regnety_032", new Space(80, 42.63, 2.66, 24, 21, true));
    add(models, "regnety_040", new Space(96, 31.41, 2.24, 64, 22, true));
    add(models, "regnety_064", new Space(112, 33.22, 2.27, 72, 25, true));
    add(models, "regnety_080", new Space(192, 76.82, 2.19, 56, 17, true));
    add(models, "regnety_120", new Space(168, 73.36, 2.37, 112, 19, true));
    add(models, "regnety_160", new Space(200, 106.23, 2.48, 112, 18, true));
    add(models, "regnety_320", new Space(232, 115.89, 2.53, 232, 20, true));
    return models;
  }

  /** Those that timm 1.0.29 has beside 0.4.9's. */
  static List<Model> current() {
    Space z = new Space(48, 14.5, 2.226, 8, 28, Kind.Z);
    return List.of(
        current("regnetx_004_tv", new Space(24, 24.48, 2.54, 16, 22, Kind.X_TORCHVISION)),
        current("regnety_008_tv", new Space(56, 38.84, 2.4, 16, 14, Kind.Y_TORCHVISION)),
        current("regnety_080_tv", new Space(192, 76.82, 2.19, 56, 17, Kind.Y_TORCHVISION)),
        current("regnety_640", new Space(352, 147.48, 2.4, 328, 20, true)),
        current("regnety_1280", new Space(456, 160.83, 2.52, 264, 27, true)),
        current("regnety_2560", new Space(640, 230.83, 2.53, 373, 27, true)),
        z("regnetz_040", z, 528, net -> net.act("final_act", z.act())),
        z(
            "regnetz_040_h",
            z,
            1536,
            net -> new ConvNormAct(net, z.act()).add("final_conv", 1536, POINT)));
  }

  /**
   * @param end what follows the last block
   */
  private static Model z(String name, Space space, int features, Consumer<NetworkBuilder> end) {
    return Model.current(
        name,
        "regnetz",
        features,
        net -> {
          new RegNet(net, space).features();
          end.accept(net);
        });
  }

  private static Model current(String name, Space space) {
    List<Integer> widths = space.widths();
    return Model.current(
        name, "regnet", widths.get(widths.size() - 1), net -> new RegNet(net, space).features());
  }

  private static void add(List<Model> models, String name, Space space) {
    models.add(Model.timm(name, "regnet", net -> new RegNet(net, space).features()));
  }

  private void features() {
    net.initialiseConvolutions(Init::kaimingFanOut, (shape, groups) -> Init.pytorchDefault(shape));
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
    convs.add("stem", STEM, Kernel.centred(3, 2));
    int stage = 0;
    int block = 0;
    int last = 0;
    for (int width : space.widths()) {
      boolean first = width != last;
      stage += first ? 1 : 0;
      block = first ? 1 : block + 1;
      last = width;
      block("s" + stage + ".b" + block, width, first ? 2 : 1);
    }
  }

  private void block(String name, int width, int stride) {
    String input = net.last();
    int in = net.channels(input);
    int inner = space.inner(width);
    convs.add(name + ".conv1", inner, POINT);
    int groups = inner / Math.min(space.groupWidth(), inner);
    convs.add(name + ".conv2", net.last(), inner, Kernel.centred(3, stride), groups);
    if (space.excite()) {
      int reduced = (int) Math.rint(in * EXCITE);
      ChannelAttention.squeezeExcite(reduced, space.act()).add(net, name + ".se", inner);
    }
    boolean same = stride == 1 && in == width;
    // Zeros would leave nothing of a block without a shortcut.
    Init weight = space.inverted() && !same ? Init.ONES : Init.ZEROS;
    String residual = convs.linear(name + ".conv3", net.last(), width, POINT, 1, weight);
    if (space.inverted()) {
      if (same) {
        net.add(name + ".add", residual, input);
      }
      return;
    }
    String shortcut = input;
    if (!same) {
      shortcut = convs.linear(name + ".downsample", input, width, Kernel.of(1, stride, 0));
    }
    net.add(name + ".add", residual, shortcut);
    net.relu(name + ".act3");
  }
}
