package io.dmyt.backbone;

import java.util.List;

/**
 * GluonCV's aligned Xception of 65 layers, whose separable convolutions have one batch norm within
 * and one behind them; see {@link AlignedXception}.
 */
final class GluonXception {
  private final NetworkBuilder net;

  private GluonXception(NetworkBuilder net) {
    this.net = net;
    net.initialiseConvolutions((shape, groups) -> Init.pytorchDefault(shape));
  }

  static List<Model> models() {
    return List.of(
        Model.timm("gluon_xception65", "xception", net -> new GluonXception(net).features()));
  }

  private void features() {
    net.conv("conv1", 32, Kernel.centred(3, 2));
    net.batchNorm("bn1");
    net.relu("act1");
    net.conv("conv2", 64, Kernel.centred(3, 1));
    net.batchNorm("bn2");
    net.relu("act2");
    block("block1", 2, false, 128, 128, 128);
    net.relu("block1_act");
    block("block2", 2, false, 256, 256, 256);
    block("block3", 2, true, 728, 728, 728);
    for (int i = 4; i < 20; i++) {
      block("mid.block" + i, 1, true, 728, 728, 728);
    }
    block("block20", 2, true, 728, 1024, 1024);
    net.relu("block20_act");
    int[] widths = {1536, 1536, 2048};
    for (int i = 3; i < 6; i++) {
      separable("conv" + i, net.last(), widths[i - 3], 1);
      net.batchNorm("bn" + i);
      net.relu("act" + i);
    }
  }

  private void block(String name, int stride, boolean reluFirst, int... widths) {
    String input = net.last();
    String shortcut = input;
    int out = widths[widths.length - 1];
    if (stride != 1 || net.channels(input) != out) {
      net.conv(name + ".skip.conv1", input, out, Kernel.of(1, stride, 0));
      shortcut = net.batchNorm(name + ".skip.bn1");
    }
    String from = input;
    for (int i = 0; i < widths.length; i++) {
      if (i > 0 || reluFirst) {
        from = net.relu(name + ".rep.act" + (i + 1), from);
      }
      separable(name + ".rep.conv" + (i + 1), from, widths[i], i == widths.length - 1 ? stride : 1);
      from = net.batchNorm(name + ".rep.bn" + (i + 1));
    }
    net.add(name, from, shortcut);
  }

  private void separable(String name, String from, int out, int stride) {
    net.depthwise(name + ".conv_dw", from, Kernel.centred(3, stride));
    net.batchNorm(name + ".bn");
    net.conv(name + ".conv_pw", out, Kernel.of(1, 1, 0));
  }
}
