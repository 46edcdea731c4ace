package io.dmyt.backbone.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

class FarSoftmaxTest {
  @Test
  void scoresMayBeFarApart() {
    SameDiff graph = SameDiff.create();
    double[][] scores = {{0, -1000, 1000, 1000}, {-1e10, 1e10, 0, 0}, {1, 1, 1, 1}};
    SDVariable shares = FarSoftmax.of(graph, graph.constant(Nd4j.createFromArray(scores)), 1);
    double[][] found = shares.eval().toDoubleMatrix();
    assertArrayEquals(new double[] {0, 0, 0.5, 0.5}, found[0], 1e-15);
    assertArrayEquals(new double[] {0, 1, 0, 0}, found[1], 1e-15);
    assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, found[2], 1e-15);
  }
}
