package io.dmyt.backbone;

import java.util.List;
import java.util.Optional;

/**
 * VGG with batch norm as timm has it: its first two dense layers are convolutions, so that larger
 * images than 224×224 do as well.
 *
 * <p>Simonyan and Zisserman, <i>Very Deep Convolutional Networks for Large-Scale Image
 * Recognition</i>, ICLR 2015.
 */
final class Vgg {
  private Vgg() {}

  static List<Model> models() {
    BackboneSpec spec = new BackboneSpec("vgg16_bn", "vgg", 224, 4096, "head.fc", 1e-5);
    return List.of(new Model(spec, net -> features(net, 2, 2, 3, 3, 3), Vgg::timmName));
  }

  /** torchvision has the dense layers in one sequence. */
  private static Optional<String> timmName(String name) {
    return Optional.of(
        name.replace("classifier.0.", "pre_logits.fc1.")
            .replace("classifier.3.", "pre_logits.fc2.")
            .replace("classifier.6.", "head.fc."));
  }

  private static void features(NetworkBuilder net, int... depths) {
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
    // The indices are those of timm's Sequential.
    int index = 0;
    for (int stage = 0; stage < depths.length; stage++) {
      int channels = Math.min(64 << stage, 512);
      for (int i = 0; i < depths[stage]; i++) {
        net.biasedConv("features." + index++, net.last(), channels, Kernel.centred(3, 1));
        net.batchNorm("features." + index++);
        net.relu("features." + index++);
      }
      net.maxPool("features." + index++, Kernel.of(2, 2, 0));
    }
    net.biasedConv("pre_logits.fc1", net.last(), 4096, Kernel.of(7, 1, 0));
    net.relu("pre_logits.act1");
    net.biasedConv("pre_logits.fc2", net.last(), 4096, Kernel.of(1, 1, 0));
    net.relu("pre_logits.act2");
  }
}
