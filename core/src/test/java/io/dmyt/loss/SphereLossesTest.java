package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** Uniformity and alignment by value and by gradient. */
class SphereLossesTest {
  private static final IActivation IDENTITY = new ActivationIdentity();
  private static final int BATCH = 5;

  /** Five embeddings of length 1. */
  private static final double[] EMBEDDINGS = {
    0.8017837257372732,
    -0.2672612419124244,
    0.5345224838248488,
    -0.3144854510165755,
    0.9434563530497265,
    0.10482848367219183,
    0.26490647141300877,
    0.26490647141300877,
    -0.9271726499455307,
    0.8081220356417687,
    0.5050762722761053,
    0.3030457633656632,
    -0.762000762001143,
    -0.1270001270001905,
    0.6350006350009525
  };

  private static final int[] LABELS = {0, 1, 0, 1, 0};

  private static INDArray embeddings() {
    return Nd4j.createFromArray(EMBEDDINGS).reshape(BATCH, 3);
  }

  private static INDArray oneHot(int... labels) {
    INDArray rows = Nd4j.zeros(labels.length, 2);
    for (int i = 0; i < labels.length; i++) {
      rows.putScalar(i, labels[i], 1);
    }
    return rows;
  }

  /**
   * By PyTorch 1.13 in double: GenD's functions (yermandy/GenD, src/losses/unifalign.py) on these
   * embeddings, and their gradients.
   */
  static Stream<Arguments> pyTorch() {
    return Stream.of(
        Arguments.of(
            new UniformityLoss(2),
            -3.1520249377821363,
            new double[] {
              -0.14156510437427938,
              2.0341916906470323,
              -0.6562724897080084,
              0.532786420412541,
              -0.7820233932181533,
              0.06413691730253762,
              0.006397056179663228,
              0.18261151387281666,
              0.5794691959522732,
              -0.7075397582000091,
              -1.8298737119899844,
              0.22873307419736724,
              0.30992138598208435,
              0.3950939006882885,
              -0.2160666977441696
            }),
        Arguments.of(
            new UniformityLoss(0.5),
            -1.0221348168811826,
            new double[] {
              -0.23621640924360995,
              0.28363355327432377,
              -0.17132679270024645,
              0.22924663981057497,
              -0.3430770755144973,
              0.006403962357175823,
              -0.011633126926912235,
              0.04485460298648959,
              0.4225059081527233,
              -0.3072250396356079,
              -0.1632288196201691,
              -0.09328560246582052,
              0.3258279359955551,
              0.17781773887385302,
              -0.16429747534383224
            }),
        Arguments.of(
            new AlignmentLoss(2),
            2.5808531657811025,
            new double[] {
              1.0503308710313402,
              -0.33621441411883357,
              0.6806084912971379,
              -0.5613037433291721,
              0.2191900403868106,
              -0.0991086398467357,
              0.24501498954494372,
              0.46203715586931626,
              -1.5119342093584314,
              0.5613037433291721,
              -0.2191900403868106,
              0.0991086398467357,
              -1.295345860576284,
              -0.1258227417504827,
              0.8313257180612935
            }),
        Arguments.of(
            new AlignmentLoss(1),
            1.5875845280890035,
            new double[] {
              0.33005472610499764,
              -0.1031352633707632,
              0.2060950006652189,
              -0.2297867857217998,
              0.08973211998192462,
              -0.0405731407607687,
              0.0528416594140093,
              0.13214092929969984,
              -0.42652273557297493,
              0.2297867857217998,
              -0.08973211998192462,
              0.0405731407607687,
              -0.38289638551900695,
              -0.029005665928936646,
              0.22042773490775602
            }));
  }

  @ParameterizedTest
  @MethodSource("pyTorch")
  void areAsInPyTorch(ILossFunction loss, double value, double[] gradient) {
    INDArray labels = oneHot(LABELS);
    assertEquals(value, loss.computeScore(labels, embeddings(), IDENTITY, null, true), 1e-12);
    Pair<Double, INDArray> both =
        loss.computeGradientAndScore(labels, embeddings(), IDENTITY, null, false);
    assertEquals(BATCH * value, both.getFirst(), 1e-11, "DL4J divides by the batch");
    assertArrayEquals(gradient, both.getSecond().div(BATCH).ravel().toDoubleVector(), 1e-12);
    INDArray scores = loss.computeScoreArray(labels, embeddings(), IDENTITY, null);
    assertArrayEquals(new long[] {BATCH, 1}, scores.shape());
    assertEquals(BATCH * value, scores.sumNumber().doubleValue(), 1e-11);
  }

  static Stream<ILossFunction> all() {
    Dummies dummies = Dummies.of(List.of("fake", "real"), 6);
    return Stream.of(
        new UniformityLoss(2),
        new AlignmentLoss(2),
        new AlignmentLoss(3),
        new DummyTripletLoss(dummies).onSphere(),
        new SumLoss(
            List.of(
                new SumLoss.Term(1, new DummyTripletLoss(dummies).onSphere()),
                new SumLoss.Term(0.5, new UniformityLoss(2)),
                new SumLoss.Term(0.1, new AlignmentLoss(2)))));
  }

