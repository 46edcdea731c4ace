package io.dmyt.backbone;

import io.dmyt.backbone.layer.UnitLength;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Tells whether a graph is the network that somebody says it is. */
final class Attachment {
  private Attachment() {}

  /** The number of outputs of the graph's classifier, 0 if it has none. */
  static int classes(BackboneSpec spec, ComputationGraph graph) {
    GraphVertex head = graph.getConfiguration().getVertices().get(spec.classifier());
    return head instanceof LayerVertex vertex
            && vertex.getLayerConf().getLayer() instanceof OutputLayer layer
        ? Math.toIntExact(layer.getNOut())
        : 0;
  }

  /** What brings the graph's embeddings to length 1, if anything does. */
  static Optional<UnitLength> unitLength(ComputationGraph graph) {
    GraphVertex vertex = graph.getConfiguration().getVertices().get(NetworkBuilder.UNIT_LENGTH);
    return vertex instanceof UnitLength unit ? Optional.of(unit) : Optional.empty();
  }

  /** The vertex whose value is the embedding. */
  static String embedding(ComputationGraph graph) {
    return unitLength(graph).isPresent() ? NetworkBuilder.UNIT_LENGTH : NetworkBuilder.EMBEDDING;
  }

  /**
   * Sees to it that the graph is the network in everything that bears on what it computes.
   *
   * @throws IllegalArgumentException if it is not; the message says where they differ
   */
  static void check(Architecture expected, ComputationGraph graph) {
    GraphComparison.requireSame(
        expected.spec().name(),
        GraphComparison.tree(expected.configuration()),
        GraphComparison.tree(withStockHead(graph.getConfiguration())));
  }

  /**
   * A copy that has DL4J's own loss, as the expected graph has, whatever the graph's loss is: that
   * may be a class that DL4J can't write as JSON. A loss of the caller's works on logits, so that
   * the classifier then has the identity where it has softmax otherwise.
   */
  private static ComputationGraphConfiguration withStockHead(ComputationGraphConfiguration found) {
    ComputationGraphConfiguration copy = found.clone();
    for (String output : copy.getNetworkOutputs()) {
      if (!(copy.getVertices().get(output) instanceof LayerVertex vertex)) {
        continue;
      }
      Layer layer = vertex.getLayerConf().getLayer();
      if (layer instanceof LossLayer head) {
        head.setLossFn(new LossMSE());
      } else if (layer instanceof OutputLayer head) {
        boolean stock = head.getLossFn() instanceof LossMCXENT;
        if (!stock && head.getActivationFn() instanceof ActivationIdentity) {
          head.setActivationFn(new ActivationSoftmax());
        }
        head.setLossFn(new LossMCXENT());
      }
    }
    return copy;
  }
}
