package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * HRNet: branches of one, two, three and four resolutions side by side, which exchange what they
 * have found; a head puts them together from the finest to the coarsest.
 *
 * <p>Wang et al., <i>Deep High-Resolution Representation Learning for Visual Recognition</i>, TPAMI
 * 2021. The names have the channels of the finest branch ({@code w18}); the others have twice, four
 * and eight times as many.
 */
final class HrNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final int EXPANSION = 4;
  private static final List<Integer> HEAD = List.of(32, 64, 128, 256);
  private static final int FEATURES = 2048;

  private final NetworkBuilder net;
  private final Variant variant;

  private HrNet(NetworkBuilder net, Variant variant) {
    this.net = net;
    this.variant = variant;
    net.initialiseConvolutions(Init::kaimingFanOut, (shape, groups) -> Init.pytorchDefault(shape));
  }

  /**
   * What distinguishes a network.
   *
   * @param width channels of the finest branch
   * @param planes of the bottlenecks of the first stage
   * @param bottlenecks of the first stage
   * @param modules of the second, third and fourth stage, each of which ends in an exchange
   * @param blocks of each branch in a module
   */
  private record Variant(
      int width, int planes, int bottlenecks, List<Integer> modules, int blocks) {}

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    add(models, "hrnet_w18_small", new Variant(16, 32, 1, List.of(1, 1, 1), 2));
    add(models, "hrnet_w18_small_v2", new Variant(18, 64, 2, List.of(1, 3, 2), 2));
    for (int width : new int[] {18, 30, 32, 40, 44, 48, 64}) {
      add(models, "hrnet_w" + width, new Variant(width, 64, 4, List.of(1, 4, 3), 4));
    }
    return models;
  }

  private static void add(List<Model> models, String name, Variant variant) {
    models.add(Model.timm(name, "hrnet", net -> new HrNet(net, variant).features()));
  }

  private void features() {
    conv("conv1", "bn1", 64, Kernel.centred(3, 2));
    net.relu("act1");
    conv("conv2", "bn2", 64, Kernel.centred(3, 2));
    net.relu("act2");
    for (int i = 0; i < variant.bottlenecks(); i++) {
      bottleneck("layer1." + i, variant.planes());
    }
    List<String> branches = List.of(net.last());
    for (int stage = 2; stage <= 4; stage++) {
      branches = transition("transition" + (stage - 1), branches);
      for (int module = 0; module < variant.modules().get(stage - 2); module++) {
        branches = module("stage" + stage + "." + module, branches);
      }
    }
    head(branches);
  }

  private int width(int branch) {
    return variant.width() << branch;
  }

  /** One branch more; the first transition gives both of its branches convolutions. */
  private List<String> transition(String name, List<String> branches) {
    int count = branches.size();
    String coarsest = branches.get(count - 1);
    List<String> all = new ArrayList<>(branches);
    if (count == 1) {
      net.continueFrom(coarsest);
      conv(name + ".0.0", name + ".0.1", width(0), Kernel.centred(3, 1));
      all.set(0, net.relu(name + ".0.2"));
    }
    net.continueFrom(coarsest);
    String added = name + "." + count + ".0.";
    conv(added + "0", added + "1", width(count), Kernel.centred(3, 2));
    all.add(net.relu(added + "2"));
    return all;
  }

  private List<String> module(String name, List<String> branches) {
    List<String> deeper = new ArrayList<>();
    for (int branch = 0; branch < branches.size(); branch++) {
      net.continueFrom(branches.get(branch));
      for (int i = 0; i < variant.blocks(); i++) {
        basicBlock(name + ".branches." + branch + "." + i, width(branch));
      }
      deeper.add(net.last());
    }
    List<String> fused = new ArrayList<>();
    for (int to = 0; to < deeper.size(); to++) {
      String layer = name + ".fuse_layers." + to;
      String sum = null;
      for (int from = 0; from < deeper.size(); from++) {
        String part = resized(layer + "." + from, deeper.get(from), from, to);
        sum = sum == null ? part : net.add(layer + ".sum" + from, sum, part);
      }
      fused.add(net.relu(layer));
    }
    return fused;
  }

  /** What one branch tells another. */
  private String resized(String name, String map, int from, int to) {
    net.continueFrom(map);
    if (from > to) {
      conv(name + ".0", name + ".1", width(to), POINT);
      return net.upsample(name + ".2", net.last(), 1 << (from - to));
    }
    for (int i = 0; i < to - from; i++) {
      boolean last = i == to - from - 1;
      String step = name + "." + i + ".";
      conv(step + "0", step + "1", width(last ? to : from), Kernel.centred(3, 2));
      if (!last) {
        net.relu(step + "2");
      }
    }
    return net.last();
  }

  private void head(List<String> branches) {
    List<String> wide = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      net.continueFrom(branches.get(i));
      wide.add(bottleneck("incre_modules." + i + ".0", HEAD.get(i)));
    }
    String joined = wide.get(0);
    for (int i = 0; i < wide.size() - 1; i++) {
      String name = "downsamp_modules." + i;
      int out = EXPANSION * HEAD.get(i + 1);
      net.biasedConv(name + ".0", joined, out, Kernel.centred(3, 2));
      net.batchNorm(name + ".1");
      joined = net.add(name, wide.get(i + 1), net.relu(name + ".2"));
    }
    net.biasedConv("final_layer.0", joined, FEATURES, POINT);
    net.batchNorm("final_layer.1");
    net.relu("final_layer.2");
  }

  private void basicBlock(String name, int planes) {
    String input = net.last();
    conv(name + ".conv1", name + ".bn1", planes, Kernel.centred(3, 1));
    net.relu(name + ".act1");
    conv(name + ".conv2", name + ".bn2", planes, Kernel.centred(3, 1));
    net.add(name + ".add", net.last(), input);
    net.relu(name);
  }

  private String bottleneck(String name, int planes) {
    String input = net.last();
    conv(name + ".conv1", name + ".bn1", planes, POINT);
    net.relu(name + ".act1");
    conv(name + ".conv2", name + ".bn2", planes, Kernel.centred(3, 1));
    net.relu(name + ".act2");
    conv(name + ".conv3", name + ".bn3", EXPANSION * planes, POINT);
    String residual = net.last();
    String shortcut = input;
    if (net.channels(input) != EXPANSION * planes) {
      net.conv(name + ".downsample.0", input, EXPANSION * planes, POINT);
      shortcut = net.batchNorm(name + ".downsample.1");
    }
    net.add(name + ".add", residual, shortcut);
    return net.relu(name);
  }

  private void conv(String conv, String norm, int out, Kernel window) {
    net.conv(conv, out, window);
    net.batchNorm(norm);
  }
}