  @ParameterizedTest
  @MethodSource("all")
  void gradientsAreFiniteDifferences(ILossFunction loss) {
    Random random = new Random(8);
    int batch = 7;
    double[] numbers = random.doubles(6L * batch, -1, 1).toArray();
    INDArray x = Nd4j.createFromArray(numbers).reshape(batch, 6);
    x.diviColumnVector(x.norm2(1));
    INDArray labels = oneHot(0, 1, 1, 0, 0, 1, 0);
    for (INDArray mask : new INDArray[] {null, Nd4j.createFromArray(1., 1, 0, 1, 0, 1, 1)}) {
      INDArray column = mask == null ? null : mask.reshape(batch, 1);
      double[] found = loss.computeGradient(labels, x, IDENTITY, column).ravel().toDoubleVector();
      double h = 1e-6;
      for (int i = 0; i < x.length(); i++) {
        double there = x.getDouble(i);
        double[] values = new double[2];
        for (int side = 0; side < 2; side++) {
          x.putScalar(i, there + (side == 0 ? h : -h));
          values[side] = loss.computeScore(labels, x, IDENTITY, column, false);
        }
        x.putScalar(i, there);
        assertEquals((values[0] - values[1]) / (2 * h), found[i], 1e-7, loss + " at " + i);
      }
    }
  }

  /** A masked example is as good as absent. */
  @ParameterizedTest
  @MethodSource("pyTorch")
  void masksLeaveExamplesOut(ILossFunction loss) {
    INDArray mask = Nd4j.createFromArray(1., 1, 1, 1, 0).reshape(BATCH, 1);
    INDArray few = Nd4j.createFromArray(EMBEDDINGS).reshape(BATCH, 3).getRows(0, 1, 2, 3);
    assertEquals(
        loss.computeScore(oneHot(0, 1, 0, 1), few, IDENTITY, null, true),
        loss.computeScore(oneHot(LABELS), embeddings(), IDENTITY, mask, true),
        1e-12);
  }

  @Test
  void withoutAPairTheyAreZero() {
    INDArray one = Nd4j.createFromArray(0.6, 0.8).reshape(1, 2);
    INDArray two = Nd4j.createFromArray(0.6, 0.8, 1, 0).reshape(2, 2);
    for (ILossFunction loss : List.of(new UniformityLoss(2), new AlignmentLoss(2))) {
      assertEquals(0, loss.computeScore(oneHot(1), one, IDENTITY, null, true), 1e-15);
      assertEquals(
          0, loss.computeGradient(oneHot(1), one, IDENTITY, null).norm2Number().doubleValue());
    }
    assertEquals(0, new AlignmentLoss(2).computeScore(oneHot(0, 1), two, IDENTITY, null, true));
  }

  /** The mean is 1e-6 at least: far apart embeddings are not pushed any further. */
  @Test
  void uniformityEnds() {
    INDArray far = Nd4j.createFromArray(9., 0, 0, 9).reshape(2, 2);
    UniformityLoss loss = new UniformityLoss(2);
    assertEquals(Math.log(1e-6), loss.computeScore(oneHot(0, 1), far, IDENTITY, null, true), 1e-12);
    assertEquals(
        0, loss.computeGradient(oneHot(0, 1), far, IDENTITY, null).norm2Number().doubleValue());
  }

  @Test
  void sumsAddUp() {
    INDArray labels = oneHot(LABELS);
    SumLoss sum =
        new SumLoss(
            List.of(
                new SumLoss.Term(0.5, new UniformityLoss(2)),
                new SumLoss.Term(0.1, new AlignmentLoss(2))));
    double expected = 0.5 * -3.1520249377821363 + 0.1 * 2.5808531657811025;
    assertEquals(expected, sum.computeScore(labels, embeddings(), IDENTITY, null, true), 1e-12);
    assertEquals(
        BATCH * expected,
        sum.computeScoreArray(labels, embeddings(), IDENTITY, null).sumNumber().doubleValue(),
        1e-11);
    assertThrows(IllegalArgumentException.class, () -> new SumLoss(List.of()));
  }

  /** On the sphere, an embedding on its dummy is √2 from the other: no loss is left. */
  @Test
  void dummiesHaveLengthOne() {
    Dummies dummies = Dummies.of(List.of("fake", "real"), 4);
    DummyTripletLoss loss = new DummyTripletLoss(dummies).onSphere();
    INDArray on = dummies.vectors().castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE);
    on.diviColumnVector(on.norm2(1));
    INDArray rows = on.getRows(0, 1);
    assertEquals(0, loss.computeScore(oneHot(0, 1), rows, IDENTITY, null, true), 1e-9);
    assertEquals(
        1 + Math.sqrt(2), loss.computeScore(oneHot(1, 0), rows, IDENTITY, null, true), 1e-4);
  }

  @Test
  void numbersAreChecked() {
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> new UniformityLoss(bad));
      assertThrows(IllegalArgumentException.class, () -> new AlignmentLoss(bad));
    }
  }
}
