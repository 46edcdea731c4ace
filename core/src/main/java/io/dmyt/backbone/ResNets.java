package io.dmyt.backbone;

import static io.dmyt.backbone.ResNetVariant.basic;
import static io.dmyt.backbone.ResNetVariant.bottleneck;

import java.util.ArrayList;
import java.util.List;

/**
 * The residual networks by timm's names.
 *
 * <p>He et al., <i>Deep Residual Learning for Image Recognition</i>, CVPR 2016; Zagoruyko and
 * Komodakis, <i>Wide Residual Networks</i>, BMVC 2016; Xie et al., <i>Aggregated Residual
 * Transformations for Deep Neural Networks</i>, CVPR 2017; Bello et al., <i>Revisiting ResNets</i>,
 * NeurIPS 2021. {@code tv_} are torchvision's weights, {@code gluon_} MXNet's, {@code ig_} those of
 * Mahajan et al., ECCV 2018, {@code ssl_} and {@code swsl_} those of Yalniz et al., 2019.
 */
final class ResNets {
  private static final ChannelAttention SE = ChannelAttention.squeezeExcite(1 / 16.0, 1);
  private static final ChannelAttention SE_RS = ChannelAttention.squeezeExcite(0.25, 1);
  private static final ChannelAttention ECA = ChannelAttention.efficient();

