package io.dmyt.backbone;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where in a graph a parameter lives: vertex, DL4J's key, layout; and how it starts. */
record Binding(NamedParameter parameter, String vertex, String key, Layout layout, Init init) {

  /** The parameter's values in PyTorch's shape, as a view on the network's. */
  INDArray values(ComputationGraph graph) {
    return torch(layer(graph).getParam(key));
  }

  /** As {@link #values}, of the gradient left by the last backward pass. */
  INDArray gradient(ComputationGraph graph) {
    Layer layer = layer(graph);
    INDArray gradients = layer.getGradientsViewArray();
    if (gradients == null) {
      throw new IllegalStateException("no gradient yet: " + parameter.name());
    }
    return torch(
        layer
            .conf()
            .getLayer()
            .initializer()
            .getGradientsFromFlattened(layer.conf(), gradients)
            .get(key));
  }

  Layer layer(ComputationGraph graph) {
    return graph.getLayer(vertex);
  }

  private INDArray torch(INDArray view) {
    INDArray torch = layout.asTorch(view, parameter.shape());
    if (!Arrays.equals(torch.shape(), parameter.shape())) {
      throw new IllegalArgumentException(
          "expected " + parameter + ", found " + Arrays.toString(torch.shape()));
    }
    return torch;
  }
}
