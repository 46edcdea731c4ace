package io.dmyt.backbone;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * DenseNet-BC as timm has it.
 *
 * <p>Huang et al., <i>Densely Connected Convolutional Networks</i>, CVPR 2017.
 */
final class DenseNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final int GROWTH = 32;
  private static final Pattern OLD_LAYER =
      Pattern.compile("(denselayer\\d+\\.(?:norm|conv))\\.([12]\\.)");

  private final NetworkBuilder net;

  private DenseNet(NetworkBuilder net) {
    this.net = net;
    net.initialiseConvolutions(
        (shape, groups) -> Init.normal(Math.sqrt(2.0 / (shape[1] * shape[2] * shape[3]))));
    net.initialiseClassifier(Init::pytorchDefault, shape -> Init.ZEROS);
  }

  static List<Model> models() {
    BackboneSpec spec = new BackboneSpec("densenet121", "densenet", 224, 1024, "classifier", 1e-5);
    return List.of(
        new Model(
            spec,
            net -> new DenseNet(net).features(6, 12, 24, 16),
            // As torchvision's oldest files have it: norm.1 for norm1.
            name -> Optional.of(OLD_LAYER.matcher(name).replaceFirst("$1$2"))));
  }

  private void features(int... depths) {
    net.conv("features.conv0", 2 * GROWTH, Kernel.centred(7, 2));
    norm("features.norm0");
    net.maxPool("features.pool0", Kernel.centred(3, 2));
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
    net.conv(name + ".conv1", 4 * GROWTH, POINT);
    norm(name + ".norm2");
    String grown = net.conv(name + ".conv2", GROWTH, Kernel.centred(3, 1));
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
