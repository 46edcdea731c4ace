package io.dmyt.backbone;

import io.dmyt.backbone.layer.BlurPool;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * DenseNet-BC as timm has it.
 *
 * <p>Huang et al., <i>Densely Connected Convolutional Networks</i>, CVPR 2017.
 */
final class DenseNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Pattern OLD_LAYER =
      Pattern.compile("(denselayer\\d+\\.(?:norm|conv))\\.([12]\\.)");

  private final NetworkBuilder net;
  private final int growth;

  private DenseNet(NetworkBuilder net, int growth) {
    this.net = net;
    this.growth = growth;
    net.initialiseConvolutions(
        (shape, groups) -> Init.normal(Math.sqrt(2.0 / (shape[1] * shape[2] * shape[3]))));
    net.initialiseClassifier(Init::pytorchDefault, shape -> Init.ZEROS);
  }

  static List<Model> models() {
    return List.of(
        model("densenet121", net -> new DenseNet(net, 32).features(6, 12, 24, 16)),
        model("tv_densenet121", net -> new DenseNet(net, 32).features(6, 12, 24, 16)),
        model("densenet169", net -> new DenseNet(net, 32).features(6, 12, 32, 32)),
        model("densenet201", net -> new DenseNet(net, 32).features(6, 12, 48, 32)),
        model("densenet161", net -> new DenseNet(net, 48).features(6, 12, 36, 24)),
        model("densenetblur121d", net -> new DenseNet(net, 32).blurred(6, 12, 24, 16)));
  }

  private static Model model(String name, Consumer<NetworkBuilder> features) {
    // As torchvision's oldest files have it: norm.1 for norm1.
    return Model.timm(name, "densenet", features)
        .named(tensor -> Optional.of(OLD_LAYER.matcher(tensor).replaceFirst("$1$2")));
  }

  private void features(int... depths) {
    net.conv("features.conv0", 2 * growth, Kernel.centred(7, 2));
    norm("features.norm0");
    net.maxPool("features.pool0", Kernel.centred(3, 2));
    blocks(depths);
  }

  /** With three 3×3 convolutions in the place of the first, and a blur behind them. */
  private void blurred(int... depths) {
    net.conv("features.conv0", growth, Kernel.centred(3, 2));
    norm("features.norm0");
    net.conv("features.conv1", growth, Kernel.centred(3, 1));
    norm("features.norm1");
    net.conv("features.conv2", 2 * growth, Kernel.centred(3, 1));
    norm("features.norm2");
    String pooled = net.maxPool("features.pool0.0", Kernel.centred(3, 1));
    net.function("features.pool0.1", new BlurPool(2), pooled);
    blocks(depths);
  }

  private void blocks(int... depths) {
    for (int b = 1; b <= depths.length; b++) {
      for (int i = 1; i <= depths[b - 1]; i++) {
        layer("features.denseblock" + b + ".denselayer" + i);
      }
      if (b < depths.length) {
        transition("features.transition" + b);
      }
    }
    norm("features.norm5");
  }

  private void layer(String name) {
    String input = net.last();
    norm(name + ".norm1");
    net.conv(name + ".conv1", 4 * growth, POINT);
    norm(name + ".norm2");
    String grown = net.conv(name + ".conv2", growth, Kernel.centred(3, 1));
    net.concatenate(name, input, grown);
  }

  private void transition(String name) {
    norm(name + ".norm");
    String reduced = net.conv(name + ".conv", net.channels(net.last()) / 2, POINT);
    net.averagePool(name + ".pool", reduced, Kernel.of(2, 2, 0));
  }

  private void norm(String name) {
    net.batchNorm(name);
    net.relu(name + ".act");
  }
}
