package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * DLA: stages are trees of residual blocks, whose roots gather what the blocks below have computed.
 *
 * <p>Yu et al., <i>Deep Layer Aggregation</i>, CVPR 2018. {@code x} are those with convolutions in
 * groups, {@code c} the compact ones; {@code _res2net} and {@code _res2next} have the blocks of
 * {@link Res2Net}.
 */
final class DeepLayerAggregation {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Pattern PROJECTION =
      Pattern.compile("level([2-5])((?:\\.tree[12])*)\\.project\\..*");
  private static final List<Integer> CHANNELS = List.of(16, 32, 128, 256, 512, 1024);
  private static final List<Integer> COMPACT = List.of(16, 32, 64, 64, 128, 256);

  private final NetworkBuilder net;
  private final Variant variant;

  private DeepLayerAggregation(NetworkBuilder net, Variant variant) {
    this.net = net;
    this.variant = variant;
  }

  /** Writes a block up to its last batch norm, behind the last vertex. */
  @FunctionalInterface
  private interface Block {
    String add(NetworkBuilder net, String name, int out, int stride);
  }

  /**
   * What distinguishes a network.
   *
   * @param levels of each stage: convolutions of the first two, heights of the trees of the others
   * @param channels of each stage
   * @param residualRoots whether a root adds its last block's value
   */
  private record Variant(
      List<Integer> levels, List<Integer> channels, Block block, boolean residualRoots) {

    /** The authors' files have projections at trees of trees too, where nothing is projected. */
    boolean isUnused(String tensor) {
      Matcher projection = PROJECTION.matcher(tensor);
      return projection.matches()
          && levels.get(Integer.parseInt(projection.group(1))) > 1 + trees(projection.group(2));
    }

    private static int trees(String path) {
      return path.split("tree", -1).length - 1;
    }
  }

  static List<Model> models() {
    List<Integer> l34 = List.of(1, 1, 1, 2, 2, 1);
    List<Integer> l60 = List.of(1, 1, 1, 2, 3, 1);
    List<Integer> l102 = List.of(1, 1, 1, 3, 4, 1);
    Block plain = bottleneck(1, 64);
    Block x = bottleneck(32, 4);
    List<Model> models = new ArrayList<>();
    add(
        models,
        "dla34",
        new Variant(
            l34, List.of(16, 32, 64, 128, 256, 512), DeepLayerAggregation::basicBlock, false));
    add(models, "dla46_c", new Variant(l34, COMPACT, plain, false));
    add(models, "dla46x_c", new Variant(l34, COMPACT, x, false));
    add(models, "dla60x_c", new Variant(l60, COMPACT, x, false));
    add(models, "dla60", new Variant(l60, CHANNELS, plain, false));
    add(models, "dla60x", new Variant(l60, CHANNELS, x, false));
    add(models, "dla102", new Variant(l102, CHANNELS, plain, true));
    add(models, "dla102x", new Variant(l102, CHANNELS, x, true));
    add(models, "dla102x2", new Variant(l102, CHANNELS, bottleneck(64, 4), true));
    add(models, "dla169", new Variant(List.of(1, 1, 2, 3, 5, 1), CHANNELS, plain, true));
    add(models, "dla60_res2net", new Variant(l60, CHANNELS, scales(1, 28), false));
    add(models, "dla60_res2next", new Variant(l60, CHANNELS, scales(8, 4), false));
    return models;
  }

  private static void add(List<Model> models, String name, Variant variant) {
    models.add(
        Model.timm(name, "dla", net -> new DeepLayerAggregation(net, variant).features())
            .named(tensor -> Optional.of(tensor).filter(t -> !variant.isUnused(t))));
  }

  private static String basicBlock(NetworkBuilder net, String name, int out, int stride) {
    net.conv(name + ".conv1", out, Kernel.centred(3, stride));
    net.batchNorm(name + ".bn1");
    net.relu(name + ".act1");
    net.conv(name + ".conv2", out, Kernel.centred(3, 1));
    return net.batchNorm(name + ".bn2");
  }

