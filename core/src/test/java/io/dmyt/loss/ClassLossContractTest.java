package io.dmyt.loss;

import static io.dmyt.loss.DummiesTest.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.serde.json.JsonMappers;

/** What holds for every loss, over many shapes, weights and seeds. */
class ClassLossContractTest {
  private static final IActivation IDENTITY = new ActivationIdentity();

  /** A loss and a batch for it. */
  record Case(ClassLoss loss, INDArray input, int[] labels, int classes) {
    INDArray oneHot() {
      return Batches.oneHot(labels, classes);
    }

    double score(INDArray at, IActivation activation) {
      return loss.computeScore(oneHot(), at, activation, null, false);
    }

    Case part(int... rows) {
      return new Case(
          loss, input.getRows(rows), IntStream.of(rows).map(i -> labels[i]).toArray(), classes);
    }

    @Override
    public String toString() {
      return "%s %d×%d, %d classes".formatted(loss.name(), input.size(0), input.size(1), classes);
    }
  }

  /** Made once: a loss keeps its graph from test to test, as it does from batch to batch. */
  private static final List<Case> CASES = makeCases();

  static Stream<Case> cases() {
    return CASES.stream();
  }

  private static List<Case> makeCases() {
    List<Case> cases = new ArrayList<>();
    long seed = 0;
    for (int classes : new int[] {2, 3, 5}) {
      for (int batch : new int[] {1, 2, 9}) {
        for (boolean weighted : new boolean[] {false, true}) {
          seed++;
          double[] weights =
              weighted
                  ? IntStream.range(0, classes).mapToDouble(k -> 0.5 + 1.5 * k).toArray()
                  : new double[0];
          int[] labels = Batches.labels(seed, batch, classes);
          List<String> names = List.of("real", "a", "b", "c", "d").subList(0, classes);
          int size = 8 + (int) seed;
          INDArray embeddings = Batches.values(seed, batch, size);
          cases.add(
              new Case(
                  new DummyTripletLoss(Dummies.of(names, size), weights),
                  embeddings,
                  labels,
                  classes));
          cases.add(new Case(new TripletLoss(weights), embeddings, labels, classes));
          cases.add(
              new Case(
                  new TripletLoss(TripletOptionsTest.some(seed), weights),
                  embeddings,
                  labels,
                  classes));
          cases.add(
              new Case(
                  new CrossEntropyLoss(weights),
                  Batches.values(-seed, batch, classes),
                  labels,
                  classes));
        }
      }
    }
    return cases;
  }

  static Stream<Case> largest() {
    return cases().filter(c -> c.labels.length == 9);
  }

  /** Along some coordinates and some directions through all of them. */
  @ParameterizedTest
  @MethodSource("cases")
  void theGradientIsTheScoresSlope(Case c) {
    Random random = new Random(c.input.length());
    for (IActivation activation : List.of(IDENTITY, new ActivationTanH())) {
      INDArray gradient = c.loss.computeGradient(c.oneHot(), c.input, activation, null);
      for (int i = 0; i < 8; i++) {
        INDArray direction = Nd4j.zeros(c.input.dataType(), c.input.shape());
        if (i < 4) {
          direction.putScalar(random.nextInt((int) direction.length()), 1);
        } else {
          direction.assign(Batches.values(i, direction.rows(), direction.columns()).subi(0.4));
        }
        double step = 1e-6;
        double slope =
            (c.score(c.input.add(direction.mul(step)), activation)
                    - c.score(c.input.sub(direction.mul(step)), activation))
                / (2 * step);
        assertEquals(
            slope,
            gradient.mul(direction).sumNumber().doubleValue(),
            1e-6,
            "direction " + i + ", " + activation);
      }
    }
  }

