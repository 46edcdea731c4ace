package io.dmyt.benchmarks;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.NamedParameter;
import java.nio.FloatBuffer;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** Our backbones as Deeplearning4j graphs, run as they are or by oneDNN. */
final class Dl4jSide implements Side {
  private final DistanceLoss loss = new DistanceLoss();
  private final Backbone backbone;
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
    backbone = Backbones.create(network.name(), options).setLoss(loss);
    for (Tensor tensor : network.tensors()) {
      backbone.set(tensor.name(), FloatBuffer.wrap(tensor.values()));
    }
    adamW(backbone.graph());
    graph = engine.open(backbone.graph(), threads);
    images = Nd4j.create(Tensor.images(batch, size), new long[] {batch, 3, size, size}, 'c');
    dummies =
        Nd4j.create(
            Training.dummies(batch, network.features()),
            new long[] {batch, network.features()},
            'c');
  }

  /**
   * Adam with weight decay on the weights that DL4J lets decay: in its batch normalisations none
   * do.
   */
  private static void adamW(ComputationGraph graph) {
    Adam adam = new Adam(Training.LEARNING_RATE, Training.BETA1, Training.BETA2, Training.EPSILON);
    List<Regularization> decay = List.of(new WeightDecay(Training.WEIGHT_DECAY, true));
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer conf) {
        conf.setIUpdater(adam);
        conf.setRegularization(decay);
        conf.setRegularizationBias(decay);
      }
    }
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
    graph.fit(new INDArray[] {images}, new INDArray[] {dummies});
    return loss.last();
  }

  @Override
  public String describe() {
    return engine.describe();
  }

  @Override
  public void close() {
    engine.close(graph);
    backbone.graph().close();
  }
}
