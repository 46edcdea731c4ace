package io.dmyt.backbone;

import io.dmyt.backbone.ResNetVariant.Softening;
import io.dmyt.backbone.layer.BlurPool;
import java.util.List;

/**
 * Residual networks as timm has them: the stride is in the bottleneck's 3×3 convolution, and the
 * last batch norm of each block starts at 0.
 */
final class ResNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  private final NetworkBuilder net;
  private final ResNetVariant variant;

  private ResNet(NetworkBuilder net, ResNetVariant variant) {
    this.net = net;
    this.variant = variant;
  }

  /** Writes the network up to its last feature map. */
  static void write(NetworkBuilder net, ResNetVariant variant) {
    new ResNet(net, variant).features();
  }

  private void features() {
    net.initialiseConvolutions(Init::kaimingFanOut, (shape, groups) -> Init.pytorchDefault(shape));
    stem();
    for (int stage = 0; stage < variant.depths().size(); stage++) {
      for (int i = 0; i < variant.depths().get(stage); i++) {
        block("layer" + (stage + 1) + "." + i, 64 << stage, stage > 0 && i == 0 ? 2 : 1);
      }
    }
  }

  private void stem() {
    List<Integer> stem = variant.stem();
    if (stem.isEmpty()) {
      net.conv("conv1", 64, Kernel.centred(7, 2));
    } else {
      // The indices are those of timm's Sequential.
      for (int i = 0; i < 2; i++) {
        net.conv("conv1." + 3 * i, stem.get(i), Kernel.centred(3, i == 0 ? 2 : 1));
        net.batchNorm("conv1." + (3 * i + 1));
        net.relu("conv1." + (3 * i + 2));
      }
      net.conv("conv1.6", stem.get(2), Kernel.centred(3, 1));
    }
    net.batchNorm("bn1");
    net.relu("act1");
    if (variant.convolutionPool()) {
      net.conv("maxpool.0", net.channels(net.last()), Kernel.centred(3, 2));
      net.batchNorm("maxpool.1");
      net.relu("maxpool.2");
    } else if (variant.softening() == Softening.BLUR) {
      net.maxPool("maxpool.0", Kernel.centred(3, 1));
      softened("maxpool.1");
    } else if (variant.softening() == Softening.AVERAGE) {
      softened("maxpool");
    } else {
      net.maxPool("maxpool", Kernel.centred(3, 2));
    }
  }

  private void block(String name, int planes, int stride) {
    String input = net.last();
    String residual = branch(name, planes, stride);
    ChannelAttention attention = variant.attention();
    if (attention != null) {
      residual = attention.add(net, name + ".se", planes * variant.expansion());
    }
    String shortcut = input;
    // As planned: pruning changes what there is.
    boolean first = name.endsWith(".0");
    if (first && (stride != 1 || variant.expansion() > 1 || variant.stem().contains(128))) {
      shortcut = shortcut(name + ".downsample", input, planes * variant.expansion(), stride);
    }
    net.add(name + ".add", residual, shortcut);
    net.relu(name + (variant.expansion() == 1 ? ".act2" : ".act3"));
  }

  private String branch(String name, int planes, int stride) {
    if (variant.branch() != null) {
      return variant.branch().add(net, name, planes, stride);
    }
    return variant.expansion() == 1
        ? basicBlock(name, planes, stride)
        : bottleneckBlock(name, planes, stride);
  }

  private String shortcut(String name, String input, int out, int stride) {
    if (variant.averageDown()) {
      String pooled =
          stride == 1 ? input : net.averageOfImage(name + ".0", input, Kernel.same(2, stride));
      net.conv(name + ".1", pooled, out, POINT);
      return net.batchNorm(name + ".2");
    }
    int kernel = stride == 1 ? 1 : variant.shortcutKernel();
    net.conv(name + ".0", input, out, Kernel.centred(kernel, stride));
    return net.batchNorm(name + ".1");
  }

  private String basicBlock(String name, int planes, int stride) {
    subsampled(name + ".conv1", name + ".bn1", name + ".act1", planes, stride, 1, name + ".aa");
    net.conv(name + ".conv2", planes, Kernel.centred(3, 1));
    return net.batchNorm(name + ".bn2", Init.ZEROS);
  }

  private String bottleneckBlock(String name, int planes, int stride) {
    int width = variant.width(planes);
    net.conv(name + ".conv1", width / variant.reduceFirst(), POINT);
    net.batchNorm(name + ".bn1");
    net.relu(name + ".act1");
    subsampled(
        name + ".conv2",
        name + ".bn2",
        name + ".act2",
        width,
        stride,
        variant.groups(),
        name + ".aa");
    net.conv(name + ".conv3", planes * variant.expansion(), POINT);
    return net.batchNorm(name + ".bn3", Init.ZEROS);
  }

  private void subsampled(
      String conv, String norm, String act, int out, int stride, int groups, String softening) {
    boolean softens = variant.softening() != Softening.NONE && stride == 2;
    net.groupedConv(conv, out, Kernel.centred(3, softens ? 1 : stride), groups);
    net.batchNorm(norm);
    net.relu(act);
    if (softens) {
      softened(softening);
    }
  }

  private void softened(String name) {
    if (variant.softening() == Softening.BLUR) {
      net.function(name, new BlurPool(2), net.last());
    } else {
      net.averagePool(name, net.last(), Kernel.of(2, 2, 0));
    }
  }
}
