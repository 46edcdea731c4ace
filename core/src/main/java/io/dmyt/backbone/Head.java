package io.dmyt.backbone;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * A graph's output layer, which wears either a loss given by the caller or DL4J's own. Only the
 * latter can be opened without that loss's class, and it is what a plain DL4J program expects: an
 * embedding with mean squared error, or probabilities (softmax) with cross entropy.
 */
final class Head {
  private Head() {}

  static LossLayer embedding() {
    return new LossLayer.Builder(new LossMSE()).activation(new ActivationIdentity()).build();
  }

  static OutputLayer classifier(int in, int classes, boolean biased) {
    return new OutputLayer.Builder(new LossMCXENT())
        .activation(new ActivationSoftmax())
        .nIn(in)
        .nOut(classes)
        .hasBias(biased)
        .build();
  }

  static ILossFunction loss(ComputationGraph graph) {
    return conf(graph) instanceof LossLayer layer
        ? layer.getLossFn()
        : ((OutputLayer) conf(graph)).getLossFn();
  }

  /** The loss works on what the last layer computes, without softmax. */
  static void setLoss(ComputationGraph graph, ILossFunction loss) {
    set(graph, loss, new ActivationIdentity());
  }

  static void resetLoss(ComputationGraph graph) {
    if (conf(graph) instanceof LossLayer) {
      set(graph, new LossMSE(), new ActivationIdentity());
    } else {
      set(graph, new LossMCXENT(), new ActivationSoftmax());
    }
  }

  private static void set(ComputationGraph graph, ILossFunction loss, IActivation activation) {
    if (conf(graph) instanceof LossLayer layer) {
      layer.setLossFn(loss);
      layer.setActivationFn(activation);
    } else {
      OutputLayer layer = (OutputLayer) conf(graph);
      layer.setLossFn(loss);
      layer.setActivationFn(activation);
    }
  }

  /** The configuration that the running layer and the stored graph share. */
  private static Layer conf(ComputationGraph graph) {
    return graph.getOutputLayer(0).conf().getLayer();
  }
}
