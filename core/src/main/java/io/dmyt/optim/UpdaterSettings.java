package io.dmyt.optim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Writes an optimiser into a graph's configuration, where a saved graph has it: an updater and a
 * decay for the weights of each layer, and others for its biases where these learn otherwise.
 * Parameters that don't learn have DL4J's {@link Sgd} with rate 0, which keeps no state and changes
 * nothing. Where only some weights of a layer learn, the layer's updater is that of those.
 */
final class UpdaterSettings {
  private final ComputationGraph graph;
  private final List<ParameterGroup> groups;
  private final DoubleFunction<List<Regularization>> decay;
  private final Map<Double, IUpdater> updaters = new HashMap<>();
  private final DoubleFunction<IUpdater> updater;
  private final List<Layer> layers = new ArrayList<>();

  /** A layer's place in the configuration. */
  private interface Place {
    void setUpdaters(IUpdater weights, @Nullable IUpdater biases);

    void setDecays(List<Regularization> weights, List<Regularization> biases);
  }

  private record Layer(Place place, List<Regularization> weights, List<Regularization> biases) {}

  /**
   * @param groups in order; parameters in none don't learn
   * @param updater DL4J's own, by the learning rate's factor, above 0
   * @param decay as DL4J has it, by λ
   */
  UpdaterSettings(
      ComputationGraph graph,
      List<ParameterGroup> groups,
      DoubleFunction<IUpdater> updater,
      DoubleFunction<List<Regularization>> decay) {
    this.graph = graph;
    this.groups = groups;
    this.updater = updater;
    this.decay = decay;
  }

  /** Writes updaters and decays. */
  void write() {
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.hasLayer() && vertex.getLayer().conf().getLayer() instanceof BaseLayer conf) {
        write(vertex, key -> conf.initializer().isBiasParam(conf, key), place(conf));
      } else if (graph.getConfiguration().getVertices().get(vertex.getVertexName())
          instanceof SameDiffVertex conf) {
        write(vertex, key -> conf.getVertexParams().isBiasParam(key), place(conf));
      }
    }
    setDecays(true);
  }

  private void write(GraphVertex vertex, Predicate<String> isBias, Place place) {
    @Nullable ParameterGroup weights = null;
    @Nullable ParameterGroup biases = null;
    if (vertex.numParams() > 0) {
      for (Map.Entry<String, INDArray> parameter : vertex.paramTable(false).entrySet()) {
        ParameterGroup group = group(parameter.getValue());
        if (isBias.test(parameter.getKey())) {
          biases = learning(biases, group);
        } else {
          weights = learning(weights, group);
        }
      }
    }
    ParameterGroup first = weights != null ? weights : biases != null ? biases : groups.get(0);
    ParameterGroup second = biases == null ? first : biases;
    place.setUpdaters(
        updater(first.rate()), first.rate() == second.rate() ? null : updater(second.rate()));
    layers.add(
        new Layer(place, decay.apply(first.weightDecay()), decay.apply(second.weightDecay())));
  }

  /** That of a parameter's elements which learns fastest. */
  private ParameterGroup group(INDArray parameter) {
    long from = parameter.offset() - graph.params().offset();
    long to = from + parameter.length();
    return groups.stream()
        .filter(g -> g.from() < to && from < g.to())
        .reduce(UpdaterSettings::learning)
        .orElse(new ParameterGroup(from, parameter.length(), 0, 0));
  }

  private static ParameterGroup learning(@Nullable ParameterGroup a, ParameterGroup b) {
    return a != null && a.rate() >= b.rate() ? a : b;
  }

  /** Whether an updater is that of parameters that don't learn. */
  static boolean isFrozen(IUpdater updater) {
    return updater instanceof Sgd;
  }

  /** Equal factors have one updater. */
  private IUpdater updater(double factor) {
    return updaters.computeIfAbsent(factor, f -> f == 0 ? new Sgd(0) : updater.apply(f));
  }

  /** Gives the layers their decays, or takes them away. */
  void setDecays(boolean there) {
    for (Layer layer : layers) {
      layer.place.setDecays(there ? layer.weights : List.of(), there ? layer.biases : List.of());
    }
  }

  private static Place place(BaseLayer conf) {
    return new Place() {
      @Override
      public void setUpdaters(IUpdater weights, @Nullable IUpdater biases) {
        conf.setIUpdater(weights);
        conf.setBiasUpdater(biases);
      }

      @Override
      public void setDecays(List<Regularization> weights, List<Regularization> biases) {
        conf.setRegularization(weights);
        conf.setRegularizationBias(biases);
      }
    };
  }

  private static Place place(SameDiffVertex conf) {
    return new Place() {
      @Override
      public void setUpdaters(IUpdater weights, @Nullable IUpdater biases) {
        conf.setUpdater(weights);
        conf.setBiasUpdater(biases);
      }

      @Override
      public void setDecays(List<Regularization> weights, List<Regularization> biases) {
        conf.setRegularization(weights);
        conf.setRegularizationBias(biases);
      }
    };
  }
}
