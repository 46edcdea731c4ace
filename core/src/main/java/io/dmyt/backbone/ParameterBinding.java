package io.dmyt.backbone;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where in a graph a parameter lives, and how it starts.
 *
 * @param vertices the layers that hold it: one, or a grouped convolution's, each with its share of
 *     the outermost dimension
 * @param key DL4J's name of the parameter in each
 */
record ParameterBinding(
    NamedParameter parameter, List<String> vertices, String key, Layout layout, Init init) {

  /** A copy of the values in PyTorch's shape. */
  INDArray get(ComputationGraph graph) {
    return join(graph, layer -> layer.getParam(key));
  }

  /** A copy of the gradient left by the last backward pass, in PyTorch's shape. */
  INDArray gradient(ComputationGraph graph) {
    return join(graph, this::gradientView);
  }

  /** Sets the values, given in PyTorch's shape and any numeric type. */
  void set(ComputationGraph graph, INDArray values) {
    long first = 0;
    for (INDArray view : views(graph)) {
      long last = first + view.size(0);
      INDArray part =
          view.size(0) == values.size(0) ? values : values.get(NDArrayIndex.interval(first, last));
      view.assign(part.castTo(view.dataType()));
      first = last;
    }
  }

  /**
   * Views on DL4J's own arrays that together, one after another along the outermost dimension, have
   * PyTorch's shape: one, or a grouped convolution's.
   */
  List<INDArray> views(ComputationGraph graph) {
    return vertices.stream().map(vertex -> torch(layer(graph, vertex).getParam(key))).toList();
  }

  Layer layer(ComputationGraph graph) {
    return layer(graph, vertices.get(0));
  }

  private INDArray join(ComputationGraph graph, Function<Layer, INDArray> view) {
    INDArray[] parts =
        vertices.stream()
            .map(vertex -> torch(view.apply(layer(graph, vertex))))
            .toArray(INDArray[]::new);
    INDArray joined = parts.length == 1 ? parts[0].dup('c') : Nd4j.concat(0, parts);
    if (!Arrays.equals(joined.shape(), parameter.shape())) {
      throw new IllegalStateException(
          "expected " + parameter + ", found " + Arrays.toString(joined.shape()));
    }
    return joined;
  }

  private INDArray gradientView(Layer layer) {
    INDArray gradients = layer.getGradientsViewArray();
    if (gradients == null) {
      throw new IllegalStateException("no gradient yet: " + parameter.name());
    }
    return layer
        .conf()
        .getLayer()
        .initializer()
        .getGradientsFromFlattened(layer.conf(), gradients)
        .get(key);
  }

  private INDArray torch(INDArray view) {
    return layout.asTorch(view);
  }

  private static Layer layer(ComputationGraph graph, String vertex) {
    return graph.getLayer(vertex);
  }
}
