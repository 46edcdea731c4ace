package io.dmyt.backbone.layer;

import io.dmyt.engine.ElementwiseFunction;
import io.dmyt.engine.Operation;
import io.dmyt.engine.SelfDescribing;
import io.dmyt.engine.VertexNodes;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** A function of tokens, [batch, tokens, features], that engines can run too. */
abstract class TokenVertex extends FunctionVertex implements SelfDescribing {
  private static final long serialVersionUID = 1;

  /** Some of the tokens, one after another: [batch, count, features]. */
  static SDVariable slice(SameDiff graph, SDVariable tokens, int first, int count) {
    return graph.slice(tokens, new int[] {0, first, 0}, batch(tokens), count, features(tokens));
  }

  static int batch(SDVariable tokens) {
    return (int) tokens.getShape()[0];
  }

  static int features(SDVariable tokens) {
    return (int) tokens.getShape()[2];
  }

  /** A token of zeros for each example of a node's. */
  static int noToken(VertexNodes nodes, int tokens) {
    int first = nodes.add(new Operation.Slice(1, 0, 1), tokens);
    return nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 0, 0), first);
  }

  @Override
  public final int inputRank() {
    return 3;
  }
}
