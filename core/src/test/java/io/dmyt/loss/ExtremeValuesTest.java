package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.loss.TripletOptions.Distance;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
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

  /** (1 − ε/2) of the term of the class, and ε/2 of the other's, which is that plus the gap. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void smoothedCrossEntropy_ofAnyGap(DataType type) {
    double epsilon = 0.1;
    CrossEntropyLoss loss = new CrossEntropyLoss().smoothed(epsilon);
    for (double gap : new double[] {0, 1e-30, 1, 88, 745, 746, 1e4, 1e6}) {
      INDArray logits = Nd4j.createFromArray(new double[][] {{gap, 0}}).castTo(type);
      double found = logits.getDouble(0, 0);
      double expected = Math.log1p(Math.exp(-found)) + epsilon / 2 * found;
      Pair<Double, INDArray> result = run(loss, logits, 0);
      assertEquals(expected, result.getFirst(), 1e-12 * Math.max(1, expected), "gap " + gap);
      double share = Math.exp(-found) / (1 + Math.exp(-found));
      double tolerance = type == DataType.DOUBLE ? 1e-14 : 1e-7;
      assertEquals(epsilon / 2 - share, result.getSecond().getDouble(0, 0), tolerance, "" + gap);
      assertEquals(share - epsilon / 2, result.getSecond().getDouble(0, 1), tolerance, "" + gap);
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

  /**
   * Every miner, distance and normalisation. Of equal embeddings, which only some miners take, a
   * term is the margin, but for what PyTorch's shift makes of distances, and for rounding.
   */
  @ParameterizedTest
  @MethodSource("io.dmyt.loss.TripletOptionsTest#all")
  void tripletsOfEveryKind_ofAnyScale(TripletOptions options) {
    for (double scale : new double[] {0, 1e-300, 1e-38, 1e-20, 1e-8, 1, 1e4, 1e15, 1e30, 3e38}) {
      for (int batch : new int[] {1, 2, 9}) {
        INDArray output = Batches.values(7, batch, 16).muli(scale);
        Pair<Double, INDArray> result =
            run(new TripletLoss(options), output, Batches.labels(3, batch, 3));
        assertTrue(Double.isFinite(result.getFirst()) && result.getFirst() >= 0, "" + result);
        assertFinite(result.getSecond(), options + " at " + scale);
        if (scale <= 1e30) {
          assertFinite(result.getSecond().castTo(DataType.FLOAT), options + " at " + scale);
        }
      }
      INDArray equal = Nd4j.valueArrayOf(new long[] {4, 16}, scale, DataType.DOUBLE);
      Pair<Double, INDArray> result = run(new TripletLoss(options), equal, 0, 0, 1, 2);
      assertFinite(result.getSecond(), options + " of equal ones at " + scale);
      boolean unit = options.normalized() || options.distance() == Distance.COSINE;
      boolean mines = options.miner() != TripletMiner.Kind.SEMIHARD;
      if (scale <= 1 || unit) {
        assertEquals(mines ? options.margin() : 0, result.getFirst(), 1e-6, options + " " + scale);
      }
    }
  }

  /** Sums over pairs are from 0 on, and logarithms from that of the least mean to 0. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1e-38, 1e-20, 1e-8, 1, 1e4, 1e15, 1e30, 3e38, -1e30})
  void pairs_ofAnyScale(double scale) {
    for (int batch : new int[] {1, 2, 9}) {
      INDArray output = Batches.values(7, batch, 16).muli(scale);
      int[] labels = Batches.labels(3, batch, 3);
      for (double power : new double[] {0.5, 1, 2, 3}) {
        Pair<Double, INDArray> alignment = run(new AlignmentLoss(power), output, labels);
        assertTrue(Double.isFinite(alignment.getFirst()), "alignment " + alignment.getFirst());
        assertTrue(alignment.getFirst() >= 0, "alignment " + alignment.getFirst());
        assertFinite(alignment.getSecond(), "alignment's gradient at " + scale);
        Pair<Double, INDArray> uniformity = run(new UniformityLoss(power), output, labels);
        assertTrue(uniformity.getFirst() <= 1e-12, "uniformity " + uniformity.getFirst());
        assertTrue(uniformity.getFirst() >= Math.log(1e-6) - 1e-12, "" + uniformity.getFirst());
        assertFinite(uniformity.getSecond(), "uniformity's gradient at " + scale);
      }
    }
    if (Math.abs(scale) <= 1) {
      INDArray equal = Nd4j.valueArrayOf(new long[] {4, 16}, scale, DataType.DOUBLE);
      for (ClassLoss loss : List.of(new AlignmentLoss(2), new UniformityLoss(2))) {
        Pair<Double, INDArray> result = run(loss, equal, 0, 0, 1, 2);
        assertEquals(0, result.getFirst(), 1e-12, loss + " of equal embeddings");
        assertEquals(0, result.getSecond().norm2Number().doubleValue(), 1e-12, loss.toString());
      }
    }
  }

  /** As GenD has it, before and after the embeddings are brought to length 1. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-20, 1e-8, 1, 1e4, 1e15, 1e30})
  void sums_ofAnyScale(double scale) {
    Dummies dummies = Dummies.of(List.of("real", "a"), 16);
    SumLoss loss =
        new SumLoss(
            List.of(
                new SumLoss.Term(1, new DummyTripletLoss(dummies).onSphere()),
                new SumLoss.Term(0.5, new UniformityLoss(2)),
                new SumLoss.Term(0.1, new AlignmentLoss(2))));
    for (int batch : new int[] {1, 6}) {
      INDArray labels = Batches.oneHot(Batches.labels(3, batch, 2), 2);
      INDArray output = Batches.values(7, batch, 16).muli(scale);
      Pair<Double, INDArray> result =
          loss.computeGradientAndScore(labels, output, new ActivationIdentity(), null, true);
      assertTrue(Double.isFinite(result.getFirst()), "loss " + result.getFirst());
      assertFinite(result.getSecond(), "gradient at " + scale);
    }
  }
}
