package io.dmyt.engine;

import java.util.IdentityHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of layers' parameters as views of the graph's flat gradients, made once: new ones
 * in each step would hold native memory until a garbage collection.
 */
final class GradientViews {
  private final IdentityHashMap<Layer, Views> all = new IdentityHashMap<>();

  /** Of one layer. */
  private record Views(INDArray flat, Map<String, INDArray> byParameter) {}

  /** By the parameters' names in the layer. */
  @SuppressWarnings("ReferenceEquality") // Equal arrays may lie elsewhere.
  Map<String, INDArray> of(Layer layer) {
    INDArray flat = layer.getGradientsViewArray();
    Views views = all.get(layer);
    if (views == null || views.flat != flat) {
      views =
          new Views(
              flat,
              layer.conf().getLayer().initializer().getGradientsFromFlattened(layer.conf(), flat));
      all.put(layer, views);
    }
    return views.byParameter;
  }
}
