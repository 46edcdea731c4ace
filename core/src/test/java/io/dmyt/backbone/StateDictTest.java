package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Golden;
import io.dmyt.backbone.NamedParameter.Kind;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network's way into a state dict and back. */
class StateDictTest {
  private static final String NAME = "mobilenetv3_small_100";

  private static Backbone create(String name, int classes, boolean random) {
    return Backbones.create(
        name,
        BackboneOptions.defaults()
            .withImageSize(75)
            .withClasses(classes)
            .withRandomWeights(random));
  }

  /** A network's state dict with values by name, and counters that tell layers apart. */
  private static StateDict golden(Backbone backbone) {
    StateDict.Builder dict = StateDict.builder();
    long count = 0;
    for (NamedParameter p : backbone.parameters()) {
      dict.put(
          p.name(),
          p.kind() == Kind.COUNTER
              ? Tensor.of(new long[] {++count})
              : Tensor.of(Golden.weights(p.name(), p.shape()), p.shape()));
    }
    return dict.build();
  }

  /** A copy in which each tensor is what the function makes of it; none if it makes null. */
  private static StateDict changed(StateDict dict, BiFunction<String, Tensor, Tensor> change) {
    StateDict.Builder copy = StateDict.builder();
    dict.tensors()
        .forEach(
            (name, tensor) -> {
              Tensor now = change.apply(name, tensor);
              if (now != null) {
                copy.put(name, now);
              }
            });
    return copy.build();
  }

  private static StateDict renamed(StateDict dict, String from, String to) {
    StateDict.Builder copy = StateDict.builder();
    dict.tensors().forEach((name, tensor) -> copy.put(name.replaceFirst(from, to), tensor));
    return copy.build();
  }

  private static void assertSame(StateDict expected, StateDict found) {
    assertEquals(List.copyOf(expected.names()), List.copyOf(found.names()));
    for (Map.Entry<String, Tensor> entry : expected.tensors().entrySet()) {
      Tensor tensor = found.get(entry.getKey());
      assertEquals(entry.getValue().toString(), tensor.toString(), entry.getKey());
      assertArrayEquals(entry.getValue().bytes(), tensor.bytes(), entry.getKey());
    }
  }

  /** Every layout of parameters: plain, depthwise, grouped, with biases, dense. */
  @ParameterizedTest
  @ValueSource(strings = {NAME, "resnext50_32x4d", "densenet121"})
  void whatIsLoadedIsExportedBitForBit(String name) {
    Backbone backbone = create(name, 3, false);
    StateDict dict = golden(backbone);
    assertSame(dict, backbone.load(dict).stateDict());
  }

  @Test
  void doublesStayDoubles() {
    Backbone backbone =
        Backbones.create(
            NAME,
            BackboneOptions.defaults().withDataType(DataType.DOUBLE).withRandomWeights(false));
    StateDict dict =
        changed(
            golden(backbone),
            (name, t) -> t.dtype() == DType.F32 ? Tensor.of(t.doubles(), t.shape()) : t);
    assertSame(dict, backbone.load(dict).stateDict());
  }

  @Test
  void halvesAreWidened() {
    Backbone backbone = create(NAME, 2, false);
    StateDict halves =
        changed(golden(backbone), (name, t) -> Tensor.of(DType.BF16, bf16(t), t.shape()));
    backbone.load(halves);
    for (String name : List.of("conv_stem.weight", "classifier.bias")) {
      assertArrayEquals(
          halves.get(name).floats(), backbone.get(name).reshape(-1).toFloatVector(), name);
    }
    assertEquals(1, backbone.get("bn1.num_batches_tracked").getLong(0));
  }

  private static byte[] bf16(Tensor tensor) {
    float[] values = tensor.floats();
    byte[] bytes = new byte[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      bytes[2 * i] = (byte) (bits >> 16);
      bytes[2 * i + 1] = (byte) (bits >> 24);
    }
    return bytes;
  }

