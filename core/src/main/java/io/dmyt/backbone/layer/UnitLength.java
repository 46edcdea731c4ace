package io.dmyt.backbone.layer;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Embeddings at length 1, as PyTorch's {@code normalize}: {@code x / max(‖x‖, 1e-12)}.
 *
 * <p>DL4J's {@code L2NormalizeVertex} gives the same but for short vectors. Its shortest length is
 * 1e-8 unless another is given. It holds for the cube of the length as well, so that its gradient
 * is not the derivative of its value for lengths below the cube root, 2.2e-3. For a vector of
 * zeros, both divide the gradient by the shortest length.
 *
 * <p>Input and value: [batch, features]. While a network trains, a loss on the embeddings
 * themselves may join that on what a classifier makes of them, see {@link #tap}.
 */
public final class UnitLength extends FunctionVertex {
  private static final long serialVersionUID = 1;

  /** Of the length, squared: PyTorch's 1e-12. */
  private static final double SHORTEST = 1e-24;

  private transient @Nullable UnaryOperator<INDArray> loss;

  /** For JSON as well. */
  public UnitLength() {}

  /**
   * Gives the embeddings a loss of their own, whose gradient joins what comes from behind.
   *
   * @param gradient of embeddings [batch, features], of their shape; null for none
   */
  public void tap(@Nullable UnaryOperator<INDArray> gradient) {
    loss = gradient;
  }

  @Nullable UnaryOperator<INDArray> loss() {
    return loss;
  }

  @Override
  protected FunctionVertex copy() {
    return new UnitLength();
  }

  @Override
  protected SDVariable define(
      SameDiff graph, SDVariable[] inputs, Map<String, SDVariable> parameters) {
    long[] shape = inputs[0].getShape();
    SDVariable squares = graph.math().square(inputs[0]).sum(true, 1);
    SDVariable length = graph.math().sqrt(graph.nn().relu(squares.sub(SHORTEST), 0).add(SHORTEST));
    return inputs[0].div(length.mul(graph.constant(ones(inputs[0].dataType(), shape))));
  }

  /**
   * A length for each feature: ND4J's derivative of a division that spreads is not always right.
   */
  private static INDArray ones(DataType type, long[] shape) {
    return Nd4j.ones(type, shape);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    setName(name);
    return new TappedVertex(this, graph, name, index, parameters, type);
  }
}
