package io.dmyt.evaluation.explain;

import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.HeadsInput;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.engine.Engines;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * What a graph computes behind its last feature map that has more than one place: from there on to
 * the embedding.
 *
 * <p>The map is the output of a <i>cut</i>: a vertex that every way from the images to the answer
 * leads through. Behind it a graph of DL4J's own layers is made, which reads the same parameters,
 * for the gradient: an engine may run the part before it as it likes.
 */
final class Tail {
  private final ComputationGraph whole;
  private final String cut;
  private final ComputationGraph graph;
  private final Places places;

  private Tail(ComputationGraph whole, String cut, ComputationGraph graph, Places places) {
    this.whole = whole;
    this.cut = cut;
    this.graph = graph;
    this.places = places;
  }

  /**
   * Finds the map for images of this size. Of tokens it is the last on which the answer depends
   * place by place: where a class token answers, that is before the last block.
   *
   * @throws IllegalArgumentException if no vertex but the input has a map of more than one place
   */
  static Tail of(ComputationGraph graph, INDArray images) {
    ComputationGraphConfiguration conf = graph.getConfiguration();
    if (conf.getNetworkInputs().size() != 1 || conf.getNetworkOutputs().size() != 1) {
      throw new IllegalArgumentException(
          Text.format(
              "expected a graph of one input and one output, found %s and %s",
              conf.getNetworkInputs(), conf.getNetworkOutputs()));
    }
    List<String> order = order(graph);
    List<String> cuts = cuts(conf, order);
    INDArray one = images.slice(0).reshape(1, images.size(1), images.size(2), images.size(3));
    // DL4J's own layers would begin anew for each; the engine keeps no more than it is asked for.
    Map<String, INDArray> known =
        Engines.accelerated(graph) ? Map.of() : graph.feedForward(one, false);
    int[] patches = patches(graph, order, one, known);
    for (int i = cuts.size() - 1; i >= 0; i--) {
      INDArray value = known.get(cuts.get(i));
      value = value == null ? value(graph, cuts.get(i), one) : value;
      Places places = Places.of(value, patches);
      if (places != null && places.count() > 1) {
        Tail tail = of(graph, cuts.get(i), order, places);
        if (places.isMap() || tail.dependsOnPlaces(one)) {
          return tail;
        }
      }
    }
    throw new IllegalArgumentException(
        Text.format(
            "images of %s leave no feature map with more than one place",
            Arrays.toString(images.shape())));
  }

  /** Height and width of the image in tokens where a network makes them; null if none does. */
  private static int @Nullable [] patches(
      ComputationGraph graph, List<String> order, INDArray one, Map<String, INDArray> known) {
    for (String name : order) {
      if (graph.getConfiguration().getVertices().get(name) instanceof PixelTokens) {
        String from = inputs(graph.getConfiguration(), name).get(0);
        // DL4J can't stop there itself: other values wait, and their workspaces stay open.
        INDArray map = known.containsKey(from) ? known.get(from) : value(graph, from, one);
        return new int[] {Math.toIntExact(map.size(2)), Math.toIntExact(map.size(3))};
      }
    }
    return null;
  }

  /** Whether the tokens of places, and not only those before them, bear on the answer. */
  private boolean dependsOnPlaces(INDArray image) {
    INDArray gradient =
        gradient(
            map(image),
            embedding ->
                Nd4j.linspace(1, 2, embedding.length(), embedding.dataType())
                    .reshape(embedding.shape()));
    return places.map(gradient).amaxNumber().doubleValue() > 0;
  }

  private static Tail of(ComputationGraph graph, String cut, List<String> order, Places places) {
    ComputationGraphConfiguration conf = graph.getConfiguration();
    // The output layer stays outside: its answer's direction is the caller's business. So does what
    // two classifiers read instead of the embedding.
    int end = order.size() - 1;
    boolean two = conf.getVertices().get(order.get(end - 1)) instanceof HeadsInput;
    List<String> behind = order.subList(order.indexOf(cut) + 1, two ? end - 1 : end);
    if (behind.isEmpty()) {
      throw new IllegalArgumentException(
          "no pooling between the feature map " + cut + " and the output");
    }
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(conf.getDataType())
            .graphBuilder()
            .addInputs(cut)
            .setOutputs(behind.get(behind.size() - 1));
    for (String name : behind) {
      builder.addVertex(
          name,
          Objects.requireNonNull(conf.getVertices().get(name), name).clone(),
          inputs(conf, name).toArray(String[]::new));
    }
    ComputationGraph tail = new ComputationGraph(builder.build());
    long parameters = 0;
    for (String name : behind) {
      parameters += graph.getVertex(name).numParams();
    }
    if (parameters == 0) {
      tail.init();
    } else {
      // Parameters lie in the vertices' order, the output layer's last. DL4J's own count of them
      // leaves out vertices without layers.
      INDArray all = graph.params().reshape(1, graph.params().length());
      long last = all.length() - graph.getVertex(order.get(order.size() - 1)).numParams();
      INDArray shared = all.get(NDArrayIndex.all(), NDArrayIndex.interval(last - parameters, last));
      tail.init(shared, false);
      tail.initGradientsView();
    }
    if (!order(tail).subList(1, behind.size() + 1).equals(behind)) {
      throw new IllegalStateException(
          Text.format("DL4J orders the vertices after %s differently", cut));
    }
    return new Tail(graph, cut, tail, places);
  }

