package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where in a graph a parameter lives, and how it starts.
 *
 * @param vertices the vertices that hold it: one, or a grouped convolution's, each with its share
 *     of the outermost dimension; none hold a constant
 * @param key DL4J's name of the parameter in each; {@link #NO_KEY} where no vertex holds values
 * @param constant a constant's values; null for what the graph holds
 */
record ParameterBinding(
    NamedParameter parameter,
    List<String> vertices,
    String key,
    Layout layout,
    Init init,
    @Nullable INDArray constant) {

  /** The key of what DL4J has no parameter for. */
  static final String NO_KEY = "";

  ParameterBinding(
      NamedParameter parameter, List<String> vertices, String key, Layout layout, Init init) {
    this(parameter, vertices, key, layout, init, null);
  }

  /** A table that the architecture fixes. */
  static ParameterBinding constant(String name, INDArray values) {
    return new ParameterBinding(
        NamedParameter.of(name, Kind.CONSTANT, values.shape()),
        List.of(),
        NO_KEY,
        Layout.SAME,
        Init.ZEROS,
        values);
  }

  /** A copy of the values in PyTorch's shape. */
  INDArray get(ComputationGraph graph) {
    return constant != null ? constant.dup('c') : join(graph, view -> view);
  }

  /** A copy of the gradient left by the last backward pass, in PyTorch's shape. */
  INDArray gradient(ComputationGraph graph) {
    INDArray gradients = graph.getFlattenedGradients();
    if (gradients == null) {
      throw new IllegalStateException("no gradient yet: " + parameter.name());
    }
    long first = graph.params().offset();
    return join(graph, view -> alongside(view, view.offset() - first, gradients));
  }

  /** The part of the flat gradients that lies there as the view does in the flat parameters. */
  private static INDArray alongside(INDArray view, long position, INDArray gradients) {
    return Nd4j.create(
        gradients.data(),
        view.shape(),
        view.stride(),
        gradients.offset() + position,
        view.ordering());
  }

  /** Sets the values, given in PyTorch's shape and any numeric type. */
  void set(ComputationGraph graph, INDArray values) {
    if (layout == Layout.SCALAR) {
      views(graph).forEach(view -> view.assign(values.castTo(view.dataType())));
      return;
    }
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
    return vertices.stream().map(vertex -> torch(view(graph, vertex))).toList();
  }

  /** DL4J's own arrays, in whatever shape; a counter has none. */
  List<INDArray> values(ComputationGraph graph) {
    return parameter.kind() == Kind.COUNTER
        ? List.of()
        : vertices.stream().map(vertex -> view(graph, vertex)).toList();
  }

  /** Where the values lie in the graph's flat parameters, vertex by vertex. */
  List<FlatRange> ranges(ComputationGraph graph) {
    long first = graph.params().offset();
    return values(graph).stream()
        .map(view -> new FlatRange(view.offset() - first, view.length()))
        .toList();
  }

  Layer layer(ComputationGraph graph) {
    return graph.getLayer(vertices.get(0));
  }

  private INDArray join(ComputationGraph graph, UnaryOperator<INDArray> seen) {
    INDArray[] parts =
        vertices.stream()
            .map(vertex -> torch(seen.apply(view(graph, vertex))))
            .toArray(INDArray[]::new);
    INDArray joined = parts.length == 1 ? parts[0].dup('c') : Nd4j.concat(0, parts);
    if (!Arrays.equals(joined.shape(), parameter.shape())) {
      throw new IllegalStateException(
          "expected " + parameter + ", found " + Arrays.toString(joined.shape()));
    }
    return joined;
  }

  private INDArray torch(INDArray view) {
    return layout.asTorch(view);
  }

  private INDArray view(ComputationGraph graph, String vertex) {
    return Objects.requireNonNull(graph.getVertex(vertex).paramTable(false).get(key), key);
  }
}
