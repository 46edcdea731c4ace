package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.Golden;
import io.dmyt.LossKind;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

class TrainerTest {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final int SIZE = 32;

  private static Detector detector() {
    return Detector.create(
        new DetectorSpec(
            "resnet18",
            CLASSES,
            "real",
            Preprocessing.imageNet(SIZE),
            LossKind.DMYT,
            Dummies.of(CLASSES, 512),
            null),
        3);
  }

  private static SingletonDataSetIterator batch() {
    return batch(Golden.images("input", 4, SIZE));
  }

  private static SingletonDataSetIterator batch(float[] values) {
    INDArray images = Nd4j.createFromArray(values).reshape(4, 3, SIZE, SIZE);
    INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}});
    return new SingletonDataSetIterator(new DataSet(images, labels));
  }

  @Test
  void learnsAndKeepsEachBestEpoch() throws Exception {
    Detector detector = detector();
    List<EpochResult> kept = new ArrayList<>();
    TrainingOptions options = TrainingOptions.defaults().withEpochs(6).withLearningRate(1e-3);
    List<EpochResult> epochs =
        new Trainer(detector, options).fit(batch(), batch(), kept::add, TrainingMonitor.SILENT);
    assertEquals(6, epochs.size());
    assertTrue(epochs.get(5).trainLoss() < epochs.get(0).trainLoss());
    assertEquals(epochs.stream().filter(EpochResult::best).toList(), kept);
    double best = -1;
    for (EpochResult epoch : epochs) {
      assertEquals(epoch.validAccuracy() > best, epoch.best(), "epoch " + epoch.epoch());
      best = Math.max(best, epoch.validAccuracy());
    }
    assertEquals(1e-3, epochs.get(2).learningRate());
    assertEquals(5e-4, epochs.get(3).learningRate());
    assertSame(detector.loss(), detector.backbone().loss(), "the loss is put back");
  }

  @Test
  void stopsWhenItIsNoLongerFinite() {
    Detector detector = detector();
    Trainer trainer = new Trainer(detector, TrainingOptions.defaults());
    float[] broken = new float[4 * 3 * SIZE * SIZE];
    Arrays.fill(broken, Float.NaN);
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> trainer.fit(batch(broken), batch(), best -> {}, TrainingMonitor.SILENT));
    assertTrue(e.getMessage().contains("epoch 1: try a lower learning rate"), e.getMessage());
    assertSame(detector.loss(), detector.backbone().loss(), "the loss is put back");
  }

  @Test
  void checksItsOptions() {
    TrainingOptions right = TrainingOptions.defaults();
    for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> right.withLearningRate(rate));
    }
    assertThrows(IllegalArgumentException.class, () -> right.withEpochs(0));
    assertThrows(IllegalArgumentException.class, () -> new TrainingOptions(1, 1, -1, 3));
    assertThrows(IllegalArgumentException.class, () -> new TrainingOptions(1, 1, 0, 0));
  }
}