  /** Channels inside a block of so many channels. */
  private static int width(int out, int groups, int groupWidth) {
    return out * groupWidth / 64 * groups / 2;
  }

  private static Block bottleneck(int groups, int groupWidth) {
    return (net, name, out, stride) -> {
      int width = width(out, groups, groupWidth);
      net.conv(name + ".conv1", width, POINT);
      net.batchNorm(name + ".bn1");
      net.relu(name + ".act1");
      net.groupedConv(name + ".conv2", width, Kernel.centred(3, stride), groups);
      net.batchNorm(name + ".bn2");
      net.relu(name + ".act2");
      net.conv(name + ".conv3", out, POINT);
      return net.batchNorm(name + ".bn3");
    };
  }

  private static Block scales(int groups, int groupWidth) {
    return (net, name, out, stride) ->
        new Res2Net.Bottleneck(width(out, groups, groupWidth), 4, groups)
            .add(net, name, out, stride, stride > 1, Init.ONES);
  }

  private void features() {
    net.initialiseClassifier(shape -> Init.normal(Math.sqrt(2.0 / shape[0])), Init::pytorchDefault);
    net.convolutionalClassifier();
    List<Integer> channels = variant.channels();
    net.conv("base_layer.0", channels.get(0), Kernel.centred(7, 1));
    net.batchNorm("base_layer.1");
    net.relu("base_layer.2");
    convolutions(0, 1);
    convolutions(1, 2);
    for (int level = 2; level < channels.size(); level++) {
      tree(
          "level" + level,
          variant.levels().get(level),
          channels.get(level),
          2,
          level > 2,
          new ArrayList<>());
    }
  }

  private void convolutions(int level, int stride) {
    // The indices are those of timm's Sequential.
    for (int i = 0; i < variant.levels().get(level); i++) {
      String name = "level" + level + ".";
      int out = variant.channels().get(level);
      net.conv(name + 3 * i, out, Kernel.centred(3, i == 0 ? stride : 1));
      net.batchNorm(name + (3 * i + 1));
      net.relu(name + (3 * i + 2));
    }
  }

  /**
   * Writes a tree behind the last vertex.
   *
   * @param withInput whether its root reads the tree's input too
   * @param gathered what its root reads beside the last two blocks
   */
  private String tree(
      String name, int height, int out, int stride, boolean withInput, List<String> gathered) {
    String input = net.last();
    if (height > 1) {
      if (withInput) {
        gathered.add(downsampled(name, input, stride));
      }
      net.continueFrom(input);
      gathered.add(tree(name + ".tree1", height - 1, out, stride, false, new ArrayList<>()));
      return tree(name + ".tree2", height - 1, out, 1, false, gathered);
    }
    String bottom = downsampled(name, input, stride);
    if (withInput) {
      gathered.add(bottom);
    }
    String shortcut = bottom;
    if (net.channels(input) != out) {
      net.conv(name + ".project.0", bottom, out, POINT);
      shortcut = net.batchNorm(name + ".project.1");
    }
    net.continueFrom(input);
    String first = block(name + ".tree1", out, stride, shortcut);
    String second = block(name + ".tree2", out, 1, first);
    gathered.addAll(0, List.of(second, first));
    return root(name + ".root", out, gathered);
  }

  private String downsampled(String name, String input, int stride) {
    return stride == 1
        ? input
        : net.maxPool(name + ".downsample", input, Kernel.of(stride, stride, 0));
  }

  private String block(String name, int out, int stride, String shortcut) {
    String residual = variant.block().add(net, name, out, stride);
    net.add(name + ".add", residual, shortcut);
    return net.relu(name);
  }

  private String root(String name, int out, List<String> gathered) {
    net.concatenate(name + ".gathered", gathered.toArray(String[]::new));
    net.conv(name + ".conv", out, POINT);
    String norm = net.batchNorm(name + ".bn");
    if (variant.residualRoots()) {
      net.add(name + ".add", norm, gathered.get(0));
    }
    return net.relu(name);
  }
}
