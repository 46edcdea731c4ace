package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.loss.Dummies;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A step of training reads and writes few numbers from the host, however large batch, classes and
 * network are: on a GPU each is a wait for the device.
 *
 * <p>In double precision, where the step takes the ways that it takes on a GPU's backend.
 */
class HostAccessTest {
  private static final int SIZE = 32;

  /** Labels, terms' weights, the loss, and what the metrics read. */
  private static final int MOST = 12;

  @ParameterizedTest
  @ValueSource(strings = {"DmyT", "Triplet", "CrossEntropy"})
  void doNotGrow(String loss) throws Exception {
    Map<String, Integer> few = ours(loss, "resnet18", 3, 6);
    int all = few.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(all > 0 && all <= MOST, few.toString());
    assertEquals(few, ours(loss, "resnet18", 3, 12), "a larger batch");
    assertEquals(few, ours(loss, "resnet18", 5, 6), "more classes");
    if (loss.equals("DmyT")) {
      assertEquals(few, ours(loss, "resnet34", 3, 6), "a deeper network");
    }
  }

  /** DL4J's own part of the score, which nobody asks for. */
  @Test
  void noNormOfTheParametersIsTaken() throws Exception {
    Map<String, Integer> all = accesses("DmyT", "resnet18", 3, 6);
    assertTrue(
        all.keySet().stream().noneMatch(who -> who.contains("calcRegularizationScore")),
        all.toString());
    assertTrue(all.keySet().stream().anyMatch(who -> who.contains("BatchNormalization")), "counts");
  }

  private static Map<String, Integer> ours(String loss, String network, int classes, int batch)
      throws Exception {
    Map<String, Integer> all = accesses(loss, network, classes, batch);
    all.keySet().removeIf(who -> !who.startsWith("io.dmyt."));
    return all;
  }

  /** What the second step asks for, and the metrics of its batch. */
  private static Map<String, Integer> accesses(String loss, String network, int classes, int batch)
      throws Exception {
    List<String> names = List.of("real", "a", "b", "c", "d").subList(0, classes);
    LossKind kind = LossKind.parse(loss);
    int size = Backbones.spec(network).embeddingSize();
    DetectorSpec spec =
        new DetectorSpec(
            network,
            names,
            "real",
            Preprocessing.imageNet(SIZE),
            kind,
            kind.hasClassifier() ? null : Dummies.of(names, size),
            null);
    BackboneOptions options =
        BackboneOptions.defaults()
            .withImageSize(SIZE)
            .withClasses(kind.hasClassifier() ? classes : 0)
            .withDataType(DataType.DOUBLE);
    Backbone backbone = Backbones.create(network, options);
    INDArray images = Nd4j.rand(DataType.DOUBLE, batch, 3, SIZE, SIZE);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, batch, classes);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    // The detector's own network, of floats, is not asked: its rule judges.
    try (Detector detector = Detector.create(spec, 3, Engines.dl4j());
        TrainingStep step =
            new TrainingStep(backbone, detector.loss(), TrainingOptions.defaults());
        HostAccesses host = new HostAccesses()) {
      step.run(images, labels);
      host.reset();
      double value = step.run(images, labels);
      int[] predictions = Trainer.predict(detector, step.features());
      new RunningMetrics().add(value, labels, predictions, step.mined());
      return new TreeMap<>(host.counts());
    } finally {
      backbone.graph().close();
    }
  }
}
