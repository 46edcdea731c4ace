package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.LossKind;
import io.dmyt.ModelFile;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ConvertTest {
  private static final String MODEL = "mobilenetv2_100";

  @TempDir Path folder;

  /** A network's state dict as somebody else may have written it. */
  private Path bare(String model, int classes) {
    Backbone backbone =
        Backbones.create(model, BackboneOptions.defaults().withImageSize(32).withClasses(classes));
    Path file = folder.resolve(model + classes + ".safetensors");
    SafeTensors.write(backbone.stateDict(), file);
    return file;
  }

  private static Cli.Result convert(Object... arguments) {
    Object[] all = new Object[arguments.length + 1];
    all[0] = "convert";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Cli.run(all);
  }

  private static void assertSays(int code, String what, Cli.Result result) {
    assertEquals(code, result.code(), result.all());
    assertTrue(result.err().contains(what), result.err());
    assertEquals(1, result.err().lines().filter(l -> l.startsWith("dmyt: ")).count());
    assertFalse(result.err().contains("unexpected "), result.err());
  }

  @Test
  void aStateDictBecomesADetectorAndASafetensorsFileAgain() throws Exception {
    Path bare = bare(MODEL, 0);
    Path zip = folder.resolve("detector.zip");
    Cli.Result made = convert(bare, zip, "--classes", "swap,genuine,reenacted", "--image-size", 64);
    assertEquals(0, made.code(), made.all());
    assertTrue(made.err().contains("detector of swap, genuine, reenacted, by DmyT"), made.err());
    try (Detector detector = Detector.load(zip)) {
      assertEquals(List.of("swap", "genuine", "reenacted"), detector.spec().classes());
      assertEquals("genuine", detector.spec().realClass());
      assertEquals(64, detector.spec().preprocessing().size());
    }
    Path back = folder.resolve("back.safetensors");
    assertEquals(0, convert(zip, back).code());
    try (ModelFile first = ModelFile.open(bare);
        ModelFile last = ModelFile.open(back)) {
      for (String name : first.weights().names()) {
        assertArrayEquals(
            first.weights().get(name).bytes(), last.weights().get(name).bytes(), name);
      }
    }
    // What the converted file is, it says itself from now on.
    assertSays(2, "detector already", convert(back, folder.resolve("a.zip"), "--classes", "a,b"));
    assertSays(2, "holds " + MODEL, convert(back, folder.resolve("a.zip"), "-m", "resnet18"));
  }

  @Test
  void aClassifierMakesItCrossEntropys() throws Exception {
    Path zip = folder.resolve("detector.zip");
    Cli.Result made = convert(bare(MODEL, 2), zip, "--classes", "a,b", "--real-class", "b");
    assertEquals(0, made.code(), made.all());
    try (Detector detector = Detector.load(zip)) {
      assertEquals(LossKind.CROSS_ENTROPY, detector.spec().loss());
      assertEquals("b", detector.spec().realClass());
    }
  }

  @Test
  void weightsAloneAreRecognised() throws Exception {
    Path zip = folder.resolve("weights.zip");
    assertEquals(0, convert(bare(MODEL, 5), zip).code());
    try (ModelFile model = ModelFile.open(zip)) {
      assertEquals(Optional.of(MODEL), model.backbone());
      assertEquals(Optional.empty(), model.detector());
      assertEquals(5, model.toBackbone().classes());
    }
    assertSays(1, "weights only", Cli.run("test", "-w", zip, "-d", folder));
  }

  @Test
  void whoMayBeSeveralIsAskedFor() {
    Path bare = bare("tf_efficientnet_b0", 0);
    Path zip = folder.resolve("weights.zip");
    assertSays(2, "efficientnet_b0, tf_efficientnet_b0, tf_efficientnet_b0_ap", convert(bare, zip));
    assertEquals(0, convert(bare, zip, "-m", "tf_efficientnet_b0").code());
    // Where the name isn't needed it need not be known.
    Cli.Result unknown = convert(bare, folder.resolve("copy.safetensors"));
    assertEquals(0, unknown.code(), unknown.all());
    assertTrue(unknown.err().contains("network      unknown"), unknown.err());
  }

  /** A file of the network's tensors, each under every prefix, and others beside. */
  private Path strange(Map<String, Tensor> beside, String... prefixes) {
    StateDict.Builder dict = StateDict.builder();
    try (StateDict network = Checkpoints.open(bare(MODEL, 0))) {
      for (String prefix : prefixes) {
        network
            .tensors()
            .forEach(
                (name, t) -> dict.put(prefix + name, Tensor.of(t.dtype(), t.bytes(), t.shape())));
      }
    }
    beside.forEach(dict::put);
    Path file = folder.resolve("strange.safetensors");
    SafeTensors.write(dict.build(), file);
    return file;
  }

  private static Tensor head(int outputs, float value) {
    float[] values = new float[1280 * outputs];
    for (int i = 0; i < values.length; i++) {
      values[i] = value * (i % 7 - 3);
    }
    return Tensor.of(values, outputs, 1280);
  }

  @Test
  void aPrefixAndWhatLiesBesideAreTakenOffAndSaid() throws Exception {
    Path strange = strange(Map.of("queue", Tensor.of(new float[3], 3)), "module.encoder.");
    Path out = folder.resolve("out.safetensors");
    Cli.Result result = convert(strange, out);
    assertEquals(0, result.code(), result.all());
    assertTrue(result.err().contains("without their 'module.encoder.'"), result.err());
    assertTrue(result.err().contains("left out: 'queue'"), result.err());
    try (StateDict expected = Checkpoints.open(bare(MODEL, 0));
        StateDict found = Checkpoints.open(out)) {
      assertEquals(expected.names(), found.names());
    }
  }

  @Test
  void whichOfTwoNetworksIsAskedFor() throws Exception {
    Path strange = strange(Map.of(), "student.", "teacher.");
    Path out = folder.resolve("out.safetensors");
    assertSays(1, "--key student or --key teacher", convert(strange, out));
    assertSays(1, "no tensors under the key 'other'", convert(strange, out, "--key", "other"));
    assertEquals(0, convert(strange, out, "--key", "teacher").code());
  }

  /** P(fake) is the sigmoid of the output, if fake is the second class. */
  @Test
  void aSigmoidMakesADetectorOfTwoClasses() throws Exception {
    Map<String, Tensor> sigmoid =
        Map.of("fc.weight", head(1, 0.1f), "fc.bias", Tensor.of(new float[] {0.25f}, 1));
    Path strange = strange(sigmoid, "backbone.");
    Path embeddings = folder.resolve("embeddings.zip");
    assertEquals(0, convert(strange, embeddings, "--classes", "real,fake", "-l", "DmyT").code());
    INDArray images = Nd4j.rand(DataType.FLOAT, 3, 3, 64, 64);
    double[] expected = new double[3];
    try (Detector detector = Detector.load(embeddings)) {
      INDArray features = detector.embed(images);
      float[] row = head(1, 0.1f).floats();
      for (int i = 0; i < 3; i++) {
        double z = 0.25;
        for (int j = 0; j < row.length; j++) {
          z += row[j] * features.getDouble(i, j);
        }
        expected[i] = 1 / (1 + Math.exp(-z));
      }
    }
    for (String classes : List.of("real,fake", "fake,real")) {
      Path zip = folder.resolve(classes + ".zip");
      Cli.Result made = convert(strange, zip, "--classes", classes);
      assertEquals(0, made.code(), made.all());
      try (Detector detector = Detector.load(zip)) {
        assertEquals(LossKind.CROSS_ENTROPY, detector.spec().loss());
        double[] found = detector.fakeProbabilities(detector.features(images));
        for (int i = 0; i < 3; i++) {
          double fake = classes.equals("real,fake") ? expected[i] : 1 - expected[i];
          assertEquals(fake, found[i], 1e-5);
        }
      }
    }
  }

  @Test
  void aHeadThatIsNoLinearLayerIsNamed() throws Exception {
    Map<String, Tensor> layers =
        Map.of("fc.0.weight", head(64, 1), "fc.2.weight", Tensor.of(new float[128], 2, 64));
    Path strange = strange(layers, "");
    Path zip = folder.resolve("out.zip");
    Cli.Result result = convert(strange, zip, "--classes", "fake,real");
    assertSays(2, "no linear one of 2 classes: ", result);
    assertTrue(result.err().contains("'fc.2.weight' F32[2, 64]"), result.err());
    assertEquals(0, convert(strange, zip, "--classes", "fake,real", "-l", "DmyT").code());
  }

  @Test
  void brokenValuesAreNamed() throws Exception {
    Path file = folder.resolve("broken.safetensors");
    for (String name : List.of("conv_head.weight", "bn1.running_var")) {
      StateDict.Builder dict = StateDict.builder();
      try (StateDict network = Checkpoints.open(bare(MODEL, 0))) {
        for (Map.Entry<String, Tensor> entry : network.tensors().entrySet()) {
          Tensor t = entry.getValue();
          float[] values = t.floats();
          values[values.length / 2] = name.endsWith("var") ? -1 : Float.NaN;
          dict.put(
              entry.getKey(),
              entry.getKey().equals(name)
                  ? Tensor.of(values, t.shape())
                  : Tensor.of(t.dtype(), t.bytes(), t.shape()));
        }
      }
      SafeTensors.write(dict.build(), file);
      for (String out : List.of("out.zip", "out.safetensors")) {
        assertSays(1, "tensor '" + name + "'", convert(file, folder.resolve(out)));
        assertFalse(Files.exists(folder.resolve(out)));
      }
    }
  }

  @Test
  void theClosestNetworkIsNamed() throws Exception {
    Path strange = strange(Map.of("blocks.1.0.extra.weight", Tensor.of(new float[2], 2)), "net.");
    Path missing = folder.resolve("missing.safetensors");
    StateDict.Builder dict = StateDict.builder();
    try (StateDict network = Checkpoints.open(strange)) {
      network
          .tensors()
          .forEach(
              (name, t) -> {
                if (!name.equals("net.conv_head.weight")) {
                  dict.put(name, Tensor.of(t.dtype(), t.bytes(), t.shape()));
                }
              });
    }
    SafeTensors.write(dict.build(), missing);
    Path zip = folder.resolve("out.zip");
    assertSays(2, "closest is " + MODEL + " (99 %): 1 missing: conv_head", convert(missing, zip));
    assertSays(1, "1 missing: conv_head.weight", convert(missing, zip, "-m", MODEL));
    Cli.Result copied = convert(missing, folder.resolve("copy.safetensors"));
    assertEquals(0, copied.code(), copied.all());
    assertTrue(copied.err().contains("network      unknown: "), copied.err());
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    Path bare = bare(MODEL, 3);
    Path out = folder.resolve("out.zip");
    Path strange = folder.resolve("strange.safetensors");
    SafeTensors.write(StateDict.builder().put("a", Tensor.of(new long[1])).build(), strange);
    Path text = Files.writeString(folder.resolve("text.pth"), "hello, hello");
    assertSays(2, "two files", convert());
    assertSays(2, "two files", convert(bare));
    assertSays(2, "two files", convert(bare, out, out));
    assertSays(1, "no such file", convert(folder.resolve("none.pth"), out));
    assertSays(1, "expected a file, found a folder", convert(folder, out));
    assertSays(1, "neither a PyTorch file nor safetensors", convert(text, out));
    assertSays(1, "in the way", convert(bare, strange));
    assertSays(1, "must end in .zip or .safetensors", convert(bare, folder.resolve("out.pth")));
    assertSays(2, "no network known here", convert(strange, out));
    assertSays(1, "not fit resnet18 but " + MODEL, convert(bare, out, "-m", "resnet18"));
    assertSays(2, "did you mean resnet18", convert(bare, out, "-m", "resnt18"));
    assertSays(2, "belong to --classes", convert(bare, out, "--real-class", "a"));
    assertSays(1, "classifier of 3 outputs", convert(bare, out, "--classes", "fake,real"));
    assertSays(1, "no classifier", convert(bare, out, "--classes", "x,y,real", "--loss", "DmyT"));
    assertSays(
        2, "not one of the classes", convert(bare, out, "--classes", "x,y", "--real-class", "z"));
    assertTrue(Files.notExists(out));
  }

  @Test
  void anUnwritableOutputIsNamedAndNothingIsLeft() throws Exception {
    Path bare = bare(MODEL, 0);
    Path file = Files.writeString(folder.resolve("file"), "kept");
    for (String ending : List.of("zip", "safetensors")) {
      Path out = file.resolve("out." + ending);
      Cli.Result below = convert(bare, out, "-m", MODEL);
      assertSays(1, file.toString(), below);
      assertFalse(below.err().contains("java."), below.err());
    }
    assertEquals("kept", Files.readString(file));
    assertEquals(List.of("file", bare.getFileName().toString()), names());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