  @Test
  void theBatchesAboveHaveTripletsToDifferentiate() {
    assertTrue(
        largest()
            .filter(c -> c.loss instanceof TripletLoss)
            .allMatch(c -> !TripletMiner.mine(c.input, c.labels).isEmpty()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void allWaysToAskAgree(Case c) {
    INDArray oneHot = c.oneHot();
    double score = c.score(c.input, IDENTITY);
    Pair<Double, INDArray> both =
        c.loss.computeGradientAndScore(oneHot, c.input, IDENTITY, null, false);
    INDArray array = c.loss.computeScoreArray(oneHot, c.input, IDENTITY, null);

    Golden.assertClose(score, both.getFirst(), 1e-12, 1, "score with the gradient");
    assertEquals(c.loss.computeGradient(oneHot, c.input, IDENTITY, null), both.getSecond());
    Golden.assertClose(
        score / c.labels.length,
        c.loss.computeScore(oneHot, c.input, IDENTITY, null, true),
        1e-12,
        1,
        "average");
    assertArrayEquals(new long[] {c.labels.length, 1}, array.shape());
    Golden.assertClose(score, array.sumNumber().doubleValue(), 1e-12, 1, "sum of the scores");
    assertArrayEquals(c.input.shape(), both.getSecond().shape());
  }

  @ParameterizedTest
  @MethodSource("largest")
  void leavesItsArgumentsAsTheyAre(Case c) {
    INDArray input = c.input.dup();
    INDArray labels = c.oneHot();
    INDArray mask = Nd4j.ones(9, 1);
    c.loss.computeGradientAndScore(labels, input, new ActivationTanH(), mask, false);
    assertEquals(c.input, input);
    assertEquals(c.oneHot(), labels);
    assertEquals(Nd4j.ones(9, 1), mask);
  }

  @ParameterizedTest
  @MethodSource("largest")
  void aMaskedBatchIsTheBatchWithoutThem(Case c) {
    int[] kept = {0, 2, 3, 6, 7, 8};
    INDArray mask = Nd4j.zeros(9, 1);
    for (int i : kept) {
      mask.putScalar(i, 1);
    }
    Case part = c.part(kept);

    Pair<Double, INDArray> masked =
        c.loss.computeGradientAndScore(c.oneHot(), c.input, IDENTITY, mask, true);
    Pair<Double, INDArray> without =
        c.loss.computeGradientAndScore(part.oneHot(), part.input, IDENTITY, null, true);

    Golden.assertClose(without.getFirst(), masked.getFirst(), 1e-12, 1, "score");
    Golden.assertClose(
        Batches.doubles(without.getSecond().div(kept.length)),
        Batches.doubles(masked.getSecond().getRows(kept).div(9)),
        1e-12,
        "gradient");
    assertEquals(0, masked.getSecond().getRows(1, 4, 5).norm2Number().doubleValue());

    Pair<Double, INDArray> nothing =
        c.loss.computeGradientAndScore(c.oneHot(), c.input, IDENTITY, Nd4j.zeros(9, 1), true);
    assertEquals(0, nothing.getFirst());
    assertEquals(0, nothing.getSecond().norm2Number().doubleValue());
  }

  @ParameterizedTest
  @MethodSource("largest")
  void theOrderOfTheExamplesDoesNotMatter(Case c) {
    int[] order = {4, 8, 0, 2, 7, 1, 3, 6, 5};
    Case shuffled = c.part(order);
    Pair<Double, INDArray> one =
        c.loss.computeGradientAndScore(c.oneHot(), c.input, IDENTITY, null, false);
    Pair<Double, INDArray> other =
        c.loss.computeGradientAndScore(shuffled.oneHot(), shuffled.input, IDENTITY, null, false);
    Golden.assertClose(one.getFirst(), other.getFirst(), 1e-12, 1, "score");
    Golden.assertClose(
        Batches.doubles(one.getSecond().getRows(order)),
        Batches.doubles(other.getSecond()),
        1e-10,
        "gradient");
  }

  /** Column-major and strided outputs, and labels of other types, are the same batch. */
  @ParameterizedTest
  @MethodSource("largest")
  void strideAndTypeDoNotMatter(Case c) {
    Pair<Double, INDArray> expected =
        c.loss.computeGradientAndScore(c.oneHot(), c.input, IDENTITY, null, false);
    INDArray wide = Nd4j.hstack(c.input, c.input);
    INDArray view =
        wide.get(
            org.nd4j.linalg.indexing.NDArrayIndex.all(),
            org.nd4j.linalg.indexing.NDArrayIndex.interval(0, c.input.size(1)));
    for (INDArray same : List.of(c.input.dup('f'), view)) {
      Pair<Double, INDArray> found =
          c.loss.computeGradientAndScore(
              c.oneHot().castTo(DataType.INT32), same, IDENTITY, null, false);
      assertEquals(expected.getFirst(), found.getFirst(), 1e-12);
      Golden.assertClose(
          Batches.doubles(expected.getSecond()),
          Batches.doubles(found.getSecond()),
          1e-12,
          "gradient");
    }
    for (DataType type : List.of(DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16)) {
      INDArray rounded = c.input.castTo(type);
      Pair<Double, INDArray> exact =
          c.loss.computeGradientAndScore(
              c.oneHot(), rounded.castTo(DataType.DOUBLE), IDENTITY, null, false);
      Pair<Double, INDArray> found =
          c.loss.computeGradientAndScore(c.oneHot(), rounded, IDENTITY, null, false);
      assertEquals(exact.getFirst(), found.getFirst(), 1e-12, "in double inside");
      assertEquals(type, found.getSecond().dataType());
      Golden.assertClose(
          Batches.doubles(exact.getSecond().castTo(type).castTo(DataType.DOUBLE)),
          Batches.doubles(found.getSecond().castTo(DataType.DOUBLE)),
          1e-6,
          "gradient in " + type);
    }
  }

  @ParameterizedTest
  @MethodSource("largest")
  void wrongShapesAreNamed(Case c) {
    INDArray labels = c.oneHot();
    assertFault(
        c.loss.name(), () -> c.loss.computeGradient(labels, c.input.getRow(0), IDENTITY, null));
    assertFault(
        "found [9, %d] and [8, %d]".formatted(c.input.size(1), c.classes),
        () ->
            c.loss.computeScore(
                labels.getRows(0, 1, 2, 3, 4, 5, 6, 7), c.input, IDENTITY, null, false));
    assertFault(
        "a mask of shape [9, 1] expected, found [9, %d]".formatted(c.input.size(1)),
        () -> c.loss.computeScoreArray(labels, c.input, IDENTITY, Nd4j.ones(c.input.shape())));
    assertFault(
        "0.5 for example 0",
        () -> c.loss.computeScore(labels, c.input, IDENTITY, Nd4j.ones(9, 1).mul(0.5), false));
    for (double wrong : new double[] {0, 0.5, Double.NaN}) {
      INDArray soft = labels.dup();
      soft.putScalar(4, c.labels[4], wrong);
      assertFault("for example 4", () -> c.loss.computeScore(soft, c.input, IDENTITY, null, false));
    }
    INDArray two = labels.dup();
    two.getRow(3).assign(1);
    assertFault("for example 3", () -> c.loss.computeScore(two, c.input, IDENTITY, null, false));
    if (!(c.loss instanceof TripletLoss) || c.loss.labelWeights().length > 0) {
      assertFault(
          "labels of width %d expected".formatted(c.classes),
          () ->
              c.loss.computeScore(
                  Batches.oneHot(c.labels, c.classes + 1), c.input, IDENTITY, null, false));
    }
  }

  @Test
  void embeddingsAreAsLongAsTheDummies() {
    DummyTripletLoss loss = new DummyTripletLoss(Dummies.of(List.of("fake", "real"), 8));
    assertFault(
        "size 8 expected",
        () ->
            loss.computeScore(
                Batches.oneHot(new int[] {0}, 2), Nd4j.zeros(1, 9), IDENTITY, null, false));
  }

  @Test
  void weightsAreChecked() {
    for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertFault("class 1 has " + wrong, () -> new CrossEntropyLoss(1, wrong));
      assertFault("class 1 has " + wrong, () -> new TripletLoss(1, wrong));
    }
    Dummies dummies = Dummies.of(List.of("fake", "real"), 8);
    assertFault("3 label weights", () -> new DummyTripletLoss(dummies, 1, 2, 3));
  }

  /** Embeddings that have no direction, lie on a dummy, or are all the same. */
  @ParameterizedTest
  @MethodSource("largest")
  void theGradientIsFiniteWhereADistanceIsZero(Case c) {
    int size = (int) c.input.size(1);
    List<INDArray> special = new ArrayList<>();
    special.add(Nd4j.zeros(DataType.DOUBLE, 9, size));
    special.add(Nd4j.valueArrayOf(new long[] {9, size}, -1e-6, DataType.DOUBLE));
    special.add(Nd4j.ones(DataType.DOUBLE, 9, size));
    if (c.loss instanceof DummyTripletLoss dmyt) {
      INDArray vectors = dmyt.dummies().vectors(DataType.DOUBLE);
      for (int k = 0; k < vectors.rows(); k++) {
        special.add(Nd4j.tile(vectors.getRow(k, true), 9, 1));
      }
    }
    for (INDArray input : special) {
      Pair<Double, INDArray> result =
          c.loss.computeGradientAndScore(c.oneHot(), input, IDENTITY, null, false);
      assertTrue(Double.isFinite(result.getFirst()), input.toString());
      for (double g : Batches.doubles(result.getSecond())) {
        assertTrue(Double.isFinite(g), input.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("largest")
  void survivesJsonAndSerialisation(Case c) throws Exception {
    double score = c.score(c.input, IDENTITY);
    String json = JsonMappers.getMapper().writeValueAsString(c.loss);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(c.loss);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      for (Object copy :
          List.of(JsonMappers.getMapper().readValue(json, ILossFunction.class), in.readObject())) {
        assertEquals(c.loss, copy);
        assertEquals(c.loss.hashCode(), copy.hashCode());
        assertEquals(c.loss.toString(), copy.toString());
        Case other = new Case((ClassLoss) copy, c.input, c.labels, c.classes);
        assertEquals(score, other.score(c.input, IDENTITY));
      }
    }
  }

  @Test
  void lossesDifferByTheirKindWeightsAndDummies() {
    Dummies dummies = Dummies.of(List.of("fake", "real"), 8);
    List<ClassLoss> losses =
        List.of(
            new CrossEntropyLoss(),
            new CrossEntropyLoss(1, 2),
            new TripletLoss(),
            new TripletLoss(1, 2),
            new DummyTripletLoss(dummies),
            new DummyTripletLoss(dummies, 1, 2),
            new DummyTripletLoss(Dummies.of(List.of("fake", "real"), 10)));
    for (int i = 0; i < losses.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertNotEquals(losses.get(i), losses.get(j));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("largest")
  void threadsMayShareIt(Case c) throws Exception {
    List<Case> batches =
        List.of(c, c.part(0, 1, 2), c.part(3, 4, 5, 6), c.part(8), c.part(1, 3, 5, 7));
    List<Double> expected = batches.stream().map(b -> b.score(b.input, IDENTITY)).toList();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Double>> calls = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Case b = batches.get(i % batches.size());
        calls.add(
            () ->
                b.loss
                    .computeGradientAndScore(b.oneHot(), b.input, IDENTITY, null, false)
                    .getFirst());
      }
      int i = 0;
      for (Future<Double> found : threads.invokeAll(calls)) {
        assertEquals(expected.get(i++ % batches.size()), found.get(), 1e-12);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void printsNothing() {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      new CrossEntropyLoss()
          .computeGradient(Batches.oneHot(new int[] {0}, 2), Nd4j.ones(1, 2), IDENTITY, null);
    } finally {
      System.setOut(console);
    }
    assertFalse(printed.toString(StandardCharsets.UTF_8).contains("differentiated"));
  }
}
