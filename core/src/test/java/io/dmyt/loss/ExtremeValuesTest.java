package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Large, tiny, equal and single outputs: the losses stay what their formulas say. */
class ExtremeValuesTest {
  private static Pair<Double, INDArray> run(ClassLoss loss, INDArray output, int... labels) {
    int classes = loss instanceof DummyTripletLoss d ? d.dummies().classes().size() : 3;
    if (loss instanceof CrossEntropyLoss) {
      classes = (int) output.size(1);
    }
    INDArray oneHot = Batches.oneHot(labels, classes);
    return loss.computeGradientAndScore(oneHot, output, new ActivationIdentity(), null, true);
  }

  private static void assertFinite(INDArray values, String what) {
    for (double value : values.castTo(DataType.DOUBLE).dup('c').data().asDouble()) {
      assertTrue(Double.isFinite(value), what + ": " + values);
    }
  }

  /** −log softmax of [g, 0] is log(1 + e⁻ᵍ) at the first class and that plus g at the second. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void crossEntropy_ofAnyGap(DataType type) {
    double[] gaps = {0, 1e-30, 1e-3, 1, 30, 88, 104, 709, 740, 745, 746, 1e3, 1e4, 1e5, 1e6};
    for (double gap : gaps) {
      for (double shift : new double[] {0, -gap / 2, 1e3, -1e3}) {
        INDArray logits = Nd4j.createFromArray(new double[][] {{gap + shift, shift}}).castTo(type);
        double found = logits.getDouble(0, 0) - logits.getDouble(0, 1);
        double tail = Math.log1p(Math.exp(-found));
        double share = Math.exp(-found) / (1 + Math.exp(-found));
        for (int label = 0; label < 2; label++) {
          Pair<Double, INDArray> result = run(new CrossEntropyLoss(), logits, label);
          double expected = label == 0 ? tail : found + tail;
          assertEquals(expected, result.getFirst(), 1e-12 * Math.max(1, expected), "gap " + gap);
          double slope = label == 0 ? -share : 1 - share;
          double tolerance = type == DataType.DOUBLE ? 1e-14 : 1e-7;
          assertEquals(slope, result.getSecond().getDouble(0, 0), tolerance, "gap " + gap);
          assertEquals(-slope, result.getSecond().getDouble(0, 1), tolerance, "gap " + gap);
        }
      }
    }
  }

  @Test
  void crossEntropy_ofManyEqualLogits() {
    INDArray logits = Nd4j.valueArrayOf(new long[] {4, 5}, 1e6, DataType.DOUBLE);
    Pair<Double, INDArray> result = run(new CrossEntropyLoss(1, 2, 3, 4, 5), logits, 0, 1, 2, 4);
    assertEquals(Math.log(5), result.getFirst(), 1e-12);
    assertEquals(0, result.getSecond().sum(1).norm2Number().doubleValue(), 1e-12);
  }

  /** By the triangle inequality a term is at most 1 + ‖p − n‖, with cosines 3, at any scale. */
  @ParameterizedTest
  @ValueSource(
      doubles = {0, 1e-300, 1e-38, 1e-20, 1e-8, 1, 1e4, 1e8, 1e15, 1e30, 3e38, 1e100, -1e30})
  void dummies_ofAnyScale(double scale) {
    for (List<String> classes : List.of(List.of("real", "a"), List.of("real", "a", "b"))) {
      for (int batch : new int[] {1, 6}) {
        INDArray output = Batches.values(7, batch, 16).muli(scale);
        DummyTripletLoss loss = new DummyTripletLoss(Dummies.of(classes, 16));
        int[] labels = Batches.labels(3, batch, classes.size());
        Pair<Double, INDArray> result = run(loss, output, labels);
        double bound = classes.size() == 2 ? 1 + Math.sqrt(16) : 3;
        assertTrue(result.getFirst() >= 0 && result.getFirst() <= bound + 1e-6, "" + result);
        assertFinite(result.getSecond(), "gradient at " + scale);
        assertFinite(loss.dummies().scores(output), "scores at " + scale);
        assertFinite(loss.dummies().distances(output), "distances at " + scale);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1e-38, 1e-20, 1e-8, 1, 1e4, 1e15, 1e30, 3e38, 1e100})
  void triplets_ofAnyScale(double scale) {
    for (int batch : new int[] {1, 2, 9}) {
      INDArray output = Batches.values(7, batch, 16).muli(scale);
      Pair<Double, INDArray> result = run(new TripletLoss(), output, Batches.labels(3, batch, 3));
      assertTrue(Double.isFinite(result.getFirst()) && result.getFirst() >= 0, "" + result);
      assertFinite(result.getSecond(), "gradient at " + scale);
    }
    INDArray equal = Nd4j.valueArrayOf(new long[] {4, 16}, scale, DataType.DOUBLE);
    Pair<Double, INDArray> result = run(new TripletLoss(), equal, 0, 0, 1, 2);
    assertEquals(0, result.getFirst(), "no triplet among equal embeddings");
    assertEquals(0, result.getSecond().norm2Number().doubleValue());
  }
}
