package io.dmyt.benchmarks;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.NamedParameter;
import io.dmyt.training.TrainingStep;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Our backbones as Deeplearning4j graphs, run as they are or by oneDNN. */
final class Dl4jSide implements Side {
  private final Backbone backbone;
  private final TrainingStep step;
  private final INDArray images;
  private final INDArray dummies;
  private final GraphEngine engine;
  private final ComputationGraph graph;

  Dl4jSide(GraphEngine engine, Network network, int batch, int threads) {
    this.engine = engine;
    Nd4j.getEnvironment().setMaxThreads(threads);
    int size = network.size();
    BackboneOptions options =
        BackboneOptions.defaults().withImageSize(size).withRandomWeights(false);
    backbone = Backbones.create(network.name(), options);
    for (NamedParameter parameter : backbone.parameters()) {
      boolean trained = parameter.kind() == NamedParameter.Kind.TRAINABLE;
      if (trained || parameter.kind() == NamedParameter.Kind.STATISTIC) {
        Tensor tensor = new Tensor(parameter.name(), trained, parameter.shape());
        backbone.set(tensor.name(), FloatBuffer.wrap(tensor.values()));
      }
    }
    graph = engine.open(backbone.graph(), threads);
    step =
        new TrainingStep(
            Backbones.attach(network.name(), graph), new DistanceLoss(), Training.OPTIONS);
    images = Nd4j.create(Tensor.images(batch, size), new long[] {batch, 3, size, size}, 'c');
    dummies =
        Nd4j.create(
            Training.dummies(batch, network.features()),
            new long[] {batch, network.features()},
            'c');
  }

  @Override
  public long parameters() {
    return backbone.parameters().stream()
        .filter(p -> p.kind() == NamedParameter.Kind.TRAINABLE)
        .mapToLong(NamedParameter::length)
        .sum();
  }

  @Override
  public double infer() {
    try (INDArray embeddings = graph.output(false, images)[0]) {
      return embeddings.ameanNumber().doubleValue();
    }
  }

  @Override
  public double train() {
    return step.run(images, dummies);
  }

  @Override
  public String describe() {
    return engine.describe();
  }

  @Override
  public void close() {
    step.close();
    engine.close(graph);
    backbone.graph().close();
  }
}
