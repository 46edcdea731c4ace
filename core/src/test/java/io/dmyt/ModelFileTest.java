package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.pytorch.TorchFiles;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import io.dmyt.svm.EmbeddingSvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ModelFileTest {
  private static final String MODEL = "mobilenetv3_small_100";
  private static final List<String> CLASSES = List.of("fake", "real");

  private static final Calibration CALIBRATED =
      new Calibration(Calibration.Kind.PLATT, 2, 0.5, OperatingPoint.DEFAULT);

  /** With counters other than 0, and a classifier of three classes. */
  private static StateDict weights;

  @TempDir Path folder;

  @BeforeAll
  static void weights() {
    Backbone backbone =
        Backbones.create(MODEL, BackboneOptions.defaults().withImageSize(32).withClasses(3));
    backbone.set("bn1.num_batches_tracked", Nd4j.scalar(DataType.INT64, 17));
    weights = backbone.stateDict();
  }

  private static DetectorSpec spec(LossKind loss) {
    return new DetectorSpec(
        MODEL,
        CLASSES,
        "real",
        Preprocessing.imageNet(32),
        loss,
        loss.hasClassifier() ? null : Dummies.of(CLASSES, 1024),
        List.of(1.0, 2.0));
  }

  private Path file(String ending) throws IOException {
    Path file = folder.resolve("in" + ending);
    switch (ending) {
      case ".pth" -> Files.write(file, TorchFiles.of(weights));
      case ".safetensors" -> SafeTensors.write(weights, file);
      default -> {
        try (ModelFile plain = ModelFile.open(file(".safetensors"))) {
          plain.as(MODEL).write(file);
        }
      }
    }
    return file;
  }

  private static void assertSame(StateDict expected, StateDict found) {
    assertEquals(Set.copyOf(expected.names()), Set.copyOf(found.names()));
    for (Map.Entry<String, Tensor> entry : expected.tensors().entrySet()) {
      Tensor tensor = found.get(entry.getKey());
      assertEquals(entry.getValue().toString(), tensor.toString(), entry.getKey());
      assertArrayEquals(entry.getValue().bytes(), tensor.bytes(), entry.getKey());
    }
  }

  /** Every format that is read into every one that is written. */
  @ParameterizedTest
  @CsvSource({
    ".pth, .safetensors",
    ".pth, .zip",
    ".safetensors, .safetensors",
    ".safetensors, .zip",
    ".zip, .safetensors",
    ".zip, .zip"
  })
  void keepsEveryBitOfEveryTensor(String from, String to) throws IOException {
    Path out = folder.resolve("new/out" + to.toUpperCase(java.util.Locale.ROOT));
    Path in = file(from);
    try (ModelFile model = ModelFile.open(in)) {
      assertEquals(in.toString(), model.weights().origin().source());
      assertSame(weights, model.weights());
      model.as(MODEL).write(out);
    }
    try (ModelFile model = ModelFile.open(out)) {
      assertEquals(Optional.of(MODEL), model.backbone());
      assertEquals(Optional.empty(), model.detector());
      assertSame(weights, model.weights());
      assertSame(weights, model.toBackbone().stateDict());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DmyT", "Triplet", "CrossEntropy"})
  void detectorsComeBackFromSafetensors(LossKind loss) throws IOException {
    Path first = folder.resolve("detector.zip");
    Path second = folder.resolve("detector.safetensors");
    Path third = folder.resolve("again.zip");
    INDArray images = Nd4j.createFromArray(Golden.images("input", 2, 32)).reshape(2, 3, 32, 32);
    try (Detector detector = Detector.create(spec(loss), 3)) {
      detector.setProvenance(new Provenance("1", "now", 3L, "abc", null, null, null));
      detector.save(second);
      detector.setCalibration(CALIBRATED);
      detector.saveFitted(second, second);
      detector.save(first);
      try (ModelFile model = ModelFile.open(second)) {
        model.write(third);
      }
      for (Path file : List.of(first, second, third)) {
        try (Detector loaded = Detector.load(file)) {
          assertEquals(detector.spec(), loaded.spec());
          assertEquals(detector.provenance(), loaded.provenance());
          assertEquals(detector.calibration(), loaded.calibration());
          assertEquals(detector.graph().params(), loaded.graph().params());
          assertEquals(detector.features(images), loaded.features(images));
        }
      }
    }
  }

  /** strict=True leaves no place for an SVM in safetensors; a copy as zip keeps every bit. */
  @Test
  void onlyZipsHoldAnSvm() throws IOException {
    INDArray images = Nd4j.createFromArray(Golden.images("input", 6, 32)).reshape(6, 3, 32, 32);
    Path zip = folder.resolve("triplet.zip");
    Path copy = folder.resolve("copy.zip");
    Path bare = folder.resolve("bare.safetensors");
    Path saved = folder.resolve("saved.safetensors");
    try (Detector detector = Detector.create(spec(LossKind.TRIPLET), 3)) {
      INDArray embeddings = detector.embed(images);
      EmbeddingSvm svm = EmbeddingSvm.fit(embeddings, new int[] {0, 1, 0, 1, 0, 1});
      detector.setRule(SvmRule.of(detector.spec(), svm), null);
      detector.setCalibration(CALIBRATED);
      detector.save(zip);
      detector.save(saved);
      try (ModelFile model = ModelFile.open(zip)) {
        assertTrue(model.hasFittedRule());
        model.write(copy);
        model.write(bare);
      }
      try (Detector loaded = Detector.load(copy)) {
        assertEquals(CALIBRATED, loaded.calibration());
        assertArrayEquals(
            detector.fakeProbabilities(embeddings), loaded.fakeProbabilities(embeddings));
      }
    }
    for (Path file : List.of(bare, saved)) {
      try (Detector loaded = Detector.load(file)) {
        assertFalse(loaded.hasVerdict());
        assertEquals(Calibration.NONE, loaded.calibration());
      }
    }
  }

  /** What the Python side looks for. */
  @Test
  void safetensorsSayWhatTheyAre() throws IOException {
    Path file = folder.resolve("detector.safetensors");
    try (Detector detector = Detector.create(spec(LossKind.DMYT), 3)) {
      detector.save(file);
    }
    try (StateDict dict = Checkpoints.open(file)) {
      assertEquals("pt", dict.metadata().get("format"));
      assertEquals(MODEL, dict.metadata().get("model"));
      assertEquals("fake,real", dict.metadata().get("classes"));
      assertTrue(!dict.names().contains("classifier.weight"));
    }
  }

  @Test
  void metadataOfOthersIsKept() throws IOException {
    Path in = folder.resolve("a.safetensors");
    StateDict.Builder builder = StateDict.builder().metadata("author", "me").metadata("model", "x");
    weights.tensors().forEach(builder::put);
    SafeTensors.write(builder.build(), in);
    Path out = folder.resolve("b.safetensors");
    try (ModelFile model = ModelFile.open(in)) {
      assertEquals(Optional.empty(), model.backbone());
      model.write(out);
    }
    try (StateDict dict = Checkpoints.open(out)) {
      assertEquals(Map.of("format", "pt", "author", "me"), dict.metadata());
    }
  }

  @Test
  void saysWhatDoesNotFit() throws IOException {
    Path bare = file(".safetensors");
    try (ModelFile model = ModelFile.open(bare)) {
      Path zip = folder.resolve("out.zip");
      assertSays("does not say which network", () -> model.write(zip));
      assertSays("classifier of 3 outputs", () -> model.as(spec(LossKind.DMYT)).write(zip));
      assertSays(
          "classifier of 2 outputs", () -> model.as(spec(LossKind.CROSS_ENTROPY)).write(zip));
      assertSays("does not fit resnet18", () -> model.as("resnet18").write(zip));
      assertSays("must end in .zip or .safetensors", () -> model.write(folder.resolve("out.pth")));
      assertTrue(Files.notExists(zip));
    }
  }

  private static void assertSays(String what, org.junit.jupiter.api.function.Executable action) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, action);
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void onlyDetectorsAreLoadedAsDetectors() throws IOException {
    for (String ending : List.of(".safetensors", ".zip")) {
      Path file = file(ending);
      IOException e = assertThrows(IOException.class, () -> Detector.load(file));
      assertTrue(e.getMessage().contains("weights only"), e.getMessage());
    }
    Path pth = file(".pth");
    IOException e = assertThrows(IOException.class, () -> Detector.load(pth));
    assertTrue(e.getMessage().contains("dmyt convert"), e.getMessage());
  }

  @Test
  void damagedDescriptionsAreRefused() throws IOException {
    for (String json : List.of("{}", "[", "{\"format\": 1}", "{\"format\": 99}")) {
      Path file = folder.resolve("damaged.safetensors");
      SafeTensors.write(
          StateDict.builder().put("a", Tensor.of(new long[1])).metadata("dmyt", json).build(),
          file);
      IOException e = assertThrows(IOException.class, () -> ModelFile.open(file));
      assertTrue(e.getMessage().contains("damaged.safetensors"), e.getMessage());
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
  }
}
