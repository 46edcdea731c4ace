package io.dmyt.engine;

import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** A layer of somebody's own that knows nothing of engines; {@link Reader} does. */
final class Doubling extends SameDiffLambdaLayer {
  private static final long serialVersionUID = 1L;

  @Override
  public SDVariable defineLayer(SameDiff sameDiff, SDVariable layerInput) {
    return layerInput.mul(2);
  }

  /** Found by {@link java.util.ServiceLoader}. */
  public static final class Reader implements VertexReader {
    @Override
    public boolean reads(Object configuration) {
      return configuration instanceof Doubling;
    }

    @Override
    public int read(Object configuration, VertexNodes nodes) {
      return nodes.add(new Operation.Elementwise(ElementwiseFunction.LINEAR, 2, 0), nodes.input());
    }
  }
}