  private ResNets() {}

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    addPlain(models);
    addDeepStems(models);
    addWithAttention(models);
    addRevisited(models);
    models.add(untimed("resnet101", bottleneck(3, 4, 23, 3)));
    models.add(untimed("resnet152", bottleneck(3, 8, 36, 3)));
    return models;
  }

  /** Those that timm 1.0.29 has beside 0.4.9's. */
  static List<Model> current() {
    ResNetVariant r50 = bottleneck(3, 4, 6, 3);
    ResNetVariant r101 = bottleneck(3, 4, 23, 3);
    ResNetVariant r152 = bottleneck(3, 8, 36, 3);
    ResNetVariant d50 = d(r50);
    ResNetVariant d101 = d(r101);
    return List.of(
        current("resnet10t", t(basic(1, 1, 1, 1))),
        current("resnet14t", t(bottleneck(1, 1, 1, 1))),
        current("resnet26t", t(bottleneck(2, 2, 2, 2))),
        current("resnet50c", r50.stem(32, 32, 64)),
        current("resnet101c", r101.stem(32, 32, 64)),
        current("resnet152c", r152.stem(32, 32, 64)),
        current("resnet50s", r50.stem(64, 64, 128)),
        current("resnet101s", r101.stem(64, 64, 128)),
        current("resnet152s", r152.stem(64, 64, 128)),
        current("resnetaa50", r50.withAverages()),
        current("resnetaa50d", d50.withAverages()),
        current("resnetaa101d", d101.withAverages()),
        current("resnext101_32x4d", r101.groups(32, 4)),
        current("resnext101_32x16d", r101.groups(32, 16)),
        current("resnext101_32x32d", r101.groups(32, 32)),
        current("resnext101_64x4d", r101.groups(64, 4)),
        current("seresnext101_32x4d", r101.groups(32, 4).attention(SE)),
        current("seresnext101_32x8d", r101.groups(32, 8).attention(SE)),
        current("seresnext101_64x4d", r101.groups(64, 4).attention(SE)),
        current("seresnext101d_32x8d", d101.groups(32, 8).attention(SE)),
        current("seresnextaa101d_32x8d", d101.groups(32, 8).withAverages().attention(SE)),
        current(
            "seresnextaa201d_32x8d",
            bottleneck(3, 24, 36, 4)
                .stem(64, 64, 128)
                .withAverageDown()
                .groups(32, 8)
                .withAverages()
                .attention(SE)),
        current("senet154", r152.groups(64, 4).stem(64, 64, 128).senet().attention(SE)));
  }

  private static Model current(String name, ResNetVariant variant) {
    return Model.current(
        name, "resnet", 512 * variant.expansion(), net -> ResNet.write(net, variant));
  }

  private static void addPlain(List<Model> models) {
    ResNetVariant r18 = basic(2, 2, 2, 2);
    ResNetVariant r34 = basic(3, 4, 6, 3);
    ResNetVariant r50 = bottleneck(3, 4, 6, 3);
    ResNetVariant r101 = bottleneck(3, 4, 23, 3);
    ResNetVariant r152 = bottleneck(3, 8, 36, 3);
    add(models, r18, "resnet18", "gluon_resnet18_v1b", "ssl_resnet18", "swsl_resnet18");
    add(models, bottleneck(2, 2, 2, 2), "resnet26");
    add(models, r34, "resnet34", "tv_resnet34", "gluon_resnet34_v1b");
    add(models, r50, "resnet50", "tv_resnet50", "gluon_resnet50_v1b");
    add(models, r50, "ssl_resnet50", "swsl_resnet50");
    add(models, r101, "tv_resnet101", "gluon_resnet101_v1b");
    add(models, r152, "tv_resnet152", "gluon_resnet152_v1b");
    add(models, r50.groups(1, 128), "wide_resnet50_2");
    add(models, r101.groups(1, 128), "wide_resnet101_2");
    add(models, r50.withBlur(), "resnetblur50");
    ResNetVariant x50 = r50.groups(32, 4);
    add(models, x50, "resnext50_32x4d", "tv_resnext50_32x4d", "gluon_resnext50_32x4d");
    add(models, x50, "ssl_resnext50_32x4d", "swsl_resnext50_32x4d");
    add(
        models,
        r101.groups(32, 4),
        "gluon_resnext101_32x4d",
        "ssl_resnext101_32x4d",
        "swsl_resnext101_32x4d");
    add(models, r101.groups(64, 4), "gluon_resnext101_64x4d");
    ResNetVariant x101 = r101.groups(32, 8);
    add(models, x101, "resnext101_32x8d", "ig_resnext101_32x8d");
    add(models, x101, "ssl_resnext101_32x8d", "swsl_resnext101_32x8d");
    ResNetVariant x101wide = r101.groups(32, 16);
    add(models, x101wide, "ig_resnext101_32x16d");
    add(models, x101wide, "ssl_resnext101_32x16d", "swsl_resnext101_32x16d");
    add(models, r101.groups(32, 32), "ig_resnext101_32x32d");
    add(models, r101.groups(32, 48), "ig_resnext101_32x48d");
  }

  /** Variants C, D and S of <i>Bag of Tricks</i>, as GluonCV numbered them. */
  private static void addDeepStems(List<Model> models) {
    add(models, d(basic(2, 2, 2, 2)), "resnet18d");
    add(models, d(bottleneck(2, 2, 2, 2)), "resnet26d");
    add(models, d(basic(3, 4, 6, 3)), "resnet34d");
    ResNetVariant r50 = bottleneck(3, 4, 6, 3);
    ResNetVariant r101 = bottleneck(3, 4, 23, 3);
    ResNetVariant r152 = bottleneck(3, 8, 36, 3);
    add(models, d(r50), "resnet50d", "gluon_resnet50_v1d");
    add(models, d(r101), "resnet101d", "gluon_resnet101_v1d");
    add(models, d(r152), "resnet152d", "gluon_resnet152_v1d");
    add(models, d(bottleneck(3, 24, 36, 3)), "resnet200d");
    add(models, r50.stem(32, 32, 64), "gluon_resnet50_v1c");
    add(models, r101.stem(32, 32, 64), "gluon_resnet101_v1c");
    add(models, r152.stem(32, 32, 64), "gluon_resnet152_v1c");
    add(models, r50.stem(64, 64, 128), "gluon_resnet50_v1s");
    add(models, r101.stem(64, 64, 128), "gluon_resnet101_v1s");
    add(models, r152.stem(64, 64, 128), "gluon_resnet152_v1s");
    add(models, d(r50).groups(32, 4), "resnext50d_32x4d");
  }

  private static ResNetVariant d(ResNetVariant variant) {
    return variant.stem(32, 32, 64).withAverageDown();
  }

  private static ResNetVariant t(ResNetVariant variant) {
    return variant.stem(24, 32, 64).withAverageDown();
  }

  private static void addWithAttention(List<Model> models) {
    ResNetVariant r26 = bottleneck(2, 2, 2, 2);
    ResNetVariant r50 = bottleneck(3, 4, 6, 3);
    ResNetVariant r101 = bottleneck(3, 4, 23, 3);
    add(models, r50.attention(SE), "seresnet50");
    add(models, d(bottleneck(3, 8, 36, 3)).attention(SE), "seresnet152d");
    add(models, d(r26).groups(32, 4).attention(SE), "seresnext26d_32x4d");
    add(models, t(r26).groups(32, 4).attention(SE), "seresnext26t_32x4d");
    add(models, r50.groups(32, 4).attention(SE), "seresnext50_32x4d", "gluon_seresnext50_32x4d");
    add(models, r101.groups(32, 4).attention(SE), "gluon_seresnext101_32x4d");
    add(models, r101.groups(64, 4).attention(SE), "gluon_seresnext101_64x4d");
    add(
        models,
        bottleneck(3, 8, 36, 3).groups(64, 4).stem(64, 64, 128).senet().attention(SE),
        "gluon_senet154");
    add(models, t(r26).attention(ECA), "ecaresnet26t");
    add(models, t(r50).attention(ECA), "ecaresnet50t");
    add(models, d(r50).attention(ECA), "ecaresnet50d", "ecaresnet50d_pruned");
    add(models, d(r101).attention(ECA), "ecaresnet101d", "ecaresnet101d_pruned");
    add(models, d(bottleneck(3, 30, 48, 8)).attention(ECA), "ecaresnet269d");
    add(models, bottleneck(1, 1, 11, 3).withAverageDown().attention(ECA), "ecaresnetlight");
  }

  private static void addRevisited(List<Model> models) {
    addRevisited(models, "resnetrs50", 3, 4, 6, 3);
    addRevisited(models, "resnetrs101", 3, 4, 23, 3);
    addRevisited(models, "resnetrs152", 3, 8, 36, 3);
    addRevisited(models, "resnetrs200", 3, 24, 36, 3);
    addRevisited(models, "resnetrs270", 4, 29, 53, 4);
    addRevisited(models, "resnetrs350", 4, 36, 72, 4);
    addRevisited(models, "resnetrs420", 4, 44, 87, 4);
  }

  private static void addRevisited(List<Model> models, String name, Integer... depths) {
    add(models, d(bottleneck(depths)).withConvolutionPool().attention(SE_RS), name);
  }

  private static void add(List<Model> models, ResNetVariant variant, String... names) {
    for (String name : names) {
      models.add(model(name, "resnet", variant));
    }
  }

  /** A model of timm 0.4.9. */
  static Model model(String name, String family, ResNetVariant variant) {
    return Model.timm(name, family, net -> ResNet.write(net, variant));
  }

  /** A network that timm 0.4.9 has no weights for. */
  private static Model untimed(String name, ResNetVariant variant) {
    return new Model(
        new BackboneSpec(name, "resnet", 224, 512 * variant.expansion(), "fc", 1e-5),
        net -> ResNet.write(net, variant));
  }
}
