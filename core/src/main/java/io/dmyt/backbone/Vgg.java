package io.dmyt.backbone;

import io.dmyt.backbone.layer.AdaptiveAverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * VGG, with batch norm ({@code _bn}) or without, as timm has it: its first two dense layers are
 * convolutions, so that larger images than 224×224 do as well; of smaller ones the last maps are
 * spread.
 *
 * <p>Simonyan and Zisserman, <i>Very Deep Convolutional Networks for Large-Scale Image
 * Recognition</i>, ICLR 2015.
 */
final class Vgg {
  private static final int STRIDE = 32;

  /** Height and width of what the first dense layer sees. */
  private static final int SEEN = 7;

  private Vgg() {}

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    add(models, "vgg11", 1, 1, 2, 2, 2);
    add(models, "vgg13", 2, 2, 2, 2, 2);
    add(models, "vgg16", 2, 2, 3, 3, 3);
    add(models, "vgg19", 2, 2, 4, 4, 4);
    return models;
  }

  private static void add(List<Model> models, String name, int... depths) {
    for (boolean norm : new boolean[] {false, true}) {
      models.add(
          Model.timm(norm ? name + "_bn" : name, "vgg", net -> features(net, norm, depths))
              .named(Vgg::timmName));
    }
  }

  /** torchvision has the dense layers in one sequence. */
  private static Optional<String> timmName(String name) {
    return Optional.of(
        name.replace("classifier.0.", "pre_logits.fc1.")
            .replace("classifier.3.", "pre_logits.fc2.")
            .replace("classifier.6.", "head.fc."));
  }

  private static void features(NetworkBuilder net, boolean norm, int... depths) {
    net.initialiseClassifier(shape -> Init.normal(0.01), shape -> Init.ZEROS);
    // The indices are those of timm's Sequential.
    int index = 0;
    for (int stage = 0; stage < depths.length; stage++) {
      int channels = Math.min(64 << stage, 512);
      for (int i = 0; i < depths[stage]; i++) {
        net.biasedConv("features." + index++, net.last(), channels, Kernel.centred(3, 1));
        if (norm) {
          net.batchNorm("features." + index++);
        }
        net.relu("features." + index++);
      }
      net.maxPool("features." + index++, Kernel.of(2, 2, 0));
    }
    if (net.imageSize() < STRIDE * SEEN) {
      net.function("pre_logits.pool", new AdaptiveAverage(SEEN), net.last());
    }
    net.biasedConv("pre_logits.fc1", net.last(), 4096, Kernel.of(SEEN, 1, 0));
    net.relu("pre_logits.act1");
    net.biasedConv("pre_logits.fc2", net.last(), 4096, Kernel.of(1, 1, 0));
    net.relu("pre_logits.act2");
  }
}
