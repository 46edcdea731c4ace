package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.engine.Engines;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Published detectors under the names in their files, over synthetic weights: their logits are
 * those of their authors' code. The large transformers' stand-ins have the same parts, but fewer.
 */
class PublishedNamesTest {
  /** timm resamples positions in single precision. */
  private static final double DOUBLE = 1e-7;

  private static final double FLOAT = 2e-4;

  private static JsonNode reference(String name) {
    try {
      String file = "/detectors/" + name + ".json";
      return Golden.read(Path.of(PublishedNamesTest.class.getResource(file).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The state dict as it is published. */
  static StateDict published(JsonNode reference) {
    StateDict.Builder dict = StateDict.builder();
    for (JsonNode entry : reference.get("state_dict")) {
      String name = entry.get(0).asText();
      long[] shape =
          StreamSupport.stream(entry.get(1).spliterator(), false)
              .mapToLong(JsonNode::asLong)
              .toArray();
      boolean count = name.endsWith("num_batches_tracked");
      dict.put(
          name,
          count ? Tensor.of(new long[1], shape) : Tensor.of(Golden.weights(name, shape), shape));
    }
    return dict.build();
  }

  private static Backbone backbone(Model model, StateDict weights, DataType type) {
    BackboneOptions options = BackboneOptions.defaults().withClasses(2).withDataType(type);
    Architecture architecture = Architecture.of(model, options);
    architecture.sizes(model.spec().imageSize());
    Backbone backbone = new Backbone(architecture, architecture.create(options));
    StateDictLoader loader = new StateDictLoader(model, weights);
    assertTrue(loader.compare(architecture.bindings()), loader::faults);
    loader.copyTo(backbone.graph());
    return backbone;
  }

  private static void assertLogits(
      JsonNode reference, String head, Model model, PublishedNames names, DataType type) {
    Backbone backbone = backbone(model, names.toTimm(published(reference)), type);
    int size = reference.get("hw").asInt();
    INDArray images =
        Nd4j.create(Golden.images("input", 2, size), new long[] {2, 3, size, size}, 'c')
            .castTo(type);
    Backbone fast =
        type == DataType.DOUBLE
            ? backbone
            : backbone.on(Engines.best().accelerate(backbone.graph()));
    INDArray logits = fast.logits(fast.embed(images));
    Engines.release(fast.graph());
    double tolerance = type == DataType.DOUBLE ? DOUBLE : FLOAT;
    double[] found = logits.castTo(DataType.DOUBLE).dup('c').reshape(-1).toDoubleVector();
    Golden.assertClose(Golden.doubles(reference.get("logits").get(head)), found, tolerance, head);
  }

  private static Model gend(
      String head, int patch, int features, int depth, int heads, String traits) {
    List<Model> both = DetectorNetworks.gend("small", patch, features, depth, heads, traits);
    return both.get(head.equals("LinearNorm") ? 0 : 1);
  }

  @ParameterizedTest
  @CsvSource({"linear", "LinearNorm"})
  void gendsPerceptionEncoder(String head) {
    Model small = gend(head, 14, 128, 2, 2, DetectorNetworks.PERCEPTION_ENCODER);
    assertLogits(
        reference("gend-pe-small"), head, small, PublishedNames.GEND_TIMM, DataType.DOUBLE);
  }

  @ParameterizedTest
  @CsvSource({"linear", "LinearNorm"})
  void gendsDinoV3(String head) {
    Model small = gend(head, 16, 128, 2, 2, DetectorNetworks.DINOV3);
    assertLogits(
        reference("gend-dinov3-small"), head, small, PublishedNames.GEND_DINOV3, DataType.DOUBLE);
  }

  @Test
  void gendsClip() {
    JsonNode golden = Golden.read(Golden.path("detectors/gend-clip-b16.json"));
    Model base = gend("LinearNorm", 16, 768, 12, 12, DetectorNetworks.CLIP);
    assertLogits(golden, "LinearNorm", base, PublishedNames.GEND_CLIP, DataType.FLOAT);
  }

  /** Takes 6 GB and half a minute. */
  @ParameterizedTest
  @CsvSource({"linear,gend_clip_l14_linear", "LinearNorm,gend_clip_l14"})
  void gendsLargeClip(String head, String network) {
    assumeTrue(Boolean.getBoolean("dmyt.golden.whole"), "only with -Ddmyt.golden.whole=true");
    JsonNode golden = Golden.read(Golden.path("detectors/gend-clip-l14.json"));
    assertLogits(golden, head, Backbones.model(network), PublishedNames.GEND_CLIP, DataType.FLOAT);
  }

  @Test
  void deepfakeBenchsXception() {
    assertLogits(
        reference("dfbench-xception"),
        "linear",
        Backbones.model("xception"),
        PublishedNames.BENCH_XCEPTION,
        DataType.FLOAT);
  }

  @Test
  void deepfakeBenchsEfficientNet() {
    assertLogits(
        reference("dfbench-efficientnet-b4"),
        "linear",
        Backbones.model("dfbench_efficientnet_b4"),
        PublishedNames.BENCH_EFFICIENTNET,
        DataType.FLOAT);
  }

  /** Every tensor of the file is the network's, or said to be left out. */
  @ParameterizedTest
  @CsvSource({
    "gend_pe_l,GEND_TIMM,feature_extractor.backbone.",
    "gend_dinov3_l,GEND_DINOV3,feature_extractor.backbone."
  })
  void theLargeOnesHaveTheSmallOnesParts(String network, PublishedNames names, String prefix) {
    String small = network.replace("_l", "-small").replace('_', '-');
    List<String> parts =
        StreamSupport.stream(reference(small).get("state_dict").spliterator(), false)
            .map(e -> e.get(0).asText())
            .toList();
    BackboneOptions options = BackboneOptions.defaults().withClasses(2);
    List<String> own =
        Architecture.of(Backbones.model(network), options).bindings().stream()
            .map(b -> b.parameter().name())
            .filter(n -> !n.matches("blocks\\.([2-9]|1\\d|2\\d)\\..*"))
            .toList();
    StateDict.Builder dict = StateDict.builder();
    parts.forEach(name -> dict.put(name, Tensor.of(new float[1], 1)));
    List<String> found = List.copyOf(names.toTimm(dict.build()).names());
    assertEquals(own.stream().sorted().toList(), found.stream().sorted().toList());
    assertTrue(parts.stream().anyMatch(name -> name.startsWith(prefix)));
  }

  @Test
  void whatTheNetworkHasNoUseForIsNamed() {
    StateDict dict =
        StateDict.builder()
            .put("feature_extractor.visual_projection.weight", Tensor.of(new float[4], 2, 2))
            .put("model.linear.bias", Tensor.of(new float[2], 2))
            .put("other", Tensor.of(new float[1], 1))
            .build();
    StateDict timms = PublishedNames.GEND_CLIP.toTimm(dict);
    assertEquals(List.of("head.bias", "other"), List.copyOf(timms.names()));
    assertEquals(List.of("feature_extractor.visual_projection.weight"), timms.origin().leftOut());
  }

  /** Two of three, or of different shapes: the network then lacks its whole. */
  @Test
  void queriesWithoutKeysAreNotJoined() {
    String layer = "feature_extractor.vision_model.encoder.layers.0.self_attn.";
    Map<String, Tensor> parts = new LinkedHashMap<>();
    parts.put("q", Tensor.of(new float[4], 2, 2));
    parts.put("k", Tensor.of(new float[4], 2, 2));
    for (Tensor v : Arrays.asList(null, Tensor.of(new float[6], 3, 2))) {
      StateDict.Builder dict = StateDict.builder();
      parts.forEach((part, tensor) -> dict.put(layer + part + "_proj.weight", tensor));
      if (v != null) {
        dict.put(layer + "v_proj.weight", v);
      }
      assertTrue(PublishedNames.GEND_CLIP.toTimm(dict.build()).names().isEmpty());
    }
  }
}
