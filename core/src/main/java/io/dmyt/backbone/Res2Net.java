package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;

/**
 * Res2Net and Res2NeXt: residual networks whose bottlenecks see several scales at once. The
 * channels are split, and each part but the last goes through a 3×3 convolution together with what
 * the part before it has become.
 *
 * <p>Gao et al., <i>Res2Net: A New Multi-scale Backbone Architecture</i>, TPAMI 2021. The names
 * have the parts' channels per 64 planes ({@code 26w}) and their number ({@code 4s}).
 */
final class Res2Net {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  private Res2Net() {}

  /**
   * The convolutions of a bottleneck.
   *
   * @param width channels of a part
   * @param scales number of the parts
   * @param groups of the 3×3 convolutions
   */
  record Bottleneck(int width, int scales, int groups) {

    /**
     * Writes them behind the last vertex, up to the last batch norm.
     *
     * @param apart whether the parts know nothing of each other, and the last one is averaged
     * @param lastNorm how the last batch norm's weights start
     */
    String add(NetworkBuilder net, String name, int out, int stride, boolean apart, Init lastNorm) {
      net.conv(name + ".conv1", scales * width, POINT);
      net.batchNorm(name + ".bn1");
      String wide = net.relu(name + ".act1");
      Kernel window = Kernel.centred(3, stride);
      // The state dict has all convolutions before all batch norms.
      int convolutions = net.position();
      String[] parts = new String[scales];
      for (int i = 0; i < scales; i++) {
        String part = net.subset(name + ".split" + i, wide, i * width, width);
        if (i == scales - 1) {
          parts[i] = apart ? net.averagePool(name + ".pool", part, window) : part;
        } else {
          if (i > 0 && !apart) {
            net.add(name + ".sum" + i, parts[i - 1], part);
          }
          String conv = name + ".convs." + i;
          net.inStateDictAt(
              convolutions + i, () -> net.conv(conv, net.last(), width, window, groups, false));
          net.batchNorm(name + ".bns." + i);
          parts[i] = net.relu(name + ".acts." + i);
        }
      }
      net.concatenate(name + ".joined", parts);
      net.conv(name + ".conv3", out, POINT);
      return net.batchNorm(name + ".bn3", lastNorm);
    }
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    ResNetVariant r50 = ResNetVariant.bottleneck(3, 4, 6, 3);
    add(models, "res2net50_26w_4s", r50, 26, 4, 1);
    add(models, "res2net101_26w_4s", ResNetVariant.bottleneck(3, 4, 23, 3), 26, 4, 1);
    add(models, "res2net50_26w_6s", r50, 26, 6, 1);
    add(models, "res2net50_26w_8s", r50, 26, 8, 1);
    add(models, "res2net50_48w_2s", r50, 48, 2, 1);
    add(models, "res2net50_14w_8s", r50, 14, 8, 1);
    add(models, "res2next50", r50, 4, 4, 8);
    return models;
  }

  /** Those that timm 1.0.29 has beside 0.4.9's. */
  static List<Model> current() {
    return List.of(deep("res2net50d", 6), deep("res2net101d", 23));
  }

  /**
   * @param third blocks of the third stage
   */
  private static Model deep(String name, int third) {
    ResNetVariant variant =
        ResNetVariant.bottleneck(3, 4, third, 3)
            .stem(32, 32, 64)
            .withAverageDown()
            .branch(branch(26, 4, 1));
    return Model.current(name, "res2net", 2048, net -> ResNet.write(net, variant));
  }

  private static void add(
      List<Model> models, String name, ResNetVariant variant, int width, int scales, int groups) {
    models.add(ResNets.model(name, "res2net", variant.branch(branch(width, scales, groups))));
  }

  private static ResNetVariant.Branch branch(int width, int scales, int groups) {
    return (net, block, planes, stride) ->
        new Bottleneck(planes * width / 64 * groups, scales, groups)
            .add(net, block, 4 * planes, stride, block.endsWith(".0"), Init.ZEROS);
  }
}