  /** PyTorch before 0.4.1 had no counters. */
  @Test
  void countersMayBeMissing() {
    Backbone backbone = create("resnet18", 0, false);
    backbone.load(golden(backbone));
    assertEquals(1, backbone.get("bn1.num_batches_tracked").getLong(0));
    StateDict old =
        changed(golden(backbone), (name, t) -> name.endsWith("num_batches_tracked") ? null : t);
    backbone.load(old);
    assertEquals(0, backbone.get("bn1.num_batches_tracked").getLong(0));
  }

  static Stream<BiFunction<String, Tensor, Tensor>> faults() {
    Tensor scalar = Tensor.of(new float[] {1});
    return Stream.of(
        (name, t) -> name.equals("bn1.bias") ? null : t,
        (name, t) -> name.equals("bn1.bias") ? Tensor.of(new float[8], 8) : t,
        (name, t) -> name.equals("bn1.bias") ? Tensor.of(new long[16], 16) : t,
        (name, t) -> name.equals("bn1.bias") ? scalar : t,
        (name, t) -> name.equals("conv_head.weight") ? t.reshape(t.length()) : t,
        (name, t) -> name.equals("bn1.num_batches_tracked") ? Tensor.of(new long[] {-1}) : t,
        (name, t) -> name.equals("bn1.num_batches_tracked") ? Tensor.of(new long[] {1L << 40}) : t,
        (name, t) -> name.equals("bn1.num_batches_tracked") ? Tensor.of(new long[2], 2) : t);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whateverDoesNotFitIsRefusedWhole(BiFunction<String, Tensor, Tensor> fault) {
    Backbone backbone = create(NAME, 2, true);
    StateDict dict = changed(golden(backbone), fault);
    INDArray before = backbone.graph().params().dup();
    for (boolean strict : new boolean[] {true, false}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class,
              () -> {
                if (strict) {
                  backbone.load(dict);
                } else {
                  backbone.loadPretrained(dict);
                }
              });
      assertTrue(e.getMessage().startsWith("memory does not fit " + NAME), e.getMessage());
      assertEquals(before, backbone.graph().params());
    }
  }

