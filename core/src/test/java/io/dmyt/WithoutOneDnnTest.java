package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Requires;
import io.dmyt.loss.Dummies;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's own layers train and predict where there is no oneDNN, not even its classes. */
@Requires(Requires.Machine.HOST_ARRAYS)
class WithoutOneDnnTest {
  private static final String LOSSES = "losses ";
  private static final TrainingOptions OPTIONS = TrainingOptions.defaults().withLearningRate(1e-4);

  @Test
  void trainsAndPredictsWithoutItsJars() throws Exception {
    String without =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("dnnl-"))
            .collect(Collectors.joining(File.pathSeparator));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                without,
                WithoutOneDnnTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, java.waitFor(), output);
    List<String> found = output.lines().filter(line -> line.startsWith(LOSSES)).toList();
    assertEquals(List.of(LOSSES + losses(Engines.dl4j())), found, output);
  }

  public static void main(String[] arguments) throws Exception {
    try {
      Class.forName("org.bytedeco.dnnl.global.dnnl");
      throw new IllegalStateException("oneDNN is on the class path");
    } catch (ClassNotFoundException expected) {
      Engine best = Engines.best();
      assertEquals(Engines.dl4j(), best);
      assertTrue(Engines.bestUnavailableBecause().startsWith("oneDNN does not load: "));
      System.out.println(LOSSES + losses(best));
    }
    // ND4J leaves threads behind that are no daemons.
    System.exit(0);
  }

  /** Of two steps with AdamW, and what the network says then. */
  private static List<Double> losses(Engine engine) {
    List<String> classes = List.of("fake", "real");
    DetectorSpec spec =
        new DetectorSpec(
            "resnet18",
            classes,
            "real",
            Preprocessing.imageNet(32),
            LossKind.DMYT,
            Dummies.of(classes, 512),
            null);
    INDArray images = Nd4j.linspace(-1, 1, 2 * 3 * 32 * 32).reshape(2, 3, 32, 32);
    INDArray labels = Nd4j.eye(2);
    try (Detector detector = Detector.create(spec, 7, engine);
        TrainingStep step = new TrainingStep(detector.backbone(), detector.loss(), OPTIONS)) {
      return List.of(
          rounded(step.run(images, labels)),
          rounded(step.run(images, labels)),
          rounded(detector.features(images).meanNumber().doubleValue()));
    }
  }

  /** To what the order of additions leaves alone. */
  private static double rounded(double value) {
    return Math.round(1e4 * value) / 1e4;
  }
}
