package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.DecisionRule;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.RuleKind;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engines;
import io.dmyt.evaluation.explain.GradCam;
import io.dmyt.loss.Dummies;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss, a decision rule and a backbone family from another jar, which this library has never seen
 * and which is written against its public API alone.
 */
class ExtensionTest {
  private static final Path SOURCES = Path.of("src/test/resources/extension");
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final String LOSS = "org.example.SquaredDistance";
  private static final int SIZE = 64;

  @TempDir static Path folder;

  private static Path services;
  private static Path plain;

  @BeforeAll
  static void makeJars() throws IOException {
    services = ExtensionJar.make(SOURCES, folder.resolve("services"), true);
    plain = ExtensionJar.make(SOURCES, folder.resolve("plain"), false);
  }

  private interface Body {
    void run() throws Exception;
  }

  /** With the jar's class loader as the thread's, as a container has it. */
  private static void withJar(Path jar, Body body) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      body.run();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static DetectorSpec spec() {
    return new DetectorSpec(
        "alexnet_bn",
        CLASSES,
        "real",
        Preprocessing.imageNet(SIZE),
        LossKind.parse("squareddistance"),
        Dummies.of(CLASSES, 256),
        List.of(1.0, 2.0));
  }

  private static INDArray images(int count) {
    Nd4j.getRandom().setSeed(3);
    return Nd4j.randn(DataType.FLOAT, count, 3, SIZE, SIZE);
  }

