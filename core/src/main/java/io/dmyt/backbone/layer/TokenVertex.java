package io.dmyt.backbone.layer;

import io.dmyt.engine.SelfDescribing;
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

  @Override
  public final int inputRank() {
    return 3;
  }
}
