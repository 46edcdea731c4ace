package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.pytorch.TorchFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Known networks in files as people have them. */
class NetworkSearchTest {
  private static final String NAME = "mobilenetv2_100";
  private static final int FEATURES = 1280;

  /** Two trainings of one network. */
  private static StateDict network;

  private static StateDict other;

  @TempDir Path temp;

  @BeforeAll
  static void networks() {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(32);
    network = Backbones.create(NAME, options).stateDict();
    other = Backbones.create(NAME, options.withSeed(7)).stateDict();
  }

  private static Map<String, Object> under(String prefix, StateDict dict) {
    Map<String, Object> named = new LinkedHashMap<>();
    dict.tensors().forEach((name, tensor) -> named.put(prefix + name, tensor));
    return named;
  }

  private static Map<String, Object> with(Map<String, Object> dict, Object... more) {
    Map<String, Object> all = new LinkedHashMap<>(dict);
    for (int i = 0; i < more.length; i += 2) {
      all.put((String) more[i], more[i + 1]);
    }
    return all;
  }

  private static Tensor ramp(long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 17 / 16f - 0.5f;
    }
    return Tensor.of(values, shape);
  }

  private Checkpoint file(Object content) throws IOException {
    return Checkpoints.openAll(Files.write(temp.resolve("x.pth"), TorchFiles.save(content)));
  }

  private static void assertSame(StateDict expected, StateDict found) {
    assertEquals(expected.names(), found.names());
    expected
        .tensors()
        .forEach((name, t) -> assertArrayEquals(t.bytes(), found.get(name).bytes(), name));
  }

  private static FoundNetwork find(Checkpoint checkpoint) {
    Optional<FoundNetwork> found = NetworkSearch.find(checkpoint, null);
    assertEquals(List.of(NAME), found.orElseThrow().networks());
    return found.get();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "model.",
        "backbone.",
        "encoder.",
        "net.",
        "timm_model.",
        "_orig_mod.",
        "0.",
        "module.visual.trunk.",
        "module._orig_mod.module.",
        "a/b:",
        "model_"
      })
  void anyPrefixIsTakenOffAndSaid(String prefix) throws IOException {
    try (Checkpoint checkpoint = file(with(under(prefix, network), "n_averaged", ramp(1)))) {
      StateDict found = find(checkpoint).weights();
      assertSame(network, found);
      assertEquals(Optional.of(prefix), found.origin().prefix());
      assertEquals(List.of("n_averaged"), found.origin().leftOut());
    }
  }

  @Test
  void ofNetworksThatAreBuiltAlikeTheFirstIsTaken() throws IOException {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(32);
    try (Checkpoint checkpoint = file(Backbones.create("resnet18", options).stateDict())) {
      FoundNetwork found = NetworkSearch.find(checkpoint, null).orElseThrow();
      assertTrue(found.networks().contains("ssl_resnet18"), found.networks().toString());
      assertEquals(List.of("resnet18"), found.distinctNetworks());
    }
    // TensorFlow's are padded in another way.
    try (Checkpoint checkpoint = file(Backbones.create("efficientnet_b0", options).stateDict())) {
      FoundNetwork found = NetworkSearch.find(checkpoint, null).orElseThrow();
      assertEquals(found.networks(), found.distinctNetworks());
    }
  }

  @Test
  void wrappersInsideAreTakenOff() throws IOException {
    Map<String, Object> wrapped = new LinkedHashMap<>();
    under("_fsdp_wrapped_module.", network)
        .forEach(
            (name, t) ->
                wrapped.put(name.replace("blocks.1.", "blocks._orig_mod.1._orig_mod."), t));
    try (Checkpoint checkpoint = file(wrapped)) {
      StateDict found = find(checkpoint).weights();
      assertSame(network, found);
      assertEquals(Optional.of("_fsdp_wrapped_module."), found.origin().prefix());
      assertTrue(found.origin().toString().contains("without the '_orig_mod.' within them"));
    }
  }

  /** As PyTorch's own example trains VGG: {@code model.features = DataParallel(model.features)}. */
  @ParameterizedTest
  @ValueSource(strings = {"", "model.", "model.module.", "a.model._orig_mod."})
  void dataParallelPartsAreTakenOffAndSaid(String prefix) throws IOException {
    Map<String, Object> wrapped = new LinkedHashMap<>();
    under(prefix, network)
        .forEach((name, t) -> wrapped.put(name.replace("blocks.", "blocks.module."), t));
    wrapped.put(prefix + "head.fc.weight", ramp(2, FEATURES));
    try (Checkpoint checkpoint = file(wrapped)) {
      StateDict found = find(checkpoint).weights();
      assertSame(network, found);
      assertEquals(prefix, found.origin().prefix().orElse(""));
      assertTrue(found.origin().toString().contains("without the 'module.' within them"));
      assertTrue(find(checkpoint).hasHead(2));
    }
  }

  static Stream<Object> containers() {
    Object optimizer = Map.of("state", Map.of(0, Map.of("exp_avg", ramp(3), "step", ramp(1))));
    Tensor metric = ramp(1);
    return Stream.of(
        with(Map.of("state_dict", network), "best_acc1", metric, "optimizer", optimizer),
        with(Map.of("model_state_dict", network), "queue", ramp(8, 4), "args", new Object()),
        with(Map.of("state_dict", Map.of(), "config", Map.of("mean", ramp(3))), "net", network),
        Map.of("checkpoint", Map.of("model", Map.of("params", network, "version", 1))),
        List.of(1, network, optimizer),
        List.of(List.of(network), 3),
        Map.of("generator", Map.of("conv.weight", ramp(4, 4)), "discriminator", network),
        Map.of("a.b", network));
  }

  @ParameterizedTest
  @MethodSource("containers")
  void isFoundWhereverItLies(Object content) throws IOException {
    try (Checkpoint checkpoint = file(content)) {
      assertSame(network, find(checkpoint).weights());
    }
  }

  @Test
  void tensorsLeftAsideAreNamed() throws IOException {
    try (Checkpoint checkpoint =
        file(with(Map.of("net", with(under("", network), "w.x", ramp(2))), "loss", ramp(1)))) {
      assertEquals(List.of("loss", "w.x"), find(checkpoint).weights().origin().leftOut());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "state_dict, state_dict_ema",
    "model, model_ema",
    "params, params_ema",
    "net, ema",
    "network, networkEma",
    "model, model_EMA",
    "model_state_dict, swa_model_state_dict",
    "model, averaged_model",
    "state_dict, ema_state_dict"
  })
  void ofWeightsAndTheirAverageTheAverageIsTakenAndSaid(String plain, String average)
      throws IOException {
    try (Checkpoint checkpoint =
        file(with(Map.of(plain, other), average, under("module.", network)))) {
      StateDict found = find(checkpoint).weights();
      assertSame(network, found);
      assertTrue(found.origin().toString().contains("the moving average"), found.toString());
      assertSame(other, NetworkSearch.find(checkpoint, null, plain).orElseThrow().weights());
    }
  }

  @ParameterizedTest
  @CsvSource({"student, teacher", "best, last", "schema, cinema"})
  void whoeverFitsEquallyIsAskedFor(String first, String second) throws IOException {
    try (Checkpoint checkpoint =
        file(with(Map.of(first, other), second, under("backbone.", network)))) {
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> NetworkSearch.find(checkpoint, null));
      assertTrue(e.getMessage().contains("--key " + first), e.getMessage());
      assertTrue(e.getMessage().contains("--key " + second), e.getMessage());
      assertSame(other, NetworkSearch.find(checkpoint, null, first).orElseThrow().weights());
      assertSame(network, NetworkSearch.find(checkpoint, NAME, second).orElseThrow().weights());
      CheckpointException unknown =
          assertThrows(
              CheckpointException.class, () -> NetworkSearch.find(checkpoint, null, "third"));
      assertTrue(unknown.getMessage().contains("there are some under '"), unknown.getMessage());
    }
  }

  /** As contrastive learning has them. */
  @Test
  void twoNetworksInOneDictAreToldApartByTheirPrefix() throws IOException {
    Map<String, Object> both = with(under("module.encoder_q.", other), "module.queue", ramp(4, 4));
    both.putAll(under("module.encoder_k.", network));
    try (Checkpoint checkpoint = file(Map.of("state_dict", both))) {
      CheckpointException e =
          assertThrows(CheckpointException.class, () -> NetworkSearch.find(checkpoint, null));
      assertTrue(e.getMessage().contains("--key state_dict.module.encoder_k"), e.getMessage());
      for (String key : List.of("state_dict.module.encoder_k", "encoder_k")) {
        assertSame(network, NetworkSearch.find(checkpoint, null, key).orElseThrow().weights());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"last_linear", "last_layer", "classifier.1", "head.fc", "backbone.fc"})
  void aHeadUnderAnotherNameIsTakenForItsClasses(String name) throws IOException {
    Tensor weight = ramp(3, FEATURES);
    Tensor bias = ramp(3);
    Map<String, Object> dict =
        with(under("backbone.", network), name + ".weight", weight, name + ".bias", bias);
    try (Checkpoint checkpoint = file(dict)) {
      FoundNetwork found = find(checkpoint);
      assertSame(network, found.weights());
      assertTrue(found.hasHead(3));
      assertFalse(found.hasHead(2));
      StateDict weights = found.weights(3);
      assertArrayEquals(weight.bytes(), weights.get("classifier.weight").bytes());
      assertArrayEquals(bias.bytes(), weights.get("classifier.bias").bytes());
      assertEquals(List.of(), weights.origin().leftOut());
      assertEquals(3, Backbones.create(NAME, weights).classes());
    }
  }

  /** Without what comes before it, a layer over as many values would be taken for another's. */
  @ParameterizedTest
  @CsvSource({
    "fc.0.weight, fc.2.weight",
    "head.bn.running_mean, head.fc.weight",
    "fc1.weight, fc2.weight",
    "classifiers.0.weight, classifiers.1.weight"
  })
  void aLayerBehindOthersIsNoHead(String first, String last) throws IOException {
    Tensor between = first.endsWith("mean") ? ramp(FEATURES) : ramp(FEATURES, FEATURES);
    for (String prefix : List.of("", "backbone.", "module.encoder.")) {
      Map<String, Object> dict =
          with(under(prefix, network), first, between, last, ramp(2, FEATURES));
      try (Checkpoint checkpoint = file(dict)) {
        FoundNetwork found = find(checkpoint);
        assertFalse(found.hasHead(2), prefix);
        assertTrue(found.headParts().toString().contains(last), found.headParts()::toString);
      }
    }
    // Not in one module with the head, but beside both.
    for (String norm : List.of("bnneck.running_mean", "bottleneck.running_mean")) {
      Map<String, Object> dict = with(under("backbone.", network), norm, ramp(FEATURES));
      dict.put("fc.weight", ramp(2, FEATURES));
      try (Checkpoint checkpoint = file(dict)) {
        assertFalse(find(checkpoint).hasHead(2), norm);
      }
    }
    // A network's own head, and one in a module of its own, are taken whatever lies beside.
    for (String name : List.of("classifier.weight", "head.fc.weight")) {
      Map<String, Object> dict = with(under("", network), name, ramp(3, FEATURES));
      dict.putAll(Map.of("projection.0.weight", ramp(FEATURES, FEATURES), "queue", ramp(4, 4)));
      try (Checkpoint checkpoint = file(dict)) {
        assertTrue(find(checkpoint).hasHead(3), name);
      }
    }
  }

  @Test
  void aBiasOfAnyFormIsTakenAndOneOfAnotherLengthMakesItNoHead() throws IOException {
    Map<String, Object> dict =
        with(under("", network), "out.weight", ramp(1, FEATURES), "out.bias", ramp());
    try (Checkpoint checkpoint = file(dict)) {
      float[] bias = find(checkpoint).weights(2).get("classifier.bias").floats();
      assertArrayEquals(new float[] {0, -0.5f}, bias);
    }
    dict.put("out.bias", ramp(5));
    try (Checkpoint checkpoint = file(dict)) {
      assertFalse(find(checkpoint).hasHead(2));
    }
  }

  /** softmax([0, z])[1] = sigmoid(z). */
  @Test
  void aSigmoidBecomesTwoClasses() throws IOException {
    Tensor weight = ramp(1, FEATURES);
    Map<String, Object> dict =
        with(under("", network), "classifier.weight", weight, "classifier.bias", ramp(1));
    try (Checkpoint checkpoint = file(dict)) {
      FoundNetwork found = find(checkpoint);
      assertSame(network, found.weights());
      assertFalse(found.hasHead(3));
      StateDict weights = found.weights(2);
      float[] rows = weights.get("classifier.weight").floats();
      for (int i = 0; i < FEATURES; i++) {
        assertEquals(0, rows[i]);
        assertEquals(weight.floats()[i], rows[FEATURES + i]);
      }
      assertArrayEquals(new float[] {0, -0.5f}, weights.get("classifier.bias").floats());
    }
  }

  @Test
  void headsThatCantBeToldApartAreNamed() throws IOException {
    Map<String, Object> dict =
        with(under("", network), "a.weight", ramp(2, FEATURES), "b.weight", ramp(2, FEATURES));
    try (Checkpoint checkpoint = file(dict)) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> find(checkpoint).hasHead(2));
      assertTrue(e.getMessage().contains("several heads of 2 classes: 'a.weight', 'b.weight'"));
    }
  }

  @Test
  void aNetworkWithMoreOrFewerPartsIsAnother() throws IOException {
    Map<String, Object> more = with(under("", network), "blocks.1.9.conv.weight", ramp(2, 2));
    try (Checkpoint checkpoint = file(more)) {
      assertEquals(Optional.empty(), NetworkSearch.find(checkpoint, null));
      String faults = NetworkSearch.faults(checkpoint, null);
      assertTrue(faults.contains("the closest is " + NAME + " (99 %)"), faults);
      assertTrue(faults.contains("1 left over: 'blocks.1.9.conv.weight'"), faults);
    }
    Map<String, Object> fewer = under("encoder.", network);
    fewer.remove("encoder.conv_head.weight");
    try (Checkpoint checkpoint = file(fewer)) {
      String faults = NetworkSearch.faults(checkpoint, NAME);
      assertTrue(faults.contains("1 missing: conv_head.weight"), faults);
      assertEquals(1, faults.lines().count());
    }
    try (Checkpoint checkpoint = file(network)) {
      String faults = NetworkSearch.faults(checkpoint, "resnet18");
      assertTrue(faults.contains("does not fit resnet18 but " + NAME + ": "), faults);
      assertTrue(faults.endsWith("; use --model " + NAME), faults);
    }
    try (Checkpoint checkpoint = file(Map.of("a", ramp(1)))) {
      assertTrue(NetworkSearch.faults(checkpoint, null).endsWith("no network known here"));
    }
  }

  @Test
  void weightsToStartFromMayLieUnderAPrefix() {
    StateDict.Builder dict = StateDict.builder();
    under("model.", network).forEach((name, tensor) -> dict.put(name, (Tensor) tensor));
    dict.put("loss.weight", ramp(2));
    Backbone backbone = Backbones.create(NAME, BackboneOptions.defaults().withImageSize(32));
    backbone.loadPretrained(dict.build());
    assertSame(network, backbone.stateDict());
    assertEquals(List.of(NAME), Backbones.matching(dict.build()));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, -1})
  void anImpossibleCountIsNamedAndNoOtherNetworkRecommended(float count) {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(32);
    Backbone backbone = Backbones.create("resnet18", options);
    StateDict.Builder dict = StateDict.builder();
    Tensor broken = Tensor.of(new float[] {count});
    String name = "bn1.num_batches_tracked";
    backbone.stateDict().tensors().forEach((n, t) -> dict.put(n, n.equals(name) ? broken : t));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> backbone.load(dict.build()));
    assertTrue(e.getMessage().contains("does not fit resnet18: 1 of the wrong"), e.getMessage());
    assertTrue(
        e.getMessage().endsWith(name + " is F32[], expected one number from 0 to 2147483647"),
        e.getMessage());
  }

  private static Tensor broken(Tensor tensor, float value) {
    float[] values = tensor.floats();
    values[values.length - 1] = value;
    return Tensor.of(values, tensor.shape());
  }

  @ParameterizedTest
  @CsvSource({
    "conv_stem.weight, NaN, not finite numbers",
    "bn1.bias, Infinity, not finite numbers",
    "bn1.running_mean, -Infinity, not finite numbers",
    "bn1.running_var, -1e-9, negative variances"
  })
  void brokenValuesAreRefusedByName(String name, float value, String what) {
    StateDict.Builder dict = StateDict.builder();
    network.tensors().forEach((n, t) -> dict.put(n, n.equals(name) ? broken(t, value) : t));
    Backbone backbone = Backbones.create(NAME, BackboneOptions.defaults().withImageSize(32));
    StateDict before = backbone.stateDict();
    for (boolean strict : new boolean[] {true, false}) {
      CheckpointException e =
          assertThrows(
              CheckpointException.class,
              () -> {
                if (strict) {
                  backbone.load(dict.build());
                } else {
                  backbone.loadPretrained(dict.build());
                }
              });
      assertTrue(e.getMessage().contains("tensor '" + name + "' holds"), e.getMessage());
      assertTrue(e.getMessage().contains(what), e.getMessage());
      assertSame(before, backbone.stateDict());
    }
  }
}
