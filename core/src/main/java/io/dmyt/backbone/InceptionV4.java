package io.dmyt.backbone;

import java.util.List;

/**
 * Inception-v4 as timm has it.
 *
 * <p>Szegedy et al., <i>Inception-v4, Inception-ResNet and the Impact of Residual Connections on
 * Learning</i>, AAAI 2017.
 */
final class InceptionV4 {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Kernel VALID = Kernel.of(3, 1, 0);
  private static final Kernel REDUCE = Kernel.of(3, 2, 0);
  private static final Kernel SQUARE = Kernel.centred(3, 1);
  private static final Kernel ROW = Kernel.centred(1, 7, 1);
  private static final Kernel COLUMN = Kernel.centred(7, 1, 1);

  private final NetworkBuilder net;
  private final ConvNormAct convs;

  private InceptionV4(NetworkBuilder net) {
    this.net = net;
    convs = new ConvNormAct(net);
    net.initialiseConvolutions((shape, groups) -> Init.pytorchDefault(shape));
  }

  static List<Model> models() {
    return List.of(
        Model.timm("inception_v4", "inception", net -> new InceptionV4(net).features()).eps(1e-3));
  }

  private void features() {
    convs.add("features.0", 32, REDUCE);
    convs.add("features.1", 32, VALID);
    convs.add("features.2", 64, SQUARE);
    mixed3("features.3");
    mixed4("features.4");
    mixed5("features.5");
    for (int i = 6; i < 10; i++) {
      a("features." + i);
    }
    reduceA("features.10");
    for (int i = 11; i < 18; i++) {
      b("features." + i);
    }
    reduceB("features.18");
    for (int i = 19; i < 22; i++) {
      c("features." + i);
    }
  }

  private void mixed3(String name) {
    String in = net.last();
    String conv = convs.add(name + ".conv", in, 96, REDUCE);
    net.concatenate(name, net.maxPool(name + ".maxpool", in, REDUCE), conv);
  }

  private void mixed4(String name) {
    String in = net.last();
    convs.add(name + ".branch0.0", in, 64, POINT);
    String a = convs.add(name + ".branch0.1", 96, VALID);
    convs.add(name + ".branch1.0", in, 64, POINT);
    convs.add(name + ".branch1.1", 64, ROW);
    convs.add(name + ".branch1.2", 64, COLUMN);
    net.concatenate(name, a, convs.add(name + ".branch1.3", 96, VALID));
  }

  private void mixed5(String name) {
    String in = net.last();
    String conv = convs.add(name + ".conv", in, 192, REDUCE);
    net.concatenate(name, conv, net.maxPool(name + ".maxpool", in, REDUCE));
  }

  private void a(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 96, POINT);
    convs.add(name + ".branch1.0", in, 64, POINT);
    String b = convs.add(name + ".branch1.1", 96, SQUARE);
    convs.add(name + ".branch2.0", in, 64, POINT);
    convs.add(name + ".branch2.1", 96, SQUARE);
    String c = convs.add(name + ".branch2.2", 96, SQUARE);
    net.concatenate(name, a, b, c, pooled(name, in, 96));
  }

  private void reduceA(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 384, REDUCE);
    convs.add(name + ".branch1.0", in, 192, POINT);
    convs.add(name + ".branch1.1", 224, SQUARE);
    String b = convs.add(name + ".branch1.2", 256, REDUCE);
    net.concatenate(name, a, b, net.maxPool(name + ".branch2", in, REDUCE));
  }

  private void b(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 384, POINT);
    convs.add(name + ".branch1.0", in, 192, POINT);
    convs.add(name + ".branch1.1", 224, ROW);
    String b = convs.add(name + ".branch1.2", 256, COLUMN);
    convs.add(name + ".branch2.0", in, 192, POINT);
    convs.add(name + ".branch2.1", 192, COLUMN);
    convs.add(name + ".branch2.2", 224, ROW);
    convs.add(name + ".branch2.3", 224, COLUMN);
    String c = convs.add(name + ".branch2.4", 256, ROW);
    net.concatenate(name, a, b, c, pooled(name, in, 128));
  }

  private void reduceB(String name) {
    String in = net.last();
    convs.add(name + ".branch0.0", in, 192, POINT);
    String a = convs.add(name + ".branch0.1", 192, REDUCE);
    convs.add(name + ".branch1.0", in, 256, POINT);
    convs.add(name + ".branch1.1", 256, ROW);
    convs.add(name + ".branch1.2", 320, COLUMN);
    String b = convs.add(name + ".branch1.3", 320, REDUCE);
    net.concatenate(name, a, b, net.maxPool(name + ".branch2", in, REDUCE));
  }

  private void c(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 256, POINT);
    String b = convs.add(name + ".branch1_0", in, 384, POINT);
    String b1 = convs.add(name + ".branch1_1a", b, 256, Kernel.centred(1, 3, 1));
    String b2 = convs.add(name + ".branch1_1b", b, 256, Kernel.centred(3, 1, 1));
    convs.add(name + ".branch2_0", in, 384, POINT);
    convs.add(name + ".branch2_1", 448, Kernel.centred(3, 1, 1));
    String c = convs.add(name + ".branch2_2", 512, Kernel.centred(1, 3, 1));
    String c1 = convs.add(name + ".branch2_3a", c, 256, Kernel.centred(1, 3, 1));
    String c2 = convs.add(name + ".branch2_3b", c, 256, Kernel.centred(3, 1, 1));
    net.concatenate(name, a, b1, b2, c1, c2, pooled(name, in, 256));
  }

  private String pooled(String name, String from, int out) {
    return convs.add(
        name + ".branch3.1", net.averageOfImage(name + ".branch3.0", from, SQUARE), out, POINT);
  }
}
