package io.dmyt;

import static io.dmyt.Faults.assertFault;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.pytorch.TorchFiles;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Requires;
import io.dmyt.internal.AtomicFile;
import io.dmyt.svm.EmbeddingSvm;
import io.dmyt.training.Trainer;
import io.dmyt.training.TrainingMonitor;
import io.dmyt.training.TrainingOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.adapter.SingletonDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class DetectorTest {
  private static final List<String> CLASSES = List.of("deepfake", "faceswap", "real");
  private static final int SIZE = 32;

  @TempDir Path folder;

  private static Detector detector(LossKind loss) {
    return detector(loss, Engines.best());
  }

  private static Detector detector(LossKind loss, Engine engine) {
    return Detector.create(
        DetectorSpecs.resnet18(CLASSES, SIZE, loss, List.of(1.0, 2.0, 3.0)), 3, engine);
  }

  private static INDArray images(int count) {
    return Nd4j.createFromArray(Golden.images("input", count, SIZE)).reshape(count, 3, SIZE, SIZE);
  }

  private static void train(Detector detector) throws IOException {
    INDArray labels =
        Nd4j.createFromArray(new float[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}});
    DataSet batch = new DataSet(images(4), labels);
    new Trainer(detector, TrainingOptions.defaults().withEpochs(2))
        .fit(
            new SingletonDataSetIterator(batch),
            new SingletonDataSetIterator(batch),
            best -> {},
            TrainingMonitor.SILENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DmyT", "Triplet", "CrossEntropy"})
  void comesBackAsItWasSaved(LossKind loss) throws IOException {
    Detector detector = detector(loss);
    train(detector);
    detector.setProvenance(
        new Provenance("1", "now", 3L, "abc", Map.of("real", 2), Map.of("lr", 1), null));
    Path file = folder.resolve("new/detector.zip");
    detector.save(file);
    Detector loaded = Detector.load(file);

    assertEquals(detector.spec(), loaded.spec());
    assertEquals(detector.provenance(), loaded.provenance());
    assertEquals(detector.graph().params(), loaded.graph().params());
    assertEquals(
        detector.graph().getUpdater().getStateViewArray(),
        loaded.graph().getUpdater().getStateViewArray());
    assertEquals(detector.features(images(3)), loaded.features(images(3)));
    assertEquals(detector.embed(images(3)), loaded.embed(images(3)));
    assertEquals(512, loaded.embed(images(1)).size(1));
  }

  @Test
  void forInferenceItHasNoStateOfTheOptimizer() throws IOException {
    Detector detector = detector(LossKind.DMYT);
    Path file = trained(detector);
    Path again = folder.resolve("again.zip");
    try (Detector loaded = Detector.loadForInference(file, Engines.best())) {
      assertEquals(detector.embed(images(3)), loaded.embed(images(3)));
      loaded.save(again);
    }
    assertTrue(entries(file).contains("updaterState.bin"));
    assertFalse(entries(again).contains("updaterState.bin"));
    assertEquals(detector.graph().params(), Detector.load(again).graph().params());
  }

  /** The file of a detector, which is trained a little and saved. */
  private Path trained(Detector detector) throws IOException {
    train(detector);
    Path file = folder.resolve("detector.zip");
    detector.save(file);
    return file;
  }

  private static Set<String> entries(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return zip.stream().map(ZipEntry::getName).collect(Collectors.toSet());
    }
  }

  @Test
  void remembersItsCalibration() throws IOException {
    Calibration calibration =
        new Calibration(
            Calibration.Kind.PLATT,
            0.5,
            -1,
            new OperatingPoint(0.3, "as asked for", Double.NaN, Double.NaN));
    Detector detector = detector(LossKind.DMYT);
    Path file = folder.resolve("detector.zip");
    detector.save(file);
    assertEquals(Calibration.NONE, Detector.load(file).calibration());
    assertFalse(entry(file, "dmyt.json").contains("calibration"));

    detector.setCalibration(calibration);
    detector.save(file);
    assertEquals(calibration, Detector.load(file).calibration());
    assertTrue(entry(file, "dmyt.json").contains("\"format\" : 2"));
    assertSays(
        "damaged detector",
        changed(file, "dmyt.json", json -> json.replace("\"slope\" : 0.5", "\"slope\" : -0.5")));
  }

  @Test
  void storesACalibrationAndKeepsAllElse() throws IOException {
    Detector detector = detector(LossKind.DMYT);
    train(detector);
    detector.setProvenance(
        new Provenance("1", "now", 3L, "abc", Map.of("real", 2), Map.of("lr", 1), null));
    Path saved = folder.resolve("saved.zip");
    detector.save(saved);
    Path file =
        changed(
            saved,
            "dmyt.json",
            json ->
                json.replaceFirst("\\{", "{\"later\" : \"kept\",")
                    .replaceFirst("(\"provenance\" : )\\{", "$1{\"deeper\" : \"kept too\","));
    Calibration calibration =
        new Calibration(Calibration.Kind.TEMPERATURE, 0.5, 0, new OperatingPoint(0.2, "x", 0, 1));

    Path other = folder.resolve("other/calibrated.zip");
    FittingData on = new FittingData("now", "valid", "abc", Map.of("real", 2));
    detector.setCalibration(calibration);
    detector.saveFitted(file, other);
    assertNull(Detector.load(other).calibratedOn());
    detector.setCalibration(calibration.at(at(0.7)), on);
    detector.saveFitted(other, other);
    Detector loaded = Detector.load(other);
    assertEquals(calibration.at(at(0.7)), loaded.calibration());
    assertEquals(on, loaded.calibratedOn());
    assertEquals(detector.spec(), loaded.spec());
    assertEquals(detector.provenance(), loaded.provenance());
    assertTrue(entry(other, "dmyt.json").contains("\"kept\""));
    assertTrue(entry(other, "dmyt.json").contains("\"kept too\""));
    assertEquals(Calibration.NONE, Detector.load(file).calibration());
    try (ZipFile before = new ZipFile(file.toFile());
        ZipFile after = new ZipFile(other.toFile())) {
      assertEquals(before.size(), after.size());
      assertTrue(before.size() >= 4, "no updater state among " + before.size());
      for (ZipEntry e : before.stream().filter(e -> !e.getName().equals("dmyt.json")).toList()) {
        assertArrayEquals(
            before.getInputStream(e).readAllBytes(),
            after.getInputStream(after.getEntry(e.getName())).readAllBytes(),
            e.getName());
      }
    }

    detector.setCalibration(Calibration.NONE);
    detector.saveFitted(other, other);
    assertEquals(Calibration.NONE, Detector.load(other).calibration());
    assertTrue(entry(other, "dmyt.json").contains("\"format\" : 1"));
  }

  /** A copy of it would carry a fresh checksum, and nobody could tell any more. */
  @Test
  void aBitThatFlipsOnTheDiskIsNoticed() throws IOException {
    Detector detector = detector(LossKind.DMYT);
    Path file = folder.resolve("sound.zip");
    detector.save(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    IOException e =
        assertThrows(
            IOException.class, () -> detector.saveFitted(file, folder.resolve("copy.zip")));
    assertTrue(e.getMessage().contains("coefficients.bin has another checksum"), e.getMessage());
    assertFalse(Files.exists(folder.resolve("copy.zip")));
    assertThrows(IOException.class, () -> detector.saveFitted(file, file));
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  /** Means over a dummy are multiplied by √size, a classifier's logits are taken as they are. */
  @ParameterizedTest
  @CsvSource({"DMYT, 22.627416997969522", "CROSS_ENTROPY, 1"})
  void fakeProbability_isTheScaledSoftmaxThenCalibrated(LossKind loss, double scale) {
    Detector detector = detector(loss);
    List<Sample> samples = samples("a", "b", "c");
    Decisions decisions = detector.rule().decide(detector.features(images(3)));
    double[] raw = decisions.fakeProbabilities();
    for (Calibration calibration :
        List.of(Calibration.NONE, new Calibration(Calibration.Kind.PLATT, 2, 3, at(0.999999999)))) {
      detector.setCalibration(calibration);
      List<Prediction> predictions = detector.predict(samples, images(3));
      for (int i = 0; i < 3; i++) {
        double[] s = decisions.scores()[i];
        double real = Math.exp(scale * s[2]);
        double fake = Math.exp(scale * s[0]) + Math.exp(scale * s[1]);
        assertEquals(fake / (fake + real), raw[i], 1e-9);

        Prediction p = predictions.get(i);
        assertEquals(samples.get(i).id(), p.id());
        assertEquals(calibration.apply(raw[i]), p.fakeProbability(), 1e-9);
        assertEquals(1 - p.fakeProbability(), p.probabilities().get(2), 1e-12);
        assertEquals(1, p.probabilities().stream().mapToDouble(q -> q).sum(), 1e-12);
        assertEquals(loss.hasClassifier() ? 0 : 4, p.distances().size());
      }
    }
  }

  private static List<Sample> samples(String... names) {
    return Stream.of(names).map(name -> Sample.of(Path.of(name))).toList();
  }

  private static OperatingPoint at(double threshold) {
    return new OperatingPoint(threshold, "test", Double.NaN, Double.NaN);
  }

  @Test
  void labelFollowsTheVerdict() {
    Detector detector = detector(LossKind.DMYT);
    List<Sample> samples = samples("a", "b");
    detector.setCalibration(Calibration.NONE.at(at(0)));
    for (Prediction p : detector.predict(samples, images(2))) {
      assertTrue(p.fake());
      boolean first = p.probabilities().get(0) >= p.probabilities().get(1);
      assertEquals(CLASSES.get(first ? 0 : 1), p.label());
    }
    detector.setCalibration(Calibration.NONE.at(at(OperatingPoint.NEVER)));
    for (Prediction p : detector.predict(samples, images(2))) {
      assertFalse(p.fake());
      assertEquals("real", p.label());
    }
  }

  private static SvmRule svm(Detector detector, INDArray embeddings, int... labels) {
    return SvmRule.of(detector.spec(), EmbeddingSvm.fit(embeddings, labels));
  }

  private static EmbeddingSvm svm(Detector detector) {
    return ((SvmRule) detector.rule()).svm();
  }

  /** A Triplet detector with an SVM fitted to six images, two of each class. */
  private static Detector judgedBySvm() {
    Detector detector = detector(LossKind.TRIPLET);
    detector.setRule(
        svm(detector, detector.embed(images(6)), 0, 1, 2, 0, 1, 2),
        new FittingData("now", "train", "abc", Map.of("real", 2)));
    detector.setCalibration(
        new Calibration(Calibration.Kind.PLATT, 2, 0.25, at(0.5)),
        new FittingData("now", "valid", "def", Map.of("real", 2)));
    return detector;
  }

  @Test
  void anSvmJudgesTripletsEmbeddings() {
    Detector detector = detector(LossKind.TRIPLET);
    assertFalse(detector.hasVerdict());
    List<Sample> samples = samples("a", "b", "c", "d", "e", "f");
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> detector.predict(samples, images(6)));
    assertTrue(e.getMessage().contains("dmyt calibrate"), e.getMessage());

    Detector judged = judgedBySvm();
    assertTrue(judged.hasVerdict());
    float[][] embeddings = judged.embed(images(6)).toFloatMatrix();
    List<Prediction> predictions = judged.predict(samples, images(6));
    for (int i = 0; i < 6; i++) {
      Prediction p = predictions.get(i);
      double margin = svm(judged).fakeMargin(embeddings[i], 2);
      assertEquals(FakeScore.ofLogit(2 * margin + 0.25), p.fakeProbability(), 1e-6);
      assertEquals(p.fakeProbability() >= 0.5, p.fake());
      int[] votes = svm(judged).votes(svm(judged).decisions(embeddings[i]));
      assertEquals(
          p.fake() ? CLASSES.get(votes[0] >= votes[1] ? 0 : 1) : "real", p.label(), "of " + i);
      assertEquals(1 - p.fakeProbability(), p.probabilities().get(2), 1e-12);
      assertEquals(1, p.probabilities().stream().mapToDouble(q -> q).sum(), 1e-12);
      assertEquals(
          Math.exp(votes[0] - votes[1]), p.probabilities().get(0) / p.probabilities().get(1), 1e-9);
      assertEquals(List.of(), p.distances());
    }
    assertTrue(Double.isNaN(judged.fakeProbabilities(Nd4j.valueArrayOf(1, 512, Double.NaN))[0]));
  }

  /** A class without training images gets no vote, and no probability. */
  @Test
  void anSvmNeedNotKnowEveryFakeClass() {
    Detector detector = detector(LossKind.TRIPLET);
    detector.setRule(svm(detector, detector.embed(images(4)), 1, 2, 1, 2), null);
    detector.setCalibration(Calibration.NONE.at(at(0)));
    Prediction p = detector.predict(samples("a"), images(1)).get(0);
    assertEquals("faceswap", p.label());
    assertEquals(0, p.probabilities().get(0));
    assertEquals(p.fakeProbability(), p.probabilities().get(1));
  }

  @Test
  void onlyFittingSvmsAreTaken() {
    Detector triplet = detector(LossKind.TRIPLET);
    INDArray embeddings = triplet.embed(images(4));
    assertFault(
        "trained with DmyT is judged by dummies, not by svm",
        () -> detector(LossKind.DMYT).setRule(svm(triplet, embeddings, 0, 2, 0, 2), null));
    RuleKind.Fitted binary = RuleKind.SVM_BINARY;
    assertFault(
        "judged by svm, not by svm-binary",
        () ->
            triplet.setRule(binary.fit(triplet.spec(), embeddings, new int[] {0, 2, 0, 2}), null));
    for (int[] labels : new int[][] {{0, 1, 0, 1}, {2, 3, 2, 3}}) {
      assertFault("real class 2", () -> svm(triplet, embeddings, labels));
    }
    INDArray narrow = embeddings.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 9)).dup();
    assertFault("over 9 features", () -> triplet.setRule(svm(triplet, narrow, 0, 2, 0, 2), null));
  }

  @Test
  void storesItsSvm() throws IOException {
    Detector detector = judgedBySvm();
    Path file = folder.resolve("triplet.zip");
    detector.save(file);
    assertTrue(entry(file, "dmyt.json").contains("\"format\" : 3"));
    Detector loaded = Detector.load(file);
    assertEquals(detector.calibration(), loaded.calibration());
    assertEquals(detector.calibratedOn(), loaded.calibratedOn());
    assertEquals(detector.ruleFittedOn(), loaded.ruleFittedOn());
    INDArray embeddings = detector.embed(images(6));
    for (float[] row : embeddings.toFloatMatrix()) {
      assertArrayEquals(svm(detector).decisions(row), svm(loaded).decisions(row));
    }
    assertArrayEquals(
        detector.rule().decide(embeddings).scores(), loaded.rule().decide(embeddings).scores());
    assertEquals(
        detector.features(images(2)),
        ModelSerializer.restoreComputationGraph(file.toFile()).outputSingle(images(2)));

    // Fitted again, with all else kept; and forgotten when the weights change.
    Path refitted = folder.resolve("refitted.zip");
    loaded.setRule(svm(loaded, embeddings, 0, 1, 2, 2, 1, 0), null);
    assertEquals(Calibration.NONE, loaded.calibration());
    loaded.saveFitted(file, refitted);
    Detector again = Detector.load(refitted);
    assertNull(again.ruleFittedOn());
    assertArrayEquals(
        loaded.rule().decide(embeddings).predictions(),
        again.rule().decide(embeddings).predictions());
    train(again);
    assertFalse(again.hasVerdict());
    again.saveFitted(refitted, refitted);
    assertFalse(Detector.load(refitted).hasVerdict());
    assertTrue(entry(refitted, "dmyt.json").contains("\"format\" : 1"));
    try (ZipFile zip = new ZipFile(refitted.toFile())) {
      assertNull(zip.getEntry("dmyt-svm.safetensors"));
    }
  }

  @ParameterizedTest
  @CsvSource({"DmyT, layer4.1.bn2.running_mean", "CrossEntropy, fc.bias"})
  void givesNoVerdictFromScoresThatAreNoNumbers(LossKind loss, String broken) {
    for (Engine engine : List.of(Engines.dl4j(), Engines.best())) {
      assertNoVerdict(loss, engine, broken);
    }
  }

  /** DL4J's own max pooling and oneDNN's ReLU pass over NaN; what is behind shows nothing of it. */
  @ParameterizedTest
  @Requires(Requires.Machine.FAST_ENGINE)
  @ValueSource(strings = {"DmyT", "CrossEntropy"})
  void givesNoVerdictFromParametersThatAreNoNumbers(LossKind loss) {
    assertNoVerdict(loss, Engines.best(), "conv1.weight");
  }

  private static void assertNoVerdict(LossKind loss, Engine engine, String broken) {
    try (Detector detector = detector(loss, engine)) {
      assertEquals(1, detector.predict(samples("face.png"), images(1)).size());
      INDArray values = detector.backbone().get(broken);
      detector.backbone().set(broken, values.putScalar(0, Float.NaN));
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class,
              () -> detector.predict(samples("face.png"), images(1)),
              engine.name());
      assertTrue(
          e.getMessage().startsWith("the network answers face.png with scores"), e.getMessage());
    }
  }

  private static String entry(Path file, String name) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile());
        InputStream in = zip.getInputStream(zip.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DmyT", "Triplet", "CrossEntropy"})
  void storesStockClassesOnly(LossKind loss) throws IOException {
    Path file = folder.resolve("detector.zip");
    detector(loss).save(file);
    assertFalse(
        entry(file, "configuration.json").contains("io.dmyt"), "the graph names a class of ours");
  }

  @Test
  void goesOnTrainingWhereItStopped() throws IOException {
    Detector whole = detector(LossKind.DMYT);
    train(whole);
    Detector stopped = detector(LossKind.DMYT);
    train(stopped);
    Path file = folder.resolve("detector.zip");
    stopped.save(file);
    Detector resumed = Detector.load(file);
    train(whole);
    train(resumed);
    assertArrayEquals(
        whole.graph().params().toFloatVector(), resumed.graph().params().toFloatVector(), 1e-6f);
  }

  @Test
  void answersTheSameInAPlainDl4jProgram() throws Exception {
    Detector detector = detector(LossKind.DMYT);
    Path file = trained(detector);
    INDArray images = images(2);
    Path input = folder.resolve("images.bin");
    Nd4j.saveBinary(images, input.toFile());

    // A Java of its own, on a class path without our classes.
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
            .filter(entry -> !entry.contains("classes") && !entry.contains("dmyt4j-core"))
            .reduce((a, b) -> a + java.io.File.pathSeparator + b)
            .orElseThrow();
    Path program = Path.of(DetectorTest.class.getResource("/standalone/OpenPlain.java").toURI());
    Path answer = folder.resolve("answer.bin");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                program.toString(),
                file.toString(),
                input.toString(),
                answer.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    INDArray expected = detector.features(images);
    Golden.assertClose(
        expected.dup().data().asDouble(),
        Nd4j.readBinary(answer.toFile()).castTo(DataType.FLOAT).dup().data().asDouble(),
        1e-6,
        "features");
  }

  @Test
  void opensWithModelSerializer() throws IOException {
    Path file = folder.resolve("detector.zip");
    detector(LossKind.CROSS_ENTROPY).save(file);
    ComputationGraph graph = ModelSerializer.restoreComputationGraph(file.toFile());
    INDArray probabilities = graph.outputSingle(images(2));
    assertEquals(2.0, probabilities.sumNumber().doubleValue(), 1e-5);
  }

  @Test
  void saysWhatIsNoDetector() throws IOException {
    Path text = Files.writeString(folder.resolve("text.zip"), "hello");
    assertSays("is not a zip file but text", text);
    Map<Object, Object> network = Map.of("fc.weight", Tensor.of(new float[] {1}, 1));
    Path legacy = folder.resolve("legacy.pth");
    Files.write(legacy, TorchFiles.saveLegacy(network, 2));
    assertSays("is not a zip file but a file of PyTorch", legacy);
    assertSays("dmyt convert makes a detector of it", legacy);
    assertSays(
        "a file of PyTorch, which says nothing of classes",
        Files.write(folder.resolve("new.pth"), TorchFiles.save(network)));
    Path renamed = folder.resolve("renamed.bin");
    SafeTensors.write(
        StateDict.builder().put("fc.weight", Tensor.of(new float[] {1}, 1)).build(), renamed);
    assertSays("but safetensors: give it a name that ends in .safetensors", renamed);
    Path pointer = folder.resolve("pointer.zip");
    assertSays(
        "but a pointer of Git LFS",
        Files.writeString(pointer, "version https://git-lfs.github.com/spec/v1\n"));
    Path zip = folder.resolve("other.zip");
    try (OutputStream out = Files.newOutputStream(zip);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      entries.putNextEntry(new ZipEntry("readme.txt"));
    }
    assertSays("without dmyt.json", zip);
    assertSays("a folder", folder);
    assertThrows(NoSuchFileException.class, () -> Detector.load(folder.resolve("none.zip")));
  }

  @Test
  void saysWhatIsDamagedOrNewer() throws IOException {
    Path file = folder.resolve("detector.zip");
    detector(LossKind.DMYT).save(file);
    assertSays(
        "format 99",
        changed(file, "dmyt.json", json -> json.replace("\"format\" : 1", "\"format\" : 99")));
    assertSays("damaged detector", changed(file, "dmyt.json", json -> json.substring(9)));
    assertSays("damaged detector", changed(file, "dmyt.json", json -> "{}"));
    assertSays(
        "damaged detector",
        changed(file, "dmyt.json", json -> json.replace("resnet18", "resnet34")));
    assertSays(
        "damaged detector",
        changed(
            file,
            "dmyt.json",
            json -> json.replace("\"realClass\" : \"real\"", "\"realClass\" : \"unreal\"")));
    assertSays("damaged detector", changed(file, "configuration.json", json -> json.substring(9)));
  }

  private static void assertSays(String what, Path file) {
    IOException e = assertThrows(IOException.class, () -> Detector.load(file));
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertTrue(e.getMessage().contains(file.getFileName().toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private Path changed(Path file, String entry, UnaryOperator<String> change) throws IOException {
    Path copy = Files.createTempFile(folder, "changed", ".zip");
    try (ZipFile zip = new ZipFile(file.toFile());
        OutputStream out = Files.newOutputStream(copy);
        ZipOutputStream entries = new ZipOutputStream(out)) {
      for (ZipEntry e : zip.stream().toList()) {
        entries.putNextEntry(new ZipEntry(e.getName()));
        byte[] bytes = zip.getInputStream(e).readAllBytes();
        entries.write(
            e.getName().equals(entry)
                ? change
                    .apply(new String(bytes, StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8)
                : bytes);
      }
    }
    return copy;
  }

  @Test
  void leavesAnOldFileWhenSavingFails() throws IOException {
    Path file = folder.resolve("old.txt");
    Files.writeString(file, "old");
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(1);
                  throw new IOException("disk full");
                }));
    assertEquals("old", Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }
}
