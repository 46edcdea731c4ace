package io.dmyt.backbone;

import java.util.List;
import java.util.Optional;

/**
 * Xception as timm has it, after Cadene's port of the Keras network.
 *
 * <p>Chollet, <i>Xception: Deep Learning with Depthwise Separable Convolutions</i>, CVPR 2017.
 */
final class Xception {
  private final NetworkBuilder net;

  private Xception(NetworkBuilder net) {
    this.net = net;
  }

  static List<Model> models() {
    BackboneSpec spec = new BackboneSpec("xception", "xception", 299, 2048, "fc", 1e-5);
    // Cadene's port, and much deepfake work after it, calls the classifier last_linear.
    return List.of(
        new Model(spec, net -> new Xception(net).features())
            .named(name -> Optional.of(name.replaceFirst("^last_linear\\.", "fc."))));
  }

  private void features() {
    net.conv("conv1", 32, Kernel.of(3, 2, 0));
    net.batchNorm("bn1");
    net.relu("act1");
    net.conv("conv2", 64, Kernel.of(3, 1, 0));
    net.batchNorm("bn2");
    net.relu("act2");

    block("block1", 2, 2, false, 128, 128);
    block("block2", 2, 2, true, 256, 256);
    block("block3", 2, 2, true, 728, 728);
    for (int i = 4; i <= 11; i++) {
      block("block" + i, 3, 1, true, 728, 728);
    }
    block("block12", 2, 2, true, 728, 1024);

    separable("conv3", 1536);
    net.batchNorm("bn3");
    net.relu("act3");
    separable("conv4", 2048);
    net.batchNorm("bn4");
    net.relu("act4");
  }

  /** {@code reps} times ReLU, separable convolution and batch norm, beside a shortcut. */
  private void block(String name, int reps, int stride, boolean reluFirst, int inner, int out) {
    String input = net.last();
    String shortcut = input;
    if (stride != 1 || net.channels(input) != out) {
      net.conv(name + ".skip", input, out, Kernel.of(1, stride, 0));
      shortcut = net.batchNorm(name + ".skipbn");
    }
    // The indices are those of timm's Sequential.
    int index = 0;
    String from = input;
    for (int i = 0; i < reps; i++) {
      if (i > 0 || reluFirst) {
        from = net.relu(rep(name, index++), from);
      }
      separable(rep(name, index++), from, i < reps - 1 ? inner : out);
      from = net.batchNorm(rep(name, index++));
    }
    if (stride != 1) {
      from = net.maxPool(rep(name, index), Kernel.of(3, stride, 1));
    }
    net.add(name, from, shortcut);
  }

  private static String rep(String block, int index) {
    return block + ".rep." + index;
  }

  private void separable(String name, int out) {
    separable(name, net.last(), out);
  }

  private void separable(String name, String from, int out) {
    net.depthwise(name + ".conv1", from, Kernel.of(3, 1, 1));
    net.conv(name + ".pointwise", out, Kernel.of(1, 1, 0));
  }
}
