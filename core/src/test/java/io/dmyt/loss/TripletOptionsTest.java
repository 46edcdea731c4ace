package io.dmyt.loss;

import static io.dmyt.loss.DummiesTest.assertFault;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.loss.TripletMiner.Triplet;
import io.dmyt.loss.TripletOptions.Distance;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.serde.json.JsonMappers;

/** A triplet loss with other options than the reference's, against its formula. */
class TripletOptionsTest {
  /** Every combination comes in turn. */
  static TripletOptions some(long seed) {
    List<TripletOptions> all = all().toList();
    return all.get((int) (seed % all.size()));
  }

  static Stream<TripletOptions> all() {
    List<TripletOptions> all = new ArrayList<>();
    for (Distance distance : Distance.values()) {
      for (TripletMiner.Kind miner : TripletMiner.Kind.values()) {
        for (boolean normalized : new boolean[] {true, false}) {
          all.add(new TripletOptions(miner, 0.4, 0.3, distance, normalized));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("all")
  void theLossIsItsFormula(TripletOptions options) {
    INDArray embeddings = Batches.values(3, 9, 12);
    int[] labels = Batches.labels(4, 9, 3);
    double[] weights = {0.5, 1, 3};
    double sum = 0;
    double total = 0;
    for (Triplet t :
        TripletMiner.mine(embeddings, labels, options.miner(), options.minerMargin())) {
      double weight = weights[labels[t.anchor()]];
      double[] a = row(embeddings, t.anchor(), options);
      double positive = distance(a, row(embeddings, t.positive(), options), options.distance());
      double negative = distance(a, row(embeddings, t.negative(), options), options.distance());
      sum += weight * Math.max(0, positive - negative + 0.3);
      total += weight;
    }
    assertTrue(sum > 0, "something to compare");

    TripletLoss loss = new TripletLoss(options, weights);
    double found =
        loss.computeScore(
            Batches.oneHot(labels, 3), embeddings, new ActivationIdentity(), null, true);
    Golden.assertClose(sum / total, found, 1e-12, 1, "loss");
  }

  private static double[] row(INDArray embeddings, int i, TripletOptions options) {
    double[] row = embeddings.getRow(i).toDoubleVector();
    double squares = 0;
    for (double x : row) {
      squares += x * x;
    }
    boolean unit = options.normalized() || options.distance() == Distance.COSINE;
    for (int k = 0; k < row.length; k++) {
      row[k] /= unit ? Math.sqrt(squares) : 1;
    }
    return row;
  }

  private static double distance(double[] x, double[] y, Distance by) {
    double squares = 0;
    double product = 0;
    for (int k = 0; k < x.length; k++) {
      squares += Math.pow(x[k] - y[k] + 1e-6, 2);
      product += x[k] * y[k];
    }
    return switch (by) {
      case EUCLIDEAN -> Math.sqrt(squares);
      case SQUARED -> squares;
      case COSINE -> 1 - product;
    };
  }

  /** An embedding of length 0 has no direction, and PyTorch's normalisation gives it no slope. */
  @Test
  void anEmbeddingOfLengthZero() {
    INDArray embeddings = Batches.values(5, 4, 6);
    embeddings.getRow(2).assign(0);
    for (TripletOptions options : all().filter(TripletOptions::normalized).toList()) {
      INDArray gradient =
          new TripletLoss(options)
              .computeGradient(
                  Batches.oneHot(new int[] {0, 0, 1, 1}, 2),
                  embeddings,
                  new ActivationIdentity(),
                  null);
      assertTrue(Double.isFinite(gradient.sumNumber().doubleValue()), options.toString());
    }
  }

  @Test
  void areKeptInANetworksConfiguration() throws Exception {
    TripletLoss loss = new TripletLoss(some(7), 1, 2);
    String json = JsonMappers.getMapper().writeValueAsString(loss);
    assertEquals(loss, JsonMappers.getMapper().readValue(json, ILossFunction.class));
    assertNotEquals(loss, new TripletLoss(1, 2));
    assertEquals(new TripletLoss(1, 2), new TripletLoss((TripletOptions) null, 1, 2));
  }

  @Test
  void marginsOutOfRange() {
    for (double margin : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertFault(
          "the margin must be above 0, found " + margin,
          () -> new TripletOptions(TripletMiner.Kind.ALL, 0, margin, Distance.EUCLIDEAN, false));
    }
    for (double margin : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertFault(
          "the miner's margin must be at least 0, found " + margin,
          () -> new TripletOptions(TripletMiner.Kind.ALL, margin, 1, Distance.COSINE, false));
    }
  }
}
