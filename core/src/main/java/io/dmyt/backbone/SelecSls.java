package io.dmyt.backbone;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SelecSLS: blocks of long and short connections within a stage.
 *
 * <p>Mehta et al., <i>XNect: Real-time Multi-Person 3D Motion Capture with a Single RGB Camera</i>,
 * SIGGRAPH 2020.
 */
final class SelecSls {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Kernel HALVING = Kernel.centred(3, 2);

  private static final List<Stage> SMALL =
      List.of(
          new Stage(64, List.of(64, 128)),
          new Stage(144, List.of(144, 288)),
          new Stage(304, List.of(304, 480)));

  private static final List<Stage> LARGE =
      List.of(
          new Stage(64, List.of(64, 128)),
          new Stage(128, List.of(128, 128, 288)),
          new Stage(288, List.of(288, 288, 288, 416)));

  private final NetworkBuilder net;

  private SelecSls(NetworkBuilder net) {
    this.net = net;
  }

  /** The channels inside its blocks, and those that each gives. */
  private record Stage(int inner, List<Integer> out) {}

  static List<Model> models() {
    return List.of(
        model("selecsls42b", SMALL, 960, 1280, 1024),
        model("selecsls60", LARGE, 756, 1024, 1280),
        model("selecsls60b", LARGE, 756, 1280, 1024));
  }

  private static Model model(String name, List<Stage> stages, int... head) {
    return Model.timm(name, "selecsls", net -> new SelecSls(net).features(stages, head));
  }

  /**
   * @param head channels of the first and the last two convolutions behind the stages; the second
   *     has 1024
   */
  private void features(List<Stage> stages, int... head) {
    conv("stem", 32, HALVING);
    int index = 0;
    for (Stage stage : stages) {
      String skipped = null;
      for (int out : stage.out()) {
        String block = block("features." + index++, skipped, stage.inner(), out);
        skipped = skipped == null ? block : skipped;
      }
    }
    conv("head.0", head[0], HALVING);
    conv("head.1", 1024, Kernel.centred(3, 1));
    conv("head.2", head[1], HALVING);
    conv("head.3", head[2], POINT);
  }

  /**
   * @param skipped value of the stage's first block; null in it
   */
  private String block(String name, @Nullable String skipped, int inner, int out) {
    String d1 = conv(name + ".conv1", inner, skipped == null ? HALVING : Kernel.centred(3, 1));
    conv(name + ".conv2", inner, POINT);
    String d2 = conv(name + ".conv3", inner / 2, Kernel.centred(3, 1));
    conv(name + ".conv4", inner, POINT);
    String d3 = conv(name + ".conv5", inner / 2, Kernel.centred(3, 1));
    if (skipped == null) {
      net.concatenate(name + ".joined", d1, d2, d3);
    } else {
      net.concatenate(name + ".joined", d1, d2, d3, skipped);
    }
    return conv(name + ".conv6", out, POINT);
  }

  private String conv(String name, int out, Kernel window) {
    net.conv(name + ".0", out, window);
    net.batchNorm(name + ".1");
    return net.relu(name + ".2");
  }
}
