package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.engine.Requires;
import io.dmyt.loss.Dummies;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Several detectors over the same parameters, each in a thread of its own. */
@Requires(Requires.Machine.FAST_ENGINE)
class SharedParametersTest {
  private static Detector detector(Engine engine) {
    List<String> classes = List.of("fake", "real");
    DetectorSpec spec =
        new DetectorSpec(
            "mobilenetv3_small_100",
            classes,
            "real",
            Preprocessing.imageNet(32),
            LossKind.DMYT,
            Dummies.of(classes, 1024),
            null);
    return Detector.create(spec, 1, engine);
  }

  @Test
  void computeTheSameAtTheSameTime() throws Exception {
    try (Detector detector = detector(Engines.best(ExecutionOptions.DEFAULT.withThreads(1)))) {
      List<INDArray> images = new ArrayList<>();
      List<double[]> expected = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        images.add(Nd4j.rand(2 + i, 3, 32, 32));
        expected.add(scores(detector, images.get(i)));
      }
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<double[]>> results = new ArrayList<>();
      for (INDArray batch : images) {
        results.add(
            threads.submit(
                () -> {
                  try (Detector own = detector.sharing()) {
                    assertSame(detector.spec(), own.spec());
                    double[] scores = scores(own, batch);
                    for (int turn = 0; turn < 20; turn++) {
                      assertArrayEquals(scores, scores(own, batch));
                    }
                    return scores;
                  }
                }));
      }
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(expected.get(i), results.get(i).get(), 1e-6);
      }
      threads.shutdown();
      // Closing the others has freed nothing that this one needs.
      assertArrayEquals(expected.get(0), scores(detector, images.get(0)), 1e-6);
    }
  }

  @Test
  void seeEachOthersParameters() {
    try (Detector detector = detector(Engines.best(ExecutionOptions.DEFAULT.withThreads(1)))) {
      INDArray images = Nd4j.rand(2, 3, 32, 32);
      try (Detector other = detector.sharing()) {
        scores(other, images);
        detector.graph().params().muli(0.5);
        assertArrayEquals(scores(detector, images), scores(other, images), 1e-6);
        assertEquals(detector.graph().params().meanNumber(), other.graph().params().meanNumber());
      }
    }
  }

  @Test
  void areRefusedWhereTheNetworkItselfKeepsWhatItComputes() {
    try (Detector detector = detector(Engines.dl4j())) {
      assertThrows(IllegalStateException.class, detector::sharing);
    }
  }

  private static double[] scores(Detector detector, INDArray images) {
    return detector.fakeProbabilities(detector.features(images));
  }
}
