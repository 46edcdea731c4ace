package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpecs;
import io.dmyt.LossKind;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engines;
import io.dmyt.metric.Retrieval;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What epochs are compared by, and when it is over. */
class SelectionTest {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final int SIZE = 32;

  private static Detector detector(LossKind loss) {
    return Detector.create(DetectorSpecs.resnet18(CLASSES, SIZE, loss, null), 3, Engines.dl4j());
  }

  private static EpochResult epoch(boolean best) {
    return new EpochResult(1, 0.1, 1, 1, 1, 1, EmbeddingMetrics.NONE, 1, 1, best);
  }

  @Test
  void isOverAfterSoManyEpochsWithoutABetterOne() {
    List<EpochResult> history = new ArrayList<>();
    Selection two = new Selection(Selection.By.LOSS, 2);
    boolean[] best = {true, false, true, false, false};
    for (int i = 0; i < best.length; i++) {
      assertFalse(two.isOver(history), "after " + i);
      history.add(epoch(best[i]));
    }
    assertTrue(two.isOver(history));
    assertFalse(new Selection(Selection.By.LOSS, 3).isOver(history));
    assertFalse(Selection.REFERENCE.isOver(history), "never");
    assertThrows(IllegalArgumentException.class, () -> new Selection(Selection.By.LOSS, -1));
  }

  /** Each criterion against its definition, on features by chance: 21 fakes and 9 real images. */
  @Test
  void criteriaAreByTheirDefinitions() throws Exception {
    Detector detector = detector(LossKind.DMYT);
    List<LabelledSample> samples = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      RgbImage picture = new RgbImage(SIZE, SIZE, new byte[3 * SIZE * SIZE]);
      samples.add(
          new LabelledSample(
              Sample.of("p" + i, picture).withGroup("video " + i % 5), i < 21 ? 0 : 1));
    }
    Nd4j.getRandom().setSeed(7);
    INDArray features = Nd4j.randn(DataType.FLOAT, 30, 512);
    double[] fake = detector.fakeProbabilities(features);
    int[] predictions = Trainer.predict(detector, features);
    try (ImageFolderIterator images =
        new ImageFolderIterator(
            samples,
            CLASSES,
            LoaderOptions.evaluation(Preprocessing.imageNet(SIZE)).withBatch(30))) {
      DataSet batch = images.next();
      for (Selection.By by : Selection.By.values()) {
        Validation validation = new Validation(detector, by, false);
        validation.add(batch, features, 0.75);
        assertEquals(expected(by, fake, predictions), validation.score(), 1e-9, by.name());
      }
    }
  }

  private static double expected(Selection.By by, double[] fake, int[] predictions) {
    double rightFakes = IntStream.range(0, 21).filter(i -> predictions[i] == 0).count();
    double rightReals = IntStream.range(21, 30).filter(i -> predictions[i] == 1).count();
    return switch (by) {
      case REFERENCE, ACCURACY -> (rightFakes + rightReals) / 30;
      case BALANCED_ACCURACY -> (rightFakes / 21 + rightReals / 9) / 2;
      case LOSS -> -0.75;
      case AUC ->
          area(
              IntStream.range(0, 21).mapToDouble(i -> fake[i]).toArray(),
              IntStream.range(21, 30).mapToDouble(i -> fake[i]).toArray());
      case VIDEO_AUC -> area(means(fake, 0, 21), means(fake, 21, 30));
      case EER -> -equalErrorRate(fake);
    };
  }

  /** How often a fake's score is above a real one's. */
  private static double area(double[] fakes, double[] reals) {
    double above = 0;
    for (double f : fakes) {
      for (double r : reals) {
        above += f > r ? 1 : f == r ? 0.5 : 0;
      }
    }
    return above / fakes.length / reals.length;
  }

  private static double[] means(double[] fake, int from, int to) {
    TreeMap<Integer, List<Double>> videos = new TreeMap<>();
    for (int i = from; i < to; i++) {
      videos.computeIfAbsent(i % 5, v -> new ArrayList<>()).add(fake[i]);
    }
    return videos.values().stream()
        .mapToDouble(v -> v.stream().mapToDouble(Double::doubleValue).average().orElseThrow())
        .toArray();
  }

  /** Where the shares of missed fakes and of real images taken for fakes cross, between points. */
  private static double equalErrorRate(double[] fake) {
    double[] order = fake.clone();
    java.util.Arrays.sort(order);
    double missed = 0;
    double alarms = 1;
    for (double threshold : order) {
      double nextMissed = IntStream.range(0, 21).filter(i -> fake[i] <= threshold).count() / 21.0;
      double nextAlarms = IntStream.range(21, 30).filter(i -> fake[i] > threshold).count() / 9.0;
      if (nextMissed >= nextAlarms) {
        double before = alarms - missed;
        double share = before / (before - (nextAlarms - nextMissed));
        return missed + share * (nextMissed - missed);
      }
      missed = nextMissed;
      alarms = nextAlarms;
    }
    throw new AssertionError("they never cross");
  }

  @Test
  void withoutAVerdictEpochsAreComparedByLoss() {
    Detector detector = detector(LossKind.TRIPLET);
    for (Selection.By by : Selection.By.values()) {
      if (by == Selection.By.REFERENCE || by == Selection.By.LOSS) {
        Validation.require(detector, by);
      } else {
        assertThrows(
            IllegalArgumentException.class, () -> Validation.require(detector, by), by.name());
      }
    }
    DataSet batch = new DataSet(Nd4j.zeros(4, 3, SIZE, SIZE), Nd4j.eye(2).castTo(DataType.FLOAT));
    Validation validation = new Validation(detector, Selection.By.REFERENCE, true);
    validation.add(batch, Nd4j.rand(DataType.FLOAT, 2, 512), 0.5);
    assertEquals(-0.5, validation.score());
    assertTrue(Double.isNaN(validation.retrieval().precisionAt1()), "one image a class");
  }

  /**
   * Of 5,001 images the first, which lies apart, and the last are of one class: were the last
   * looked up, both would have neighbours of the other class.
   */
  @Test
  void asManyEmbeddingsAreLookedUpAsIsSaid() {
    Validation validation =
        new Validation(detector(LossKind.TRIPLET), Selection.By.REFERENCE, true);
    INDArray images = Nd4j.zeros(3, 3, SIZE, SIZE);
    for (int i = 0; i < 1_667; i++) {
      INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {1, 0}, {1, 0}});
      INDArray features = Nd4j.ones(DataType.FLOAT, 3, 2);
      if (i == 0) {
        labels.putRow(0, Nd4j.createFromArray(0f, 1f));
        features.putScalar(0, 0, -1);
      } else if (i == 1_666) {
        labels.putRow(2, Nd4j.createFromArray(0f, 1f));
      }
      validation.add(new DataSet(images, labels), features, 0.5);
    }
    assertEquals(new Retrieval(1, 1), validation.retrieval());
  }
}