  @Test
  void isTrainedSavedAndOpenedAgain() throws Exception {
    Path file = folder.resolve("detector.zip");
    withJar(
        services,
        () -> {
          assertTrue(Backbones.names().contains("alexnet_bn"));
          assertSame(RuleKind.parse("nearest-mean"), LossKind.parse(LOSS).rule());
          INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}});
          try (Detector detector = Detector.create(spec(), 1, Engines.dl4j())) {
            List<Double> losses = new ArrayList<>();
            try (TrainingStep step =
                new TrainingStep(
                    detector.backbone(),
                    detector.loss(),
                    TrainingOptions.defaults().withLearningRate(1e-3))) {
              for (int i = 0; i < 8; i++) {
                losses.add(step.run(images(4), labels));
              }
            }
            assertTrue(losses.get(7) < 0.7 * losses.get(0), losses.toString());
            assertFalse(detector.hasVerdict());
            RuleKind.Fitted kind = (RuleKind.Fitted) detector.spec().loss().rule();
            INDArray embeddings = detector.embed(images(4));
            detector.setRule(kind.fit(spec(), embeddings, new int[] {0, 1, 0, 1}), null);
            detector.save(file);
            try (Detector loaded = Detector.load(file, Engines.dl4j())) {
              assertEquals(detector.spec(), loaded.spec());
              List<Sample> names =
                  Stream.of("a", "b", "c", "d").map(Path::of).map(Sample::of).toList();
              assertEquals(detector.predict(names, images(4)), loaded.predict(names, images(4)));
              assertEquals(4, GradCam.of(loaded).fake(images(4)).size());
            }
          }
        });
    try (ZipFile zip = new ZipFile(file.toFile())) {
      String graph = text(zip, "configuration.json");
      assertFalse(graph.contains("org.example") || graph.contains("io.dmyt"), "not a stock graph");
      assertTrue(text(zip, "dmyt.json").contains("\"format\" : 4"));
    }
    // Without the jar it is still a model of DL4J's, but no detector.
    assertEquals(
        256,
        ModelSerializer.restoreComputationGraph(file.toFile()).outputSingle(images(1)).size(1));
    IOException e = assertThrows(IOException.class, () -> Detector.load(file));
    assertTrue(e.getMessage().contains("trained with the loss '" + LOSS + "'"), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private static String text(ZipFile zip, String entry) throws IOException {
    return new String(
        zip.getInputStream(zip.getEntry(entry)).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void itsGradientsAreThoseOfDifferences() throws Exception {
    withJar(
        services,
        () -> {
          Nd4j.getRandom().setSeed(5);
          INDArray embeddings = Nd4j.rand(DataType.DOUBLE, 4, 256);
          INDArray step = Nd4j.randn(DataType.DOUBLE, 4, 256).muli(1e-5);
          INDArray labels = Nd4j.createFromArray(new double[][] {{1, 0}, {0, 1}, {0, 1}, {1, 0}});
          ILossFunction loss = spec().loss().create(spec());
          double slope = score(loss, labels, embeddings.add(step));
          slope -= score(loss, labels, embeddings.sub(step));
          INDArray gradient =
              loss.computeGradient(labels, embeddings, new ActivationIdentity(), null);
          double expected = 2 * gradient.mul(step).sumNumber().doubleValue();
          assertEquals(expected, slope, 1e-7 * Math.abs(expected));

          RuleKind.Fitted kind = (RuleKind.Fitted) spec().loss().rule();
          DecisionRule rule = kind.fit(spec(), embeddings, new int[] {0, 1, 1, 0});
          INDArray wide = step.mul(1e3);
          double[] up = rule.decide(embeddings.add(wide)).logits();
          double[] down = rule.decide(embeddings.sub(wide)).logits();
          INDArray ofLogits = rule.logitGradient(embeddings).castTo(DataType.DOUBLE);
          double[] slopes = ofLogits.mul(wide).sum(1).muli(2).toDoubleVector();
          for (int i = 0; i < 4; i++) {
            assertEquals(slopes[i], up[i] - down[i], 1e-2 * Math.abs(slopes[i]) + 1e-6);
          }
        });
  }

  private static double score(ILossFunction loss, INDArray labels, INDArray embeddings) {
    return loss.computeScore(labels, embeddings, new ActivationIdentity(), null, false);
  }

  /** The whole job in processes of their own, the jar's classes named or registered. */
  @Test
  void theCommandLineTakesIt() throws Exception {
    Path dataset = Cli.dataset(folder.resolve("data"), CLASSES, 4);
    Path file = folder.resolve("cli/detector.zip");
    String use = "org.example.NearestMean,org.example.AlexNet";
    String[] train = {
      "train",
      "-d",
      dataset.toString(),
      "-o",
      file.toString(),
      "-m",
      "alexnet_bn",
      "-l",
      LOSS,
      "--image-size",
      "64",
      "-b",
      "4",
      "-e",
      "1",
      "--pretrained",
      "none",
      "--use",
      use
    };
    assertSays(0, "loss         SquaredDistance", dmyt(plain, train));
    assertSays(
        0,
        "nearest-mean fitted on 8 training images",
        dmyt(services, "calibrate", "-d", dataset.toString(), "-w", file.toString()));
    String[] predict = {"predict", "-w", file.toString(), dataset.resolve("test/fake").toString()};
    assertSays(0, "by its nearest-mean", dmyt(services, predict));
    assertSays(1, "which this library doesn't have: put its jar", dmyt(null, predict));
    assertSays(
        2,
        "no class org.example.Nothing on the class path",
        dmyt(null, "info", "--use", "org.example.Nothing"));
  }

  private record Said(int code, String text) {}

  private static void assertSays(int code, String text, Said said) {
    assertEquals(code, said.code(), said.text());
    assertTrue(said.text().contains(text), said.text());
    assertFalse(said.text().contains("\tat "), said.text());
  }

  private static Said dmyt(Path jar, String... arguments) throws Exception {
    String classPath = System.getProperty("java.class.path");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(jar == null ? classPath : classPath + System.getProperty("path.separator") + jar);
    command.add(Main.class.getName());
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  @Test
  void isTheDocumentations() throws IOException {
    String shown = Files.readString(Path.of("../core/README.md"));
    for (String name : List.of("SquaredDistance", "NearestMean", "AlexNet")) {
      String code = Files.readString(SOURCES.resolve("org/example/" + name + ".java"));
      assertTrue(shown.contains("```java\n" + code + "```\n"), name);
    }
  }
}
