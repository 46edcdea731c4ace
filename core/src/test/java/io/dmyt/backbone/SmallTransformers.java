package io.dmyt.backbone;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The families of transformers, each so small that a test takes a second. */
final class SmallTransformers {
  static final int FEATURES = 24;

  private static final Map<String, Model> MODELS = new LinkedHashMap<>();

  static {
    VisionTransformer vit = new VisionTransformer(4, FEATURES, 2, 3, 48, true, 1e-6, false);
    add("vit", 12, net -> vit.features(net, 12));
    VisionTransformer deit = new VisionTransformer(4, FEATURES, 1, 2, 48, false, 1e-5, true);
    add("vit_distilled", 12, net -> deit.features(net, 12));
  }

  private SmallTransformers() {}

  private static void add(String name, int imageSize, Consumer<NetworkBuilder> features) {
    BackboneSpec spec = new BackboneSpec(name, name, imageSize, FEATURES, "head", 1e-5);
    MODELS.put(name, new Model(spec, features));
  }

  /** By name. */
  static Map<String, Model> models() {
    return MODELS;
  }
}
