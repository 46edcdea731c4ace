package io.dmyt.backbone;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;

/**
 * Inception-ResNet-v2 as timm has it: blocks of several branches whose sum with their input is
 * scaled down. The {@code ens_adv_} weights were trained on adversarial images (Tramèr et al.,
 * <i>Ensemble Adversarial Training</i>, ICLR 2018).
 *
 * <p>Szegedy et al., <i>Inception-v4, Inception-ResNet and the Impact of Residual Connections on
 * Learning</i>, AAAI 2017.
 */
final class InceptionResNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final Kernel REDUCE = Kernel.of(3, 2, 0);
  private static final Kernel SQUARE = Kernel.centred(3, 1);

  private final NetworkBuilder net;
  private final ConvNormAct convs;

  private InceptionResNet(NetworkBuilder net) {
    this.net = net;
    convs = new ConvNormAct(net);
    Init.OfConvolution byDefault = (shape, groups) -> Init.pytorchDefault(shape);
    net.initialiseConvolutions(byDefault, byDefault);
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    for (String name : List.of("inception_resnet_v2", "ens_adv_inception_resnet_v2")) {
      models.add(
          Model.timm(name, "inception", net -> new InceptionResNet(net).features()).eps(1e-3));
    }
    return models;
  }

  private void features() {
    convs.add("conv2d_1a", 32, REDUCE);
    convs.add("conv2d_2a", 32, Kernel.of(3, 1, 0));
    convs.add("conv2d_2b", 64, SQUARE);
    net.maxPool("maxpool_3a", REDUCE);
    convs.add("conv2d_3b", 80, POINT);
    convs.add("conv2d_4a", 192, Kernel.of(3, 1, 0));
    net.maxPool("maxpool_5a", REDUCE);
    mixed5("mixed_5b");
    for (int i = 0; i < 10; i++) {
      block35("repeat." + i);
    }
    mixed6("mixed_6a");
    for (int i = 0; i < 20; i++) {
      block17("repeat_1." + i);
    }
    mixed7("mixed_7a");
    for (int i = 0; i < 9; i++) {
      block8("repeat_2." + i, 0.2);
      net.relu("repeat_2." + i + ".relu");
    }
    block8("block8", 1);
    convs.add("conv2d_7b", 1536, POINT);
  }

  private void mixed5(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 96, POINT);
    convs.add(name + ".branch1.0", in, 48, POINT);
    String b = convs.add(name + ".branch1.1", 64, Kernel.centred(5, 1));
    convs.add(name + ".branch2.0", in, 64, POINT);
    convs.add(name + ".branch2.1", 96, SQUARE);
    String c = convs.add(name + ".branch2.2", 96, SQUARE);
    String average = net.averageOfImage(name + ".branch3.0", in, SQUARE);
    net.concatenate(name, a, b, c, convs.add(name + ".branch3.1", average, 64, POINT));
  }

  private void block35(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 32, POINT);
    convs.add(name + ".branch1.0", in, 32, POINT);
    String b = convs.add(name + ".branch1.1", 32, SQUARE);
    convs.add(name + ".branch2.0", in, 32, POINT);
    convs.add(name + ".branch2.1", 48, SQUARE);
    residual(name, in, 0.17, a, b, convs.add(name + ".branch2.2", 64, SQUARE));
    net.relu(name + ".relu");
  }

  private void mixed6(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 384, REDUCE);
    convs.add(name + ".branch1.0", in, 256, POINT);
    convs.add(name + ".branch1.1", 256, SQUARE);
    String b = convs.add(name + ".branch1.2", 384, REDUCE);
    net.concatenate(name, a, b, net.maxPool(name + ".branch2", in, REDUCE));
  }

  private void block17(String name) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 192, POINT);
    convs.add(name + ".branch1.0", in, 128, POINT);
    convs.add(name + ".branch1.1", 160, Kernel.centred(1, 7, 1));
    residual(name, in, 0.1, a, convs.add(name + ".branch1.2", 192, Kernel.centred(7, 1, 1)));
    net.relu(name + ".relu");
  }

  private void mixed7(String name) {
    String in = net.last();
    convs.add(name + ".branch0.0", in, 256, POINT);
    String a = convs.add(name + ".branch0.1", 384, REDUCE);
    convs.add(name + ".branch1.0", in, 256, POINT);
    String b = convs.add(name + ".branch1.1", 288, REDUCE);
    convs.add(name + ".branch2.0", in, 256, POINT);
    convs.add(name + ".branch2.1", 288, SQUARE);
    String c = convs.add(name + ".branch2.2", 320, REDUCE);
    net.concatenate(name, a, b, c, net.maxPool(name + ".branch3", in, REDUCE));
  }

  private void block8(String name, double scale) {
    String in = net.last();
    String a = convs.add(name + ".branch0", in, 192, POINT);
    convs.add(name + ".branch1.0", in, 192, POINT);
    convs.add(name + ".branch1.1", 224, Kernel.centred(1, 3, 1));
    residual(name, in, scale, a, convs.add(name + ".branch1.2", 256, Kernel.centred(3, 1, 1)));
  }

  private void residual(String name, String in, double scale, String... branches) {
    String all = net.concatenate(name + ".branches", branches);
    String mixed = net.biasedConv(name + ".conv2d", all, net.channels(in), POINT);
    String scaled = scale == 1 ? mixed : net.vertex(name + ".scale", new ScaleVertex(scale), mixed);
    net.add(name, scaled, in);
  }
}
