package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.Golden;
import io.dmyt.LossKind;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.loss.Dummies;
import io.dmyt.loss.TripletMiner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.regularization.WeightDecay;

class TrainerTest {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final int SIZE = 32;

  private static Detector detector() {
    return detector("resnet18");
  }

  private static Detector detector(String backbone) {
    return Detector.create(
        new DetectorSpec(
            backbone,
            CLASSES,
            "real",
            Preprocessing.imageNet(SIZE),
            LossKind.DMYT,
            Dummies.of(CLASSES, Backbones.spec(backbone).embeddingSize()),
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

  /** Validation images labelled so that as many of the four as given for each epoch are right. */
  private static SingletonDataSetIterator labelled(Detector detector, int... rightByEpoch) {
    DataSet data = batch().next();
    return new SingletonDataSetIterator(data) {
      private static final long serialVersionUID = 1;
      private int epoch;

      @Override
      public DataSet next() {
        int[] answers = Trainer.predict(detector, detector.features(data.getFeatures()));
        INDArray labels = Nd4j.zeros(4, 2);
        for (int i = 0; i < 4; i++) {
          labels.putScalar(i, i < rightByEpoch[epoch] ? answers[i] : 1 - answers[i], 1);
        }
        data.setLabels(labels);
        epoch++;
        return super.next();
      }
    };
  }

  @Test
  void learnsAndKeepsEachBestEpoch() throws Exception {
    Detector detector = detector();
    SingletonDataSetIterator valid = labelled(detector, 1, 3, 2, 4, 4, 0);
    List<EpochResult> kept = new ArrayList<>();
    TrainingOptions options = TrainingOptions.defaults().withEpochs(6).withLearningRate(1e-3);
    List<EpochResult> epochs =
        new Trainer(detector, options).fit(batch(), valid, kept::add, TrainingMonitor.SILENT);
    assertEquals(6, epochs.size());
    assertTrue(epochs.get(5).trainLoss() < epochs.get(0).trainLoss());
    assertEquals(epochs.stream().filter(EpochResult::best).toList(), kept);
    assertEquals(List.of(1, 2, 4), kept.stream().map(EpochResult::epoch).toList());
    assertEquals(
        List.of(0.25, 0.75, 0.5, 1.0, 1.0, 0.0),
        epochs.stream().map(EpochResult::validAccuracy).toList());
    assertEquals(1e-3, epochs.get(2).learningRate());
    assertEquals(5e-4, epochs.get(3).learningRate());
    assertSame(detector.loss(), detector.backbone().loss(), "the loss is put back");
  }

  @Test
  void givesUpOnABetterEpoch() throws Exception {
    Detector detector = detector();
    List<EpochResult> kept = new ArrayList<>();
    TrainingOptions options =
        TrainingOptions.defaults()
            .withEpochs(6)
            .withSelection(new Selection(Selection.By.ACCURACY, 2));
    List<EpochResult> epochs =
        new Trainer(detector, options)
            .fit(batch(), labelled(detector, 1, 3, 2, 3, 4, 4), kept::add, TrainingMonitor.SILENT);
    assertEquals(4, epochs.size(), "the second is the best, and two more have been tried");
    assertEquals(List.of(1, 2), kept.stream().map(EpochResult::epoch).toList());
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

  /** Of networks with layers that DL4J lacks, too; and opened by DL4J or as a detector. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "ecaresnet26t"})
  void whatTrainingUsedIsWhatIsSaved(String backbone, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("detector.zip");
    TrainingOptions options = new TrainingOptions(1e-3, 3, 0.25, 2);
    INDArray state;
    try (Detector detector = detector(backbone)) {
      new Trainer(detector, options).fit(batch(), batch(), best -> {}, TrainingMonitor.SILENT);
      detector.save(file);
      state = detector.graph().getUpdater().getStateViewArray();
    }
    assertTrainedWith(options, state, ModelSerializer.restoreComputationGraph(file.toFile()));
    try (Detector detector = Detector.load(file, Engines.dl4j())) {
      assertTrainedWith(options, state, detector.graph());
    }
  }

  private static void assertTrainedWith(
      TrainingOptions options, INDArray state, ComputationGraph read) {
    assertEquals(3, read.getEpochCount());
    assertEquals(3, read.getIterationCount());
    List<WeightDecay> decay = List.of(new WeightDecay(options.weightDecay(), true));
    for (GraphVertex vertex : read.getConfiguration().getVertices().values()) {
      if (vertex instanceof LayerVertex layer
          && layer.getLayerConf().getLayer() instanceof BaseLayer conf) {
        assertEquals(options.schedule(), ((Adam) conf.getIUpdater()).getLearningRateSchedule());
        assertEquals(decay, conf.getRegularization());
      } else if (vertex instanceof SameDiffVertex conf) {
        assertEquals(options.schedule(), ((Adam) conf.getUpdater()).getLearningRateSchedule());
        assertEquals(decay, conf.getRegularization());
      }
    }
    assertEquals(5e-4, options.schedule().valueAt(3, 3));
    assertEquals(state, read.getUpdater().getStateViewArray());
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
      assertEquals(expected, step.mined().triplets());
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
