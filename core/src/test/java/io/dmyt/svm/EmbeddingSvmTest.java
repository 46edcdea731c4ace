package io.dmyt.svm;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import libsvm.svm;
import libsvm.svm_model;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EmbeddingSvmTest {
  private static final EmbeddingSvm.Options DEFAULT = EmbeddingSvm.Options.DEFAULT;

  /** Entries 0, 0, 4, 0: mean 1, variance (1 + 1 + 9 + 1) / 4 = 3; two features: γ = 1/6. */
  @Test
  void gamma_isOneOverFeaturesTimesVarianceOfAllEntries() {
    EmbeddingSvm machine = EmbeddingSvm.fit(new float[][] {{0, 0}, {4, 0}}, labels(0, 1), DEFAULT);
    assertEquals(1 / 6.0, machine.gamma(), 1e-15);
  }

  @Test
  void gamma_isOneWhenAllEntriesAreTheSame() {
    EmbeddingSvm machine = EmbeddingSvm.fit(new float[][] {{2, 2}, {2, 2}}, labels(0, 1), DEFAULT);
    assertEquals(1, machine.gamma());
  }

  /** Not linearly separable: the corners of a square, opposite ones of one class. */
  @Test
  void separatesWhatNoLineSeparates() {
    float[][] corners = {{1, 1}, {-1, -1}, {1, -1}, {-1, 1}};
    EmbeddingSvm machine = EmbeddingSvm.fit(corners, labels(7, 7, 3, 3), DEFAULT);
    assertArrayEquals(labels(7, 7, 3, 3), machine.predict(corners));
    assertArrayEquals(labels(3, 7), machine.classes());
    assertArrayEquals(labels(2, 2), machine.supportVectors());
  }

  @Test
  void orderOfSamples_doesNotMatter() {
    SplittableRandom random = new SplittableRandom(5);
    float[][] x = new float[60][3];
    int[] y = new int[x.length];
    float[][] reversed = new float[x.length][];
    int[] reversedY = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = i % 3;
      for (int f = 0; f < 3; f++) {
        x[i][f] = (float) (random.nextGaussian() + (f == y[i] ? 1 : 0));
      }
      reversed[x.length - 1 - i] = x[i];
      reversedY[x.length - 1 - i] = y[i];
    }
    EmbeddingSvm forward = EmbeddingSvm.fit(x, y, DEFAULT);
    EmbeddingSvm backward = EmbeddingSvm.fit(reversed, reversedY, DEFAULT);
    assertArrayEquals(forward.classes(), backward.classes());
    assertArrayEquals(forward.supportVectors(), backward.supportVectors());
    assertArrayEquals(forward.predict(x), backward.predict(x));
  }

  /**
   * With two classes the margin is the one machine's value, and its sign the prediction, whichever
   * of the two is the real one.
   */
  @Test
  void fakeMargin_ofTwoClasses_hasThePredictionsSign() {
    float[][] x = {{0, 1}, {0, 2}, {3, 0}, {4, 0}};
    EmbeddingSvm machine = EmbeddingSvm.fit(x, labels(0, 0, 1, 1), DEFAULT);
    for (float[] row : x) {
      double margin = machine.fakeMargin(row, 1);
      assertEquals(machine.predict(row) == 0, margin > 0);
      assertEquals(-margin, machine.fakeMargin(row, 0), 1e-12);
    }
  }

  /** Three classes far apart on a line, the real one in the middle: a fake on either side. */
  @Test
  void fakeMargin_ofThreeClasses_isAboveZeroForAnyFake() {
    float[][] x = {{-9}, {-10}, {0}, {1}, {9}, {10}};
    EmbeddingSvm machine = EmbeddingSvm.fit(x, labels(0, 0, 2, 2, 5, 5), DEFAULT);
    assertTrue(machine.fakeMargin(new float[] {-9}, 2) > 0);
    assertTrue(machine.fakeMargin(new float[] {10}, 2) > 0);
    assertTrue(machine.fakeMargin(new float[] {0.5f}, 2) < 0);
    assertFault(
        "class 1 is not one of those fitted on: [0, 2, 5]",
        () -> machine.fakeMargin(new float[] {0}, 1));
  }

  private static final int REAL = 4;

  /** Samples of the classes 1, 4 and 7 around three points, with some features zero. */
  private static float[][] cloud(int[] labels, int features, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] rows = new float[labels.length][features];
    for (int i = 0; i < rows.length; i++) {
      for (int f = 0; f < features; f++) {
        double centre = f % 3 == labels[i] / 3 ? 0.7 : 0;
        rows[i][f] = random.nextInt(4) == 0 ? 0 : (float) (random.nextGaussian() + centre);
      }
    }
    return rows;
  }

  private static int[] threeClasses(int count) {
    return IntStream.range(0, count).map(i -> 1 + 3 * (i % 3)).toArray();
  }

  @Test
  void decisions_areLibsvmsBitByBit() {
    int[] y = threeClasses(60);
    float[][] x = cloud(y, 9, 5);
    svm_model model = SvmFit.model(x, y, DEFAULT);
    EmbeddingSvm machine = EmbeddingSvm.fit(x, y, DEFAULT);
    for (float[] row : cloud(y, 9, 6)) {
      double[] expected = new double[3];
      double said = svm.svm_predict_values(model, SvmFit.nodes(row), expected);
      assertArrayEquals(expected, machine.decisions(row));
      assertEquals((int) said, machine.predict(row));
    }
  }

  /** By central differences in double, of the margin that each gradient belongs to. */
  @Test
  void gradients_areThoseOfDifferences() {
    int[] y = threeClasses(60);
    EmbeddingSvm machine = EmbeddingSvm.fit(cloud(y, 9, 5), y, DEFAULT);
    double h = 1e-5;
    for (float[] row : cloud(threeClasses(12), 9, 7)) {
      double[] fake = machine.fakeMarginGradient(row, REAL);
      double[] last = machine.marginGradient(row, 7, REAL);
      double[] first = machine.marginGradient(row, 1, 7);
      for (int f = 0; f < row.length; f++) {
        double[] up = machine.decisions(moved(row, f, h));
        double[] down = machine.decisions(moved(row, f, -h));
        double margin = machine.fakeMargin(up, REAL) - machine.fakeMargin(down, REAL);
        assertEquals(margin / (2 * h), fake[f], 1e-8);
        // The pairs are (1, 4), (1, 7) and (4, 7).
        assertEquals(-(up[2] - down[2]) / (2 * h), last[f], 1e-8);
        assertEquals((up[1] - down[1]) / (2 * h), first[f], 1e-8);
      }
    }
    assertFault("from itself", () -> machine.marginGradient(new float[9], 7, 7));
    assertFault("class 2 is not one of", () -> machine.marginGradient(new float[9], 2, 7));
  }

  private static double[] moved(float[] row, int feature, double by) {
    double[] moved = new double[row.length];
    for (int f = 0; f < row.length; f++) {
      moved[f] = row[f] + (f == feature ? by : 0);
    }
    return moved;
  }

  /** Each of three classes beats one other: of equal votes the first class wins. */
  @Test
  void votes_areCountedPairByPair() {
    int[] y = threeClasses(30);
    EmbeddingSvm machine = EmbeddingSvm.fit(cloud(y, 9, 5), y, DEFAULT);
    assertArrayEquals(new int[] {2, 1, 0}, machine.votes(new double[] {1, 1, 1}));
    assertArrayEquals(new int[] {1, 1, 1}, machine.votes(new double[] {1, -1, 0.5}));
    assertArrayEquals(new int[] {0, 1, 2}, machine.votes(new double[] {0, 0, -2}));
  }

  @Test
  void parts_makeTheSameMachineAgain_andFaultyOnesAreNamed() {
    int[] y = threeClasses(30);
    float[][] x = cloud(y, 9, 5);
    EmbeddingSvm machine = EmbeddingSvm.fit(x, y, DEFAULT);
    SupportVectors p = machine.parts();
    assertArrayEquals(machine.decisions(x[3]), EmbeddingSvm.of(p).decisions(x[3]));
    assertEquals(9, p.features());
    float[][] v = p.vectors();
    double[][] a = p.coefficients();
    int[] n = p.counts();
    double[] b = p.intercepts();
    assertFault("gamma", () -> new SupportVectors(Double.NaN, p.classes(), n, v, a, b));
    assertFault("ascending", () -> new SupportVectors(1, labels(1, 7, 4), n, v, a, b));
    assertFault("at least two", () -> new SupportVectors(1, labels(1), n, v, a, b));
    assertFault("counts", () -> new SupportVectors(1, p.classes(), labels(1, 1, 1), v, a, b));
    assertFault(
        "0 rows of coefficients for 3 classes, expected 2",
        () -> new SupportVectors(1, p.classes(), n, v, new double[0][], b));
    assertFault(
        "coefficients, expected " + v.length,
        () -> new SupportVectors(1, p.classes(), n, v, new double[2][1], b));
    assertFault(
        "2 intercepts, expected 3",
        () -> new SupportVectors(1, p.classes(), n, v, a, new double[2]));
    assertFault(
        "intercepts must be finite",
        () -> new SupportVectors(1, p.classes(), n, v, a, new double[] {0, 0, Double.NaN}));
    float[][] ragged = v.clone();
    ragged[1] = new float[3];
    assertFault("embedding 1", () -> new SupportVectors(1, p.classes(), n, ragged, a, b));
  }

  @Test
  void matrixAndRows_giveTheSame() {
    float[][] rows = {{0, 1, 5}, {0, 2, 5}, {3, 0, 5}, {4, 0, 5}};
    INDArray matrix = Nd4j.createFromArray(rows);
    EmbeddingSvm machine = EmbeddingSvm.fit(matrix, labels(0, 0, 1, 1));
    assertArrayEquals(labels(0, 0, 1, 1), machine.predict(matrix));
    assertArrayEquals(machine.predict(rows), machine.predict(matrix));
    assertEquals(EmbeddingSvm.fit(rows, labels(0, 0, 1, 1), DEFAULT).gamma(), machine.gamma());
  }

  @Test
  void fitting_printsNothing() {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      EmbeddingSvm.fit(new float[][] {{0, 0}, {4, 0}}, labels(0, 1), DEFAULT);
    } finally {
      System.setOut(before);
    }
    assertEquals("", printed.toString(StandardCharsets.UTF_8));
  }

  @Test
  void faultyArguments_areNamed() {
    float[][] two = {{1, 2}, {3, 4}};
    assertFault("2 embeddings, but 1 labels", () -> EmbeddingSvm.fit(two, labels(0), DEFAULT));
    assertFault(
        "at least two classes, found [1]", () -> EmbeddingSvm.fit(two, labels(1, 1), DEFAULT));
    assertFault(
        "at least two classes, found []",
        () -> EmbeddingSvm.fit(new float[0][], new int[0], DEFAULT));
    assertFault("one is negative", () -> EmbeddingSvm.fit(two, labels(-1, 1), DEFAULT));
    assertFault(
        "embedding 1 has 1 features, expected 2",
        () -> EmbeddingSvm.fit(new float[][] {{1, 2}, {3}}, labels(0, 1), DEFAULT));
    assertFault(
        "embedding 0 has NaN as feature 1",
        () -> EmbeddingSvm.fit(new float[][] {{1, Float.NaN}, {3, 4}}, labels(0, 1), DEFAULT));
    assertFault("c must be above 0", () -> new EmbeddingSvm.Options(0, 1e-3));
    assertFault("tolerance must be above 0", () -> new EmbeddingSvm.Options(1, Double.NaN));
    EmbeddingSvm machine = EmbeddingSvm.fit(two, labels(0, 1), DEFAULT);
    assertFault(
        "embedding 1 has 3 features, expected 2",
        () -> machine.predict(new float[][] {{1, 2}, {1, 2, 3}}));
    assertFault("[samples, features], found [1, 2, 1]", () -> machine.predict(Nd4j.ones(1, 2, 1)));
  }

  private static int[] labels(int... labels) {
    return labels;
  }
}
