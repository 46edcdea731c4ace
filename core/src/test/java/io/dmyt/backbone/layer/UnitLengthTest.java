package io.dmyt.backbone.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Values and gradients, beside those of DL4J's own vertex for the purpose. */
class UnitLengthTest {
  private static final double[] DIRECTION = {0.6, 0.8};

  /** What the vertices make of a vector, and of the gradient (1, 0). */
  private record Outcome(double[] value, double[] gradient) {
    static Outcome of(GraphVertex vertex, double length) {
      ComputationGraph graph =
          new ComputationGraph(
              new NeuralNetConfiguration.Builder()
                  .graphBuilder()
                  .addInputs("vectors")
                  .addVertex("unit", vertex, "vectors")
                  .addLayer("loss", new LossLayer.Builder(LossFunction.MSE).build(), "unit")
                  .setOutputs("loss")
                  .build());
      graph.init();
      LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
      INDArray vector = Nd4j.createFromArray(new double[][] {DIRECTION}).muli(length);
      var unit = graph.getVertex("unit");
      unit.setInput(0, vector.castTo(graph.params().dataType()), workspaces);
      INDArray value = unit.doForward(true, workspaces);
      unit.setEpsilon(Nd4j.createFromArray(new float[][] {{1, 0}}));
      INDArray gradient = unit.doBackward(false, workspaces).getSecond()[0];
      return new Outcome(value.toDoubleMatrix()[0], gradient.toDoubleMatrix()[0]);
    }
  }

  private static void assertClose(double[] expected, double[] found) {
    double largest = Math.max(Math.abs(expected[0]), Math.abs(expected[1]));
    assertArrayEquals(expected, found, 1e-5 * largest);
  }

  @ParameterizedTest
  @ValueSource(doubles = {40, 1, 1e-3, 1e-10})
  void hasTheDirectionAtAnyLength(double length) {
    Outcome ours = Outcome.of(new UnitLength(), length);
    assertClose(DIRECTION, ours.value());
    assertClose(new double[] {0.64 / length, -0.48 / length}, ours.gradient());
  }

  /** As PyTorch: what divides is a constant then. */
  @Test
  void dividesZerosByTheShortestLength() {
    Outcome ours = Outcome.of(new UnitLength(), 0);
    assertArrayEquals(new double[2], ours.value());
    assertClose(new double[] {1e12, 0}, ours.gradient());
  }

  @ParameterizedTest
  @ValueSource(doubles = {40, 1, 1e-2})
  void equalsDl4jsUnlessShort(double length) {
    Outcome ours = Outcome.of(new UnitLength(), length);
    Outcome theirs = Outcome.of(new L2NormalizeVertex(), length);
    assertClose(ours.value(), theirs.value());
    assertClose(ours.gradient(), theirs.gradient());
  }

  /** By DL4J's 1e-8, which limits the length and, in the gradient, its cube. */
  @Test
  void differsFromDl4jsWhereShort() {
    assertClose(new double[] {0.006, 0.008}, Outcome.of(new L2NormalizeVertex(), 1e-10).value());
    Outcome theirs = Outcome.of(new L2NormalizeVertex(), 1e-3);
    assertClose(DIRECTION, theirs.value());
    assertClose(new double[] {1000 - 36, -48}, theirs.gradient());
    assertClose(new double[] {1e8, 0}, Outcome.of(new L2NormalizeVertex(), 0).gradient());
  }
}
