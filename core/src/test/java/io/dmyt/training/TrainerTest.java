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
import io.dmyt.engine.Engines;
import io.dmyt.loss.Dummies;
import io.dmyt.loss.TripletMiner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

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

  /** Validation's batches are no part of training: there NaN shows only in the loss. */
  @Test
  void stopsAtAValidationLossThatIsNotFiniteBeforeItSaves() throws Exception {
    Detector detector = detector();
    float[] broken = new float[4 * 3 * SIZE * SIZE];
    Arrays.fill(broken, Float.NaN);
    // DL4J's own layers, because oneDNN's ReLU makes a zero of NaN.
    Detector stock = Detector.create(detector.spec(), 3, Engines.dl4j());
    List<EpochResult> saved = new ArrayList<>();
    DivergedException e =
        assertThrows(
            DivergedException.class,
            () ->
                new Trainer(stock, TrainingOptions.defaults())
                    .fit(batch(), batch(broken), saved::add, TrainingMonitor.SILENT));
    assertEquals(
        "the validation loss became NaN after epoch 1: try a lower learning rate than 2.0E-5",
        e.getMessage());
    assertEquals(List.of(), saved);
    assertSame(stock.loss(), stock.backbone().loss(), "the loss is put back");
  }

  @Test
  void whatTrainingUsedIsWhatIsSaved(@TempDir Path folder) throws Exception {
    Detector detector = detector();
    Path file = folder.resolve("detector.zip");
    TrainingOptions options = new TrainingOptions(1e-3, 3, 0.25, 2);
    new Trainer(detector, options)
        .fit(batch(), batch(), best -> detector.save(file), TrainingMonitor.SILENT);
    detector.save(file);
    ComputationGraph read = ModelSerializer.restoreComputationGraph(file.toFile());
    assertEquals(3, read.getEpochCount());
    assertEquals(3, read.getIterationCount());
    for (Layer layer : read.getLayers()) {
      if (layer.conf().getLayer() instanceof BaseLayer conf) {
        Adam adam = (Adam) conf.getIUpdater();
        assertEquals(
            new StepSchedule(ScheduleType.EPOCH, 1e-3, 0.5, 2), adam.getLearningRateSchedule());
        assertEquals(5e-4, adam.getLearningRate(read.getIterationCount(), read.getEpochCount()));
        assertEquals(List.of(new WeightDecay(0.25, true)), conf.getRegularization());
      }
    }
    assertEquals(
        detector.graph().getUpdater().getStateViewArray(), read.getUpdater().getStateViewArray());
  }

  /** As many as the miner finds among the features that the step's loss was computed on. */
  @Test
  void countsTheTripletsThatTheLossHasMined() throws Exception {
    Detector detector =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                CLASSES,
                "real",
                Preprocessing.imageNet(SIZE),
                LossKind.TRIPLET,
                Dummies.of(CLASSES, 512),
                null),
            3);
    DataSet batch = batch().next();
    try (TrainingStep step =
        new TrainingStep(detector.backbone(), detector.loss(), TrainingOptions.defaults())) {
      step.run(batch.getFeatures(), batch.getLabels());
      int[] labels = batch.getLabels().argMax(1).toIntVector();
      int expected = TripletMiner.mine(step.features(), labels).size();
      assertTrue(expected > 0);
      assertEquals(expected, step.triplets());
    }
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
