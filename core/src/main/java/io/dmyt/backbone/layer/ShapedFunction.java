package io.dmyt.backbone.layer;

import io.dmyt.internal.QuietDerivatives;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vertex's function for inputs of one shape each, in training or inference, and its derivative.
 * Not thread-safe.
 */
final class ShapedFunction {
  private static final String EPSILON = "epsilon";

  private final SameDiff graph = SameDiff.create();
  private final List<String> inputs = new ArrayList<>();
  private final List<String> parameters;
  private final String value;
  private boolean differentiated;

  ShapedFunction(FunctionVertex vertex, boolean training, List<long[]> shapes, DataType type) {
    SDVariable[] given = new SDVariable[shapes.size()];
    for (int i = 0; i < given.length; i++) {
      given[i] = graph.placeHolder("input" + i, type, shapes.get(i));
      inputs.add(given[i].name());
    }
    Map<String, SDVariable> variables = new LinkedHashMap<>();
    vertex
        .parameterShapes()
        .forEach((name, shape) -> variables.put(name, graph.placeHolder(name, type, shape)));
    parameters = List.copyOf(variables.keySet());
    SDVariable result =
        training
            ? vertex.define(graph, given, variables)
            : vertex.defineInference(graph, given, variables);
    value = result.name();
    SDVariable epsilon = graph.placeHolder(EPSILON, type);
    result.mul(epsilon).sum().markAsLoss();
  }

  INDArray forward(INDArray[] given, Map<String, INDArray> values) {
    INDArray found = graph.outputSingle(placeholders(given, values), value);
    free(graph);
    return found;
  }

  /** The gradients by the names of inputs ({@code input0}, …) and parameters. */
  Map<String, INDArray> backward(INDArray[] given, Map<String, INDArray> values, INDArray epsilon) {
    List<String> all = new ArrayList<>(inputs);
    all.addAll(parameters);
    if (!differentiated) {
      QuietDerivatives.of(graph, all.toArray(String[]::new));
      differentiated = true;
    }
    Map<String, INDArray> arrays = placeholders(given, values);
    arrays.put(EPSILON, epsilon);
    Map<String, INDArray> found = graph.calculateGradients(arrays, all);
    free(graph);
    free(graph.getFunction("grad"));
    return found;
  }

  /**
   * Frees what is kept between calls: SameDiff lets each of a network's functions hold a quarter of
   * the memory for that.
   */
  private static void free(SameDiff function) {
    function.getSessions().values().forEach(session -> session.getMmgr().close());
    function.getSessions().clear();
  }

  private Map<String, INDArray> placeholders(INDArray[] given, Map<String, INDArray> values) {
    Map<String, INDArray> arrays = new LinkedHashMap<>(values);
    for (int i = 0; i < given.length; i++) {
      arrays.put(inputs.get(i), given[i]);
    }
    return arrays;
  }
}
