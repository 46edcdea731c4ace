package io.dmyt.backbone;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/** The families of transformers, each so small that a test takes a second. */
public final class SmallTransformers {
  private static final int FEATURES = 24;

  private static final Map<String, Model> MODELS = new LinkedHashMap<>();

  static {
    VisionTransformer vit = new VisionTransformer(4, FEATURES, 2, 3, 48, true, 1e-6, false);
    add("vit", 12, net -> vit.features(net, 12));
    VisionTransformer deit = new VisionTransformer(4, FEATURES, 1, 2, 48, false, 1e-5, true);
    add("vit_distilled", 12, net -> deit.features(net, 12));
    PoolingTransformer pit = pit(false);
    add("pit", 20, net -> pit.features(net, 20));
    PoolingTransformer distilled = pit(true);
    add("pit_distilled", 20, net -> distilled.features(net, 20));
    SwinTransformer swin = new SwinTransformer(2, 12, List.of(2, 2), List.of(2, 3), 4, 2);
    add("swin", 16, net -> swin.features(net, 16));
  }

  private SmallTransformers() {}

  private static PoolingTransformer pit(boolean distilled) {
    return new PoolingTransformer(4, 2, 6, List.of(2, 1), List.of(2, 4), 2, distilled);
  }

  private static void add(String name, int imageSize, Consumer<NetworkBuilder> features) {
    BackboneSpec spec = new BackboneSpec(name, name, imageSize, FEATURES, "head", 1e-5);
    MODELS.put(name, new Model(spec, features));
  }

  /** With a classifier of three classes, by name. */
  public static Map<String, ComputationGraphConfiguration> classifiers() {
    Map<String, ComputationGraphConfiguration> all = new LinkedHashMap<>();
    BackboneOptions options = BackboneOptions.defaults().withClasses(3);
    MODELS.forEach((name, model) -> all.put(name, Architecture.of(model, options).configuration()));
    return all;
  }

  /** The height and width in pixels of a network's images. */
  public static int imageSize(String name) {
    return MODELS.get(name).spec().imageSize();
  }

  /** By name. */
  static Map<String, Model> models() {
    return MODELS;
  }
}
