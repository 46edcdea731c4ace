package io.dmyt.engine;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A region ready to run, for inputs of the shapes that it was compiled for. It is called outside of
 * ND4J's workspaces.
 */
public interface CompiledRegion extends AutoCloseable {

  /**
   * Runs it with the parameters as they are now.
   *
   * @param inputs by vertex: row-major arrays of the parameters' type; they may be gone on the way
   *     back
   * @return the wanted values by vertex, in memory of their own
   */
  Map<String, INDArray> forward(Map<String, INDArray> inputs);

  /**
   * Goes back from where {@link #forward} ended, writes the gradients of all parameters of the
   * region, summed over the examples, and of batch norm's statistics what {@link
   * Operation.BatchNorm} says.
   *
   * @param epsilons by vertex: row-major gradients of the values that were wanted and are
   *     {@linkplain Region#ends ends}; one that lacks is 0
   * @param gradients the network's flat gradients
   * @return by vertex: the gradients of those inputs that {@linkplain Operation.Input#learns
   *     learn}, in memory of their own; one that lacks is 0
   */
  Map<String, INDArray> backward(Map<String, INDArray> epsilons, INDArray gradients);

  /**
   * The vertices that have no kernel of their own, and what is to be said about each: "in conv1" if
   * that vertex's kernel does it as well.
   */
  Map<String, String> fused();

  /** Frees what it holds. */
  @Override
  void close();
}