  private static List<String> inputs(ComputationGraphConfiguration conf, String vertex) {
    return Objects.requireNonNull(conf.getVertexInputs().get(vertex), vertex);
  }

  /** The vertices from the input to the output layer, as they are computed. */
  private static List<String> order(ComputationGraph graph) {
    return Arrays.stream(graph.topologicalSortOrder())
        .mapToObj(index -> graph.getVertices()[index].getVertexName())
        .toList();
  }

  /** The vertices between input and output after which nothing but their own output is needed. */
  static List<String> cuts(ComputationGraphConfiguration conf, List<String> order) {
    Map<String, Integer> lastReader = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      for (String from : conf.getVertexInputs().getOrDefault(order.get(i), List.of())) {
        lastReader.put(from, i);
      }
    }
    List<String> cuts = new ArrayList<>();
    Set<String> needed = new HashSet<>(conf.getNetworkInputs());
    for (int i = 1; i < order.size() - 1; i++) {
      int now = i;
      needed.add(order.get(i));
      needed.removeIf(name -> lastReader.getOrDefault(name, -1) <= now);
      if (needed.equals(Set.of(order.get(i)))) {
        cuts.add(order.get(i));
      }
    }
    return cuts;
  }

  private static INDArray value(ComputationGraph graph, String vertex, INDArray images) {
    return graph.output(List.of(vertex), false, new INDArray[] {images}, null)[0];
  }

  /** The name of the vertex whose output is the map. */
  String cut() {
    return cut;
  }

  /** How the places of the map lie. */
  Places places() {
    return places;
  }

  /** The feature map of images, [B, C, H, W] or [B, T, C], computed by the whole graph. */
  INDArray map(INDArray images) {
    return value(whole, cut, images).castTo(graph.getConfiguration().getDataType());
  }

  /** The embedding [B, F] that follows from a map. */
  INDArray embedding(INDArray map) {
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    Map<String, INDArray> values = new HashMap<>();
    values.put(cut, map.dup('c'));
    String last = cut;
    for (String name : order(graph).subList(1, graph.getVertices().length)) {
      GraphVertex vertex = graph.getVertex(name);
      vertex.clear();
      List<String> inputs = inputs(graph.getConfiguration(), name);
      for (int i = 0; i < inputs.size(); i++) {
        vertex.setInput(i, values.get(inputs.get(i)), none);
      }
      values.put(name, vertex.doForward(inTrainingMode(name, vertex), none));
      last = name;
    }
    return Objects.requireNonNull(values.get(last), last);
  }

  /**
   * In training mode DL4J's layers keep what the gradient needs; only batch norm would compute
   * something else. Layers of this library need none, and some compute something else too.
   */
  private boolean inTrainingMode(String name, GraphVertex vertex) {
    return norm(vertex) == null
        && !(graph.getConfiguration().getVertices().get(name) instanceof FunctionVertex);
  }

  /**
   * The gradient with respect to a map, of its shape.
   *
   * @param direction the gradient with respect to the embedding
   */
  INDArray gradient(INDArray map, GradCam.Direction direction) {
    INDArray embedding = embedding(map);
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    List<String> order = order(graph);
    Map<String, INDArray> gradients = new HashMap<>();
    gradients.put(order.get(order.size() - 1), direction.gradient(embedding));
    for (int v = order.size() - 1; v > 0; v--) {
      GraphVertex vertex = graph.getVertex(order.get(v));
      INDArray[] toInputs =
          backward(vertex, Objects.requireNonNull(gradients.remove(order.get(v))), none);
      List<String> inputs = inputs(graph.getConfiguration(), order.get(v));
      for (int i = 0; i < inputs.size(); i++) {
        gradients.merge(inputs.get(i), toInputs[i], INDArray::add);
      }
      vertex.clear();
    }
    return Objects.requireNonNull(gradients.get(cut), cut);
  }

  private static INDArray[] backward(
      GraphVertex vertex, INDArray gradient, LayerWorkspaceMgr none) {
    Layer norm = norm(vertex);
    if (norm == null) {
      vertex.setEpsilon(gradient);
      return vertex.doBackward(false, none).getSecond();
    }
    // DL4J would take the batch's statistics; here the running ones are constants.
    BatchNormalization conf = (BatchNormalization) norm.conf().getLayer();
    INDArray variance = norm.getParam(BatchNormalizationParamInitializer.GLOBAL_VAR);
    INDArray factor =
        norm.getParam(BatchNormalizationParamInitializer.GAMMA)
            .div(Transforms.sqrt(variance.add(conf.getEps()), false));
    return new INDArray[] {gradient.mul(factor.reshape(1, -1, 1, 1))};
  }

  /** The vertex's batch normalisation, or null if it is something else. */
  private static @Nullable Layer norm(GraphVertex vertex) {
    Layer layer = vertex.hasLayer() ? vertex.getLayer() : null;
    return layer != null && layer.conf().getLayer() instanceof BatchNormalization ? layer : null;
  }
}
