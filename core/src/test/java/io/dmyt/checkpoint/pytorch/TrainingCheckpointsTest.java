package io.dmyt.checkpoint.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.ModelFile;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.pytorch.TorchFiles.Written;
import io.dmyt.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Training checkpoints as people have them, one of each kind, from the file to the network. */
class TrainingCheckpointsTest {
  private static final String NAME = "mobilenetv2_100";

  private static final int FEATURES = 1280;

  private static StateDict network;

  @TempDir Path temp;

  @BeforeAll
  static void create() {
    network = Backbones.create(NAME, BackboneOptions.defaults().withImageSize(32)).stateDict();
  }

  private static Map<Object, Object> dict(Object... keysAndValues) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      dict.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return dict;
  }

  private static Map<Object, Object> under(String prefix) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    network.tensors().forEach((name, tensor) -> dict.put(prefix + name, tensor));
    return dict;
  }

  private static Map<Object, Object> with(String name, Tensor tensor) {
    Map<Object, Object> dict = under("");
    dict.put(name, tensor);
    return dict;
  }

  private static Tensor values(long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 11 / 8f - 0.5f;
    }
    return Tensor.of(values, shape);
  }

  private static Object adam() {
    List<Object> states = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      states.add(dict("step", values(1), "exp_avg", values(3)));
    }
    return dict(
        "state",
        dict(0, states.get(0), 1, states.get(1), 2, states.get(2)),
        "param_groups",
        List.of(dict("lr", 1, "params", List.of(0, 1, 2))));
  }

  private static Object beside(String key, Object value) {
    return dict("epoch", 1, key, value, "state_dict", network, "optimizer", adam());
  }

  /** Name, content, what is said of it. */
  static Stream<Arguments> whole() {
    List<Object> frames = new ArrayList<>();
    for (int i = 0; i < 500_000; i++) {
      frames.add("frames/%03d_%03d/%06d.png".formatted(i % 1000, i * 7 % 1000, i));
    }
    Written namespace =
        p -> p.global("argparse", "Namespace").op(')', 0x81, '}').text("lr").number(1).op('s', 'b');
    Written scalar =
        p -> {
          p.global("numpy.core.multiarray", "scalar").op('(').global("numpy", "dtype").op('(');
          p.text("f8").op(0x89, 0x88, 't', 'R', '(').number(3).text("<").op('N', 'N', 'N');
          p.number(-1).number(-1).number(0).op('t', 'b', 'C', 8, 0, 0, 0, 0, 0, 0, 0, 0, 't', 'R');
        };
    Written path =
        p -> p.global("pathlib", "PosixPath").op('(').text("/").text("data").op('t', 'R');
    Written log =
        p -> {
          p.global("collections", "defaultdict").op('(').global("__builtin__", "list");
          p.op('t', 'R').text("a").op(']').number(1).op('a', 's');
        };
    Written size = p -> p.global("torch", "Size").op('(').numbers(3, 64, 64).op('t', 'R');
    Written confusion = p -> p.op('}', '(').text("real").text("fake").op('t').number(3).op('s');
    return Stream.of(
        Arguments.of("plain", under(""), ""),
        Arguments.of("best_metric_is_a_tensor", beside("best_acc1", values(1)), "'best_acc1'"),
        Arguments.of(
            "model_beside_a_queue",
            dict("model_state_dict", network, "queue", values(8, 4), "queue_ptr", values(1)),
            "left out: 'queue', 'queue_ptr'"),
        Arguments.of("namespace", beside("args", namespace), ""),
        Arguments.of("numpy_scalar", beside("best_auc", scalar), ""),
        Arguments.of("posix_path", beside("path", path), ""),
        Arguments.of("defaultdict", beside("log", log), ""),
        Arguments.of("torch_size", beside("shape", size), ""),
        Arguments.of("tuple_key", beside("confusion", confusion), ""),
        Arguments.of(
            "lightning",
            dict("state_dict", under("model."), "optimizer_states", List.of(adam())),
            "without their 'model.'"),
        Arguments.of("prefix_backbone", under("backbone."), "without their 'backbone.'"),
        Arguments.of(
            "prefix_module_encoder", under("module.encoder."), "without their 'module.encoder.'"),
        Arguments.of(
            "averaged_model", averaged(), "without their 'module.', left out: 'n_averaged'"),
        Arguments.of("a_tuple", new Object[] {network, 3}, ""),
        Arguments.of("long_list", beside("train_files", frames), ""),
        Arguments.of(
            "head_in_a_sequential", with("fc.1.weight", values(2, FEATURES)), "'fc.1.weight'"),
        Arguments.of("sigmoid_head", with("classifier.weight", values(1, FEATURES)), "left out"));
  }

  private static Object averaged() {
    Map<Object, Object> dict = under("module.");
    dict.put("n_averaged", values(1));
    return dict;
  }

  private void assertWhole(Path file, String key, String said) throws IOException {
    Path out = temp.resolve("out.safetensors");
    try (ModelFile in = ModelFile.open(file, null, key)) {
      assertEquals(List.of(NAME), in.networks());
      assertTrue(in.weights().origin().toString().contains(said), in.weights().origin()::toString);
      in.as(NAME).write(out);
    }
    try (StateDict found = Checkpoints.open(out)) {
      assertEquals(network.names(), found.names());
      for (String name : network.names()) {
        assertArrayEquals(network.get(name).bytes(), found.get(name).bytes(), name);
      }
    }
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(temp.resolve("checkpoint.pth.tar"), bytes);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("whole")
  void givesTheNetworkBitByBit(String name, Object content, String said) throws IOException {
    byte[] bytes = TorchFiles.save(content);
    assertTrue(!name.equals("long_list") || bytes.length > 16 << 20, "a pickle of over 16 MB");
    assertWhole(file(bytes), null, said);
  }

  @Test
  void givesTheNetworkBitByBitInTheFormatBeforePyTorch16() throws IOException {
    for (int protocol = 2; protocol <= 4; protocol++) {
      assertWhole(file(TorchFiles.saveLegacy(network, protocol)), null, "before 1.6");
      assertWhole(file(TorchFiles.saveLegacy(beside("best", values(1)), protocol)), null, "'best'");
    }
  }

  @Test
  void teacherAndStudentAreAskedFor() throws IOException {
    Path file = file(TorchFiles.save(dict("student", network, "teacher", under("module."))));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> ModelFile.open(file).close());
    assertTrue(e.getMessage().contains("--key student or --key teacher"), e.getMessage());
    assertWhole(file, "student", "its 'student'");
    assertWhole(file, "teacher", "its 'teacher'");
  }

  private static DetectorSpec spec(String... classes) {
    Preprocessing preprocessing = Preprocessing.imageNet(32);
    return new DetectorSpec(
        NAME, List.of(classes), "real", preprocessing, LossKind.CROSS_ENTROPY, null, null);
  }

  @Test
  void aSigmoidAndAHeadInASequentialBecomeDetectors() throws IOException {
    for (int outputs = 1; outputs <= 2; outputs++) {
      String name = outputs == 1 ? "fc" : "fc.1";
      Map<Object, Object> content = with(name + ".weight", values(outputs, FEATURES));
      content.put(name + ".bias", values(outputs));
      try (ModelFile in = ModelFile.open(file(TorchFiles.save(content)))) {
        assertTrue(in.hasClassifier(2));
        Backbone backbone = in.as(spec("real", "fake")).toBackbone();
        float[] bias = backbone.stateDict().get("classifier.bias").floats();
        float[] expected = outputs == 1 ? new float[] {0, -0.5f} : new float[] {-0.5f, -0.375f};
        assertArrayEquals(expected, bias);
      }
    }
  }

  @Test
  void valuesThatAreNoNumbersAreNamed() throws IOException {
    Tensor broken = network.get("conv_head.weight");
    float[] values = broken.floats();
    values[7] = Float.NaN;
    Path file = file(TorchFiles.save(with("conv_head.weight", Tensor.of(values, broken.shape()))));
    Path out = temp.resolve("out.safetensors");
    try (ModelFile in = ModelFile.open(file)) {
      ModelFile network = in.as(NAME);
      for (boolean writes : new boolean[] {true, false}) {
        CheckpointException e =
            assertThrows(
                CheckpointException.class,
                () -> {
                  if (writes) {
                    network.write(out);
                  } else {
                    network.toBackbone();
                  }
                });
        assertTrue(e.getMessage().contains("'conv_head.weight'"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
    assertFalse(Files.exists(out));
  }
}
