package io.dmyt.backbone;

import java.util.List;
import java.util.stream.Stream;

/** The families of networks, in the order in which they are listed. */
final class Families {
  private Families() {}

  /** The networks of timm 0.4.9. */
  static Stream<Model> models() {
    return Stream.of(
            Xception.models(),
            ResNets.models(),
            Res2Net.models(),
            RegNet.models(),
            DeepLayerAggregation.models(),
            VovNet.models(),
            CspNet.models(),
            DualPathNetwork.models(),
            SeNet.models(),
            SkNet.models(),
            ResNest.models(),
            SelecSls.models(),
            RexNet.models(),
            HrNet.models(),
            EfficientNet.models(),
            MobileNetV3.models(),
            DenseNet.models(),
            Vgg.models(),
            Inception.models(),
            InceptionV4.models(),
            InceptionResNet.models(),
            AlignedXception.models(),
            GluonXception.models(),
            GeNet.models(),
            RepVgg.models(),
            GhostNet.models(),
            ResNetV2.models(),
            NormFreeNet.models(),
            TResNet.models(),
            NasNet.models(),
            PnasNet.models(),
            VisionTransformers.models(),
            HybridTransformer.models(),
            ClassAttentionTransformer.models(),
            NestedTransformer.models(),
            PoolingTransformer.models(),
            SwinTransformer.models())
        .flatMap(List::stream);
  }

  /** Those that timm 1.0.29 has beside them, or as others. */
  static Stream<Model> current() {
    return Stream.of(
            VisionTransformers.current(),
            HybridTransformer.current(),
            MlpMixer.current(),
            ConvNext.current(),
            SwinTransformer.current(),
            SwinTransformerV2.current(),
            CoatLite.current(),
            CrossCovarianceTransformer.current(),
            NestedTransformer.current(),
            PoolingTransformer.current(),
            ResNets.current(),
            RegNet.current(),
            RegNetZ.current(),
            RepVgg.current(),
            Res2Net.current(),
            RexNet.current(),
            VovNet.current(),
            EfficientNet.current(),
            MobileNetV3.current(),
            MobileNetV4.current(),
            ResNetV2.current(),
            NormFreeNet.current(),
            TResNet.current())
        .flatMap(List::stream);
  }
}
