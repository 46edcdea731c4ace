package io.dmyt.backbone;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Inception-v3 as timm has it, without the auxiliary classifier. The {@code tf_} weights are
 * TensorFlow's, {@code adv_} those that were trained on adversarial images too, {@code gluon_}
 * MXNet's.
 *
 * <p>Szegedy et al., <i>Rethinking the Inception Architecture for Computer Vision</i>, CVPR 2016.
 */
final class Inception {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Kernel REDUCE = Kernel.of(3, 2, 0);

  private final NetworkBuilder net;

  private Inception(NetworkBuilder net) {
    this.net = net;
    // timm truncates this at 20 standard deviations, which is never.
    net.initialiseConvolutions((shape, groups) -> Init.normal(0.1));
    net.initialiseClassifier(shape -> Init.normal(0.1), Init::pytorchDefault);
  }

  static List<Model> models() {
    return Stream.of("inception_v3", "tf_inception_v3", "adv_inception_v3", "gluon_inception_v3")
        .map(
            name ->
                Model.timm(name, "inception", net -> new Inception(net).features())
                    .eps(1e-3)
                    .named(n -> Optional.of(n).filter(tensor -> !tensor.startsWith("AuxLogits."))))
        .toList();
  }

  private void features() {
    conv("Conv2d_1a_3x3", 32, REDUCE);
    conv("Conv2d_2a_3x3", 32, Kernel.of(3, 1, 0));
    conv("Conv2d_2b_3x3", 64, Kernel.centred(3, 1));
    net.maxPool("Pool1", REDUCE);
    conv("Conv2d_3b_1x1", 80, POINT);
    conv("Conv2d_4a_3x3", 192, Kernel.of(3, 1, 0));
    net.maxPool("Pool2", REDUCE);
    mixedA("Mixed_5b", 32);
    mixedA("Mixed_5c", 64);
    mixedA("Mixed_5d", 64);
    mixedB("Mixed_6a");
    mixedC("Mixed_6b", 128);
    mixedC("Mixed_6c", 160);
    mixedC("Mixed_6d", 160);
    mixedC("Mixed_6e", 192);
    mixedD("Mixed_7a");
    mixedE("Mixed_7b");
    mixedE("Mixed_7c");
  }

  private void mixedA(String name, int pooled) {
    String in = net.last();
    String a = conv(name + ".branch1x1", in, 64, POINT);
    conv(name + ".branch5x5_1", in, 48, POINT);
    String b = conv(name + ".branch5x5_2", 64, Kernel.centred(5, 1));
    conv(name + ".branch3x3dbl_1", in, 64, POINT);
    conv(name + ".branch3x3dbl_2", 96, Kernel.centred(3, 1));
    String c = conv(name + ".branch3x3dbl_3", 96, Kernel.centred(3, 1));
    net.concatenate(name, a, b, c, pooled(name, in, pooled));
  }

  private void mixedB(String name) {
    String in = net.last();
    String a = conv(name + ".branch3x3", in, 384, REDUCE);
    conv(name + ".branch3x3dbl_1", in, 64, POINT);
    conv(name + ".branch3x3dbl_2", 96, Kernel.centred(3, 1));
    String b = conv(name + ".branch3x3dbl_3", 96, REDUCE);
    net.concatenate(name, a, b, net.maxPool(name + ".pool", in, REDUCE));
  }

  private void mixedC(String name, int inner) {
    String in = net.last();
    String a = conv(name + ".branch1x1", in, 192, POINT);
    conv(name + ".branch7x7_1", in, inner, POINT);
    conv(name + ".branch7x7_2", inner, Kernel.centred(1, 7, 1));
    String b = conv(name + ".branch7x7_3", 192, Kernel.centred(7, 1, 1));
    conv(name + ".branch7x7dbl_1", in, inner, POINT);
    conv(name + ".branch7x7dbl_2", inner, Kernel.centred(7, 1, 1));
    conv(name + ".branch7x7dbl_3", inner, Kernel.centred(1, 7, 1));
    conv(name + ".branch7x7dbl_4", inner, Kernel.centred(7, 1, 1));
    String c = conv(name + ".branch7x7dbl_5", 192, Kernel.centred(1, 7, 1));
    net.concatenate(name, a, b, c, pooled(name, in, 192));
  }

  private void mixedD(String name) {
    String in = net.last();
    conv(name + ".branch3x3_1", in, 192, POINT);
    String a = conv(name + ".branch3x3_2", 320, REDUCE);
    conv(name + ".branch7x7x3_1", in, 192, POINT);
    conv(name + ".branch7x7x3_2", 192, Kernel.centred(1, 7, 1));
    conv(name + ".branch7x7x3_3", 192, Kernel.centred(7, 1, 1));
    String b = conv(name + ".branch7x7x3_4", 192, REDUCE);
    net.concatenate(name, a, b, net.maxPool(name + ".pool", in, REDUCE));
  }

  private void mixedE(String name) {
    String in = net.last();
    String a = conv(name + ".branch1x1", in, 320, POINT);
    String b = conv(name + ".branch3x3_1", in, 384, POINT);
    String b1 = conv(name + ".branch3x3_2a", b, 384, Kernel.centred(1, 3, 1));
    String b2 = conv(name + ".branch3x3_2b", b, 384, Kernel.centred(3, 1, 1));
    conv(name + ".branch3x3dbl_1", in, 448, POINT);
    String c = conv(name + ".branch3x3dbl_2", 384, Kernel.centred(3, 1));
    String c1 = conv(name + ".branch3x3dbl_3a", c, 384, Kernel.centred(1, 3, 1));
    String c2 = conv(name + ".branch3x3dbl_3b", c, 384, Kernel.centred(3, 1, 1));
    net.concatenate(name, a, b1, b2, c1, c2, pooled(name, in, 192));
  }

  private String pooled(String name, String from, int out) {
    String average = net.averagePool(name + ".pool", from, Kernel.centred(3, 1));
    return conv(name + ".branch_pool", average, out, POINT);
  }

  private String conv(String name, int out, Kernel window) {
    return conv(name, net.last(), out, window);
  }

  private String conv(String name, String from, int out, Kernel window) {
    net.conv(name + ".conv", from, out, window);
    net.batchNorm(name + ".bn");
    return net.relu(name);
  }
}
