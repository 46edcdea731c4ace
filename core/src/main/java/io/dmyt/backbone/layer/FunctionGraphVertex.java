package io.dmyt.backbone.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.params.SameDiffParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A {@link FunctionVertex} in a graph: its parameters, and its function for the shapes in use. */
@SuppressWarnings("overrides") // DL4J's own: an array where its interface has varargs.
class FunctionGraphVertex extends BaseGraphVertex {
  private static final long serialVersionUID = 1;

  /** Training's, validation's, and the last batch's of each. */
  private static final int KEPT = 4;

  private final FunctionVertex vertex;
  private final INDArray parameters;
  private final Map<String, INDArray> table;

  /** What functions are kept by. */
  private record Use(boolean training, List<List<Long>> shapes) {}

  private final transient Map<Use, ShapedFunction> functions =
      new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Use, ShapedFunction> eldest) {
          return size() > KEPT;
        }
      };

  /** Which of its two functions ran last: the way back is that one's. */
  private boolean trained = true;

  private @Nullable INDArray gradients;
  private Map<String, INDArray> gradientTable = Map.of();

  FunctionGraphVertex(
      FunctionVertex vertex,
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      DataType type) {
    super(graph, name, index, null, null, type);
    this.vertex = vertex;
    this.parameters = parameters;
    table = views(parameters);
  }

  private Map<String, INDArray> views(INDArray flat) {
    Map<String, long[]> shapes = vertex.parameterShapes();
    if (shapes.isEmpty()) {
      return Map.of();
    }
    return SameDiffParamInitializer.getInstance()
        .subsetAndReshape(List.copyOf(shapes.keySet()), shapes, flat, null, vertex);
  }

  @Override
  @SuppressWarnings("try") // The workspace is only to be left.
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
    trained = training;
    INDArray value;
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      value = function(training).forward(rowMajor(inputs), table);
    }
    return workspaces.dup(ArrayType.ACTIVATIONS, value, 'c');
  }

  @Override
  @SuppressWarnings("try")
  public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspaces) {
    Map<String, INDArray> found;
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      found = function(trained).backward(rowMajor(inputs), table, rowMajor(epsilon));
    }
    Gradient gradient = new DefaultGradient();
    gradientTable.forEach(
        (name, view) -> {
          view.assign(found.get(name));
          gradient.setGradientFor(name, view);
        });
    INDArray[] epsilons = new INDArray[inputs.length];
    for (int i = 0; i < epsilons.length; i++) {
      epsilons[i] = workspaces.dup(ArrayType.ACTIVATION_GRAD, found.get("input" + i), 'c');
    }
    return Pair.of(gradient, epsilons);
  }

  private ShapedFunction function(boolean training) {
    List<long[]> shapes = Arrays.stream(inputs).map(INDArray::shape).toList();
    List<List<Long>> key = new ArrayList<>();
    shapes.forEach(shape -> key.add(Arrays.stream(shape).boxed().toList()));
    return functions.computeIfAbsent(
        new Use(training, key),
        k -> new ShapedFunction(vertex, training, shapes, inputs[0].dataType()));
  }

  private static INDArray[] rowMajor(INDArray[] arrays) {
    return Arrays.stream(arrays).map(FunctionGraphVertex::rowMajor).toArray(INDArray[]::new);
  }

  /** SameDiff's operations are not all right on views. */
  private static INDArray rowMajor(INDArray array) {
    return array.ordering() == 'c' && !array.isView() && !array.isAttached()
        ? array
        : array.dup('c');
  }

  @Override
  public boolean hasLayer() {
    return false;
  }

  @Override
  public @Nullable Layer getLayer() {
    return null;
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    gradients = view;
    gradientTable = views(view);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] masks, MaskState state, int batch) {
    return vertex.feedForwardMaskArrays(masks, state, batch);
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropOnly) {
    return table;
  }

  @Override
  public TrainingConfig getConfig() {
    return vertex;
  }

  @Override
  public INDArray params() {
    return parameters;
  }

  @Override
  public long numParams() {
    return parameters == null ? 0 : parameters.length();
  }

  @Override
  public @Nullable INDArray getGradientsViewArray() {
    return gradients;
  }

  @Override
  public String toString() {
    return getVertexName() + ": " + vertex;
  }
}
