package io.dmyt.backbone;

import io.dmyt.backbone.NamedParameter.Kind;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.factory.Nd4j;

/** A network laid out but not allocated: DL4J's configuration, and the state dict's way into it. */
record Architecture(
    BackboneSpec spec,
    ComputationGraphConfiguration configuration,
    List<ParameterBinding> bindings) {

  static Architecture of(Model model, BackboneOptions options) {
    NetworkBuilder net = new NetworkBuilder(model.spec(), options);
    model.features().accept(net);
    return net.finish(options.unitLength());
  }

  /**
   * The sizes of everything for square images.
   *
   * @throws IllegalArgumentException if they are too small for the network
   */
  ActivationSizes sizes(int imageSize) {
    return new ActivationSizes(configuration, imageSize, imageSize);
  }

  /** Allocates the network; DL4J's own initial weights are never drawn. */
  ComputationGraph create(BackboneOptions options) {
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init(Nd4j.create(options.dataType(), 1, values()), false);
    if (options.randomWeights()) {
      for (ParameterBinding binding : bindings) {
        if (binding.parameter().isStored()) {
          draw(binding, graph, options.seed());
        }
      }
    }
    return graph;
  }

  /** The number of values that gradients train. */
  long trainableValues() {
    return bindings.stream()
        .map(ParameterBinding::parameter)
        .filter(p -> p.kind() == Kind.TRAINABLE)
        .mapToLong(NamedParameter::length)
        .sum();
  }

  /** The number of values in the flat array of parameters, statistics included. */
  long values() {
    return bindings.stream()
        .map(ParameterBinding::parameter)
        .filter(NamedParameter::isStored)
        .mapToLong(NamedParameter::length)
        .sum();
  }

  /** Seeded by name as well, so that a tensor's values don't depend on what was drawn before. */
  private static void draw(ParameterBinding binding, ComputationGraph graph, long seed) {
    NamedParameter parameter = binding.parameter();
    float[] values = new float[Math.toIntExact(parameter.length())];
    binding.init().fill(values, new SplittableRandom(31 * seed + parameter.name().hashCode()));
    binding.set(graph, Nd4j.create(values, parameter.shape(), 'c'));
  }
}
