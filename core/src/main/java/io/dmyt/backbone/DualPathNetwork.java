package io.dmyt.backbone;

import java.util.List;

/**
 * DPN: every block adds to some channels, as a residual network's, and appends others, as a
 * DenseNet's.
 *
 * <p>Chen et al., <i>Dual Path Networks</i>, NeurIPS 2017. {@code dpn68b} has a convolution of its
 * own for each path.
 */
final class DualPathNetwork {
  private static final double EPS = 1e-3;
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  private final NetworkBuilder net;
  private final Variant variant;

  private DualPathNetwork(NetworkBuilder net, Variant variant) {
    this.net = net;
    this.variant = variant;
    net.initialiseConvolutions(
        (shape, groups) -> Init.pytorchDefault(shape),
        (shape, groups) -> Init.pytorchDefault(shape));
    net.convolutionalClassifier();
  }

  /**
   * What distinguishes a network.
   *
   * @param kernel of the first convolution
   * @param stem its channels
   * @param bottleneck channels inside the blocks of the first stage; twice as many in each next
   * @param residual channels that the blocks of the first stage add to; twice as many in each next
   * @param groups of the 3×3 convolutions
   * @param depths blocks of each stage
   * @param growth channels that a block of each stage appends
   * @param apart whether each path has a convolution of its own
   */
  private record Variant(
      int kernel,
      int stem,
      int bottleneck,
      int residual,
      int groups,
      List<Integer> depths,
      List<Integer> growth,
      boolean apart) {}

  /** The channels that are added to, and those that are appended to. */
  private record Paths(String residual, String dense) {}

  static List<Model> models() {
    List<Integer> d68 = List.of(3, 4, 12, 3);
    List<Integer> g68 = List.of(16, 32, 32, 64);
    List<Integer> d92 = List.of(3, 4, 20, 3);
    List<Integer> g92 = List.of(16, 32, 24, 128);
    List<Integer> d98 = List.of(3, 6, 20, 3);
    List<Integer> g98 = List.of(16, 32, 32, 128);
    return List.of(
        model("dpn68", new Variant(3, 10, 128, 64, 32, d68, g68, false)),
        model("dpn68b", new Variant(3, 10, 128, 64, 32, d68, g68, true)),
        model("dpn92", new Variant(7, 64, 96, 256, 32, d92, g92, false)),
        model("dpn98", new Variant(7, 96, 160, 256, 40, d98, g98, false)),
        model("dpn131", new Variant(7, 128, 160, 256, 40, List.of(4, 8, 28, 3), g98, false)),
        model(
            "dpn107",
            new Variant(
                7, 128, 200, 256, 50, List.of(4, 8, 20, 3), List.of(20, 64, 64, 128), false)));
  }

  private static Model model(String name, Variant variant) {
    return Model.timm(name, "dpn", net -> new DualPathNetwork(net, variant).features()).eps(EPS);
  }

  private void features() {
    new ConvNormAct(net)
        .add("features.conv1_1", variant.stem(), Kernel.centred(variant.kernel(), 2));
    net.maxPool("features.conv1_pool", Kernel.centred(3, 2));
    for (int stage = 0; stage < variant.depths().size(); stage++) {
      String name = "features.conv" + (stage + 2) + "_";
      Paths paths = firstBlock(name + "1", stage);
      for (int i = 2; i <= variant.depths().get(stage); i++) {
        paths = block(name + i, stage, 1, paths);
      }
    }
    net.batchNorm("features.conv5_bn_ac.bn");
    net.act("features.conv5_bn_ac.act", ActivationFunction.ELU);
  }

  /** A block whose paths start from a projection of its input. */
  private Paths firstBlock(String name, int stage) {
    int stride = stage == 0 ? 1 : 2;
    String input = net.last();
    int residual = variant.residual() << stage;
    int dense = 2 * variant.growth().get(stage);
    String projected = conv(name + ".c1x1_w_s" + stride, residual + dense, stride, 1, 1);
    Paths paths = paths(name + ".projected", projected, residual);
    net.continueFrom(input);
    return block(name, stage, stride, paths);
  }

  private Paths block(String name, int stage, int stride, Paths in) {
    int inner = variant.bottleneck() << stage;
    int residual = variant.residual() << stage;
    int growth = variant.growth().get(stage);
    conv(name + ".c1x1_a", inner, 1, 1, 1);
    conv(name + ".c3x3_b", inner, stride, 3, variant.groups());
    Paths out;
    if (variant.apart()) {
      String inside = normalised(name + ".c1x1_c");
      String added = net.conv(name + ".c1x1_c1", inside, residual, POINT);
      out = new Paths(added, net.conv(name + ".c1x1_c2", inside, growth, POINT));
    } else {
      out = paths(name, conv(name + ".c1x1_c", residual + growth, 1, 1, 1), residual);
    }
    Paths both =
        new Paths(
            net.add(name + ".residual", in.residual(), out.residual()),
            net.concatenate(name + ".dense", in.dense(), out.dense()));
    net.concatenate(name + ".joined", both.residual(), both.dense());
    return both;
  }

  private Paths paths(String name, String whole, int residual) {
    return new Paths(
        net.subset(name + ".added", whole, 0, residual),
        net.subset(name + ".appended", whole, residual, net.channels(whole) - residual));
  }

  private String normalised(String name) {
    net.batchNorm(name + ".bn");
    return net.relu(name + ".act");
  }

  private String conv(String name, int out, int stride, int kernel, int groups) {
    normalised(name);
    return net.groupedConv(name + ".conv", out, Kernel.centred(kernel, stride), groups);
  }
}