  @Test
  void faultsAreListedUpToTenEachThenCounted() {
    Backbone backbone = create("resnet18", 0, false);
    StateDict.Builder dict = StateDict.builder();
    golden(backbone)
        .tensors()
        .forEach(
            (name, t) -> {
              if (name.startsWith("layer1.")) {
                dict.put("more\n" + name, t);
              } else {
                dict.put(name, name.startsWith("layer2.") ? t.reshape(t.length(), 1) : t);
              }
            });
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> backbone.load(dict.build()));
    String message = e.getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.contains("20 missing: layer1.0.conv1.weight, "), message);
    assertTrue(message.contains(" and 10 more; 24 unexpected: 'more?layer1.0.conv1"), message);
    assertTrue(message.contains(" and 14 more; 25 of the wrong type or shape: layer2"), message);
    assertTrue(
        message.contains("layer2.0.bn1.weight is F32[128, 1], expected floats [128]"), message);
    assertTrue(message.endsWith(" and 15 more"), message);
  }

  @Test
  void aClassifierOfAnotherSizeIsLeftOut() {
    StateDict thousand = golden(create(NAME, 1000, false));
    StateDict none = golden(create(NAME, 0, false));
    Backbone two = create(NAME, 2, true);
    INDArray classifier = two.get("classifier.weight");
    for (StateDict weights : List.of(thousand, none)) {
      assertFalse(two.loadPretrained(weights));
      assertEquals(classifier, two.get("classifier.weight"));
      assertSame(none, changed(two.stateDict(), (n, t) -> n.startsWith("classifier") ? null : t));
    }
    assertThrows(IllegalArgumentException.class, () -> two.load(thousand));
    assertThrows(IllegalArgumentException.class, () -> two.load(none));

    Backbone embedding = create(NAME, 0, true);
    assertFalse(embedding.loadPretrained(thousand));
    assertSame(none, embedding.stateDict());
    assertThrows(IllegalArgumentException.class, () -> embedding.load(thousand));

    assertTrue(two.loadPretrained(golden(two)));
    assertSame(golden(two), two.stateDict());
  }

  /** A mixer's linear layers reach over all patches of an image, so that its size is theirs. */
  @Test
  void weightsThatCantBeResizedNameTheirImageSize() {
    String name = "mixer_s32_224";
    StateDict weights = Backbones.create(name, BackboneOptions.defaults()).stateDict();
    Backbone larger = Backbones.create(name, BackboneOptions.defaults().withImageSize(256));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> larger.loadPretrained(weights));
    assertEquals(
        "memory holds weights for images of 224×224 pixels, and 24 of its tensors can't be resized:"
            + " blocks.0.mlp_tokens.fc1.weight is F32[256, 49], expected floats [256, 64];"
            + " use --image-size 224",
        e.getMessage());
  }

  @Test
  void aNetworkIsCreatedWithTheStateDictsClassifier() {
    for (int classes : new int[] {0, 5}) {
      StateDict dict = golden(create(NAME, classes, false));
      Backbone backbone = Backbones.create(NAME, dict);
      assertEquals(classes, backbone.classes());
      assertSame(dict, backbone.stateDict());
    }
  }

  @Test
  void networksAreRecognisedByTheirStateDict() {
    StateDict resnet = golden(create("resnet18", 7, false));
    assertEquals(
        List.of("resnet18", "gluon_resnet18_v1b", "ssl_resnet18", "swsl_resnet18"),
        Backbones.matching(resnet));
    assertEquals(
        List.of(
            "efficientnet_b0",
            "tf_efficientnet_b0",
            "tf_efficientnet_b0_ap",
            "tf_efficientnet_b0_ns"),
        Backbones.matching(golden(create("tf_efficientnet_b0", 0, false))));
    assertEquals(List.of(), Backbones.matching(StateDict.builder().build()));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> create("resnet34", 7, false).load(resnet));
    assertTrue(e.getMessage().contains("not fit resnet34 but resnet18"), e.getMessage());
  }

  /** As timm's own filters do when it loads what others published. */
  @Test
  void namesOfOtherPublishersAreUnderstood() {
    Backbone xception = create("xception", 2, false);
    StateDict dict = golden(xception);
    // Cadene's name of the classifier, and the pointwise kernels of the first such files.
    StateDict cadene =
        changed(
            renamed(dict, "^fc\\.", "last_linear."),
            (n, t) -> n.endsWith("pointwise.weight") ? t.reshape(t.shape()[0], t.shape()[1]) : t);
    assertSame(dict, xception.load(cadene).stateDict());

    Backbone densenet = create("densenet121", 0, false);
    dict = golden(densenet);
    StateDict old = renamed(dict, "(denselayer\\d+\\.(?:norm|conv))(\\d)", "$1.$2");
    assertTrue(old.names().contains("features.denseblock1.denselayer1.norm.1.weight"));
    assertSame(dict, densenet.load(old).stateDict());

    Backbone inception = create("inception_v3", 0, false);
    dict = golden(inception);
    StateDict.Builder aux =
        StateDict.builder().put("AuxLogits.fc.bias", Tensor.of(new float[3], 3));
    dict.tensors().forEach(aux::put);
    assertSame(dict, inception.load(aux.build()).stateDict());
  }

  /** Compared by name: the network is too large for a unit test. */
  @Test
  void torchvisionsVggHasItsDenseLayersInOneSequence() {
    Model vgg = Backbones.model("vgg16_bn");
    assertEquals("pre_logits.fc1.weight", vgg.timmName("classifier.0.weight", Set.of()).get());
    assertEquals("pre_logits.fc2.bias", vgg.timmName("classifier.3.bias", Set.of()).get());
    assertEquals("head.fc.bias", vgg.timmName("classifier.6.bias", Set.of()).get());
    assertEquals("features.0.bias", vgg.timmName("features.0.bias", Set.of()).get());
  }

  @Test
  void oneTensorUnderTwoNamesIsRefused() {
    Backbone xception = create("xception", 2, false);
    StateDict.Builder twice = StateDict.builder();
    golden(xception).tensors().forEach(twice::put);
    twice.put("last_linear.bias", Tensor.of(new float[2], 2));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> xception.load(twice.build()));
    assertTrue(e.getMessage().contains("1 unexpected: a second fc.bias"), e.getMessage());
  }
}
