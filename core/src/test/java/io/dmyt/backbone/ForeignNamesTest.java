package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Networks under the names of other libraries. */
class ForeignNamesTest {
  private static JsonNode reference(String name) {
    try {
      String file = "/foreign/" + name + ".json";
      return Golden.read(Path.of(ForeignNamesTest.class.getResource(file).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In any order: safetensors don't keep the modules'. */
  private static StateDict shuffled(JsonNode reference, String prefix) {
    List<JsonNode> entries = new ArrayList<>();
    reference.get("state_dict").forEach(entries::add);
    Collections.shuffle(entries, new Random(1));
    StateDict.Builder dict = StateDict.builder();
    for (JsonNode entry : entries) {
      String name = entry.get(0).asText();
      long[] shape = new long[entry.get(1).size()];
      for (int d = 0; d < shape.length; d++) {
        shape[d] = entry.get(1).get(d).asLong();
      }
      dict.put(prefix + name, Tensor.of(Golden.weights(name, shape), shape));
    }
    return dict.build();
  }

  private static void assertComputes(JsonNode reference, Model model, StateDict found) {
    BackboneOptions options =
        BackboneOptions.defaults().withClasses(3).withImageSize(reference.get("hw").asInt());
    Architecture architecture = Architecture.of(model, options);
    Backbone backbone = new Backbone(architecture, architecture.create(options));
    StateDictLoader loader = new StateDictLoader(model, found);
    assertTrue(loader.compare(architecture.bindings()), loader::faults);
    loader.copyTo(backbone.graph());
    int size = reference.get("hw").asInt();
    INDArray images =
        Nd4j.create(Golden.images("input", 1, size), new long[] {1, 3, size, size}, 'c');
    INDArray logits = backbone.logits(backbone.embed(images));
    Golden.assertClose(
        Golden.doubles(reference.get("logits")),
        logits.dup('c').reshape(-1).toDoubleVector(),
        1e-4,
        "logits");
  }

  @ParameterizedTest
  @CsvSource({
    "mobilenet_v2, mobilenetv2_100",
    "mobilenet_v3_small, mobilenetv3_small_100",
    "efficientnet_b0, efficientnet_b0",
    "mnasnet1_0, mnasnet_100",
    "regnet_y_400mf, regnety_004",
    "efficientnet_pytorch_b0, tf_efficientnet_b0"
  })
  void computeWhatTheLibraryDoes(String file, String network) {
    JsonNode reference = reference(file);
    StateDict dict = shuffled(reference, "net.module.");
    Model model = Backbones.model(network);
    FoundNetwork found = NetworkSearch.find(dict, model).orElseThrow();
    assertEquals(List.of(network), found.distinctNetworks());
    assertEquals("net.module.", found.weights().origin().prefix().orElse(""));
    assertEquals(List.of(), found.weights().origin().leftOut());
    assertComputes(reference, model, found.weights());
  }

  /** As small as in the reference, under names that the networks' kinds have. */
  @ParameterizedTest
  @CsvSource({"vit, vit_small_patch4_12", "swin, swin_small_patch2_window4_16"})
  void transformersOfTorchvision(String file, String network) {
    JsonNode reference = reference(file);
    Model model =
        file.equals("swin")
            ? small(
                network,
                16,
                new SwinTransformer(2, 12, List.of(2, 2), List.of(2, 3), List.of(4, 4), 2, false)
                    ::features)
            : small(
                network, 12, new VisionTransformer(4, 24, 2, 3, 48, Traits.of("v0.4.9"))::features);
    FoundNetwork found = NetworkSearch.find(shuffled(reference, ""), model).orElseThrow();
    assertComputes(reference, model, found.weights());
  }

  private static Model small(String name, int size, Consumer<NetworkBuilder> features) {
    return new Model(new BackboneSpec(name, "small", size, 24, "head", 1e-5), features);
  }

  /** The same network with names of Hugging Face's transformers is the same network again. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "vit_deit_tiny_patch16_224"})
  void transformersNamesAreTakenBack(String network) {
    StateDict timms = Backbones.create(network, BackboneOptions.defaults().withSeed(3)).stateDict();
    StateDict.Builder dict = StateDict.builder();
    timms
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (network.startsWith("resnet")) {
                dict.put("model.resnet." + resnets(name), tensor);
              } else {
                putVits(dict, "vit.", name, tensor);
              }
            });
    dict.put("classifier.weight", Tensor.of(new float[2 * 512], 2, 512));
    FoundNetwork found = NetworkSearch.find(dict.build(), Backbones.model(network)).orElseThrow();
    StateDict weights = found.weights();
    assertEquals(timms.names(), weights.names());
    for (String name : timms.names()) {
      assertArrayEquals(timms.get(name).bytes(), weights.get(name).bytes(), name);
    }
    assertTrue(
        weights.origin().toString().contains("names of Hugging Face's transformers"),
        weights.origin()::toString);
  }

  private static final Pattern RESNETS =
      Pattern.compile("layer(\\d)\\.(\\d+)\\.(conv|bn|downsample\\.)(\\d)\\.(\\w+)");

  private static String resnets(String name) {
    Matcher in = RESNETS.matcher(name);
    if (!in.matches()) {
      return name.replace("conv1.", "embedder.embedder.convolution.")
          .replace("bn1.", "embedder.embedder.normalization.");
    }
    String block =
        "encoder.stages." + (Integer.parseInt(in.group(1)) - 1) + ".layers." + in.group(2) + ".";
    int number = Integer.parseInt(in.group(4));
    boolean shortcut = in.group(3).startsWith("down");
    boolean convolution = shortcut ? number == 0 : in.group(3).equals("conv");
    return block
        + (shortcut ? "shortcut." : "layer." + (number - 1) + ".")
        + (convolution ? "convolution." : "normalization.")
        + in.group(5);
  }

  private static void putVits(StateDict.Builder dict, String prefix, String name, Tensor tensor) {
    if (name.contains(".attn.qkv.")) {
      long third = tensor.shape()[0] / 3;
      String[] parts = {"query", "key", "value"};
      for (int i = 0; i < parts.length; i++) {
        String part =
            name.replace("blocks.", "encoder.layer.")
                .replace("attn.qkv", "attention.attention." + parts[i]);
        dict.put(prefix + part, tensor.rows(i * third, (i + 1) * third));
      }
      return;
    }
    dict.put(
        prefix
            + name.replace("cls_token", "embeddings.cls_token")
                .replace("pos_embed", "embeddings.position_embeddings")
                .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
                .replace("blocks.", "encoder.layer.")
                .replace("norm1", "layernorm_before")
                .replace("norm2", "layernorm_after")
                .replace("attn.proj", "attention.output.dense")
                .replace("mlp.fc1", "intermediate.dense")
                .replace("mlp.fc2", "output.dense")
                .replaceFirst("^norm\\.", "layernorm."),
        tensor);
  }

  /** Each pattern in timm's names and what the library has in its place. */
  private static final List<String> HUGGING_FACES_CLIP =
      List.of(
          "^cls_token", "embeddings.class_embedding",
          "^pos_embed", "embeddings.position_embedding.weight",
          "patch_embed\\.proj", "embeddings.patch_embedding",
          "norm_pre", "pre_layrnorm",
          "blocks", "encoder.layers",
          "\\.norm(\\d)", ".layer_norm$1",
          "attn\\.qkv_", "self_attn.",
          "query|key|value", "$0_proj",
          "query", "q",
          "key", "k",
          "value", "v",
          "attn\\.proj", "self_attn.out_proj",
          "^norm\\.", "post_layernorm.");

  private static final List<String> CLIP =
      List.of(
          "^cls_token", "class_embedding",
          "^pos_embed", "positional_embedding",
          "patch_embed\\.proj", "conv1",
          "norm_pre", "ln_pre",
          "blocks", "transformer.resblocks",
          "\\.norm(\\d)", ".ln_$1",
          "attn\\.qkv\\.", "attn.in_proj_",
          "attn\\.proj", "attn.out_proj",
          "mlp\\.fc1", "mlp.c_fc",
          "mlp\\.fc2", "mlp.c_proj",
          "^norm\\.", "ln_post.");

  private static final List<String> DINOV2 =
      List.of(
          "^cls_token", "embeddings.cls_token",
          "^pos_embed", "embeddings.position_embeddings",
          "patch_embed\\.proj", "embeddings.patch_embeddings.projection",
          "blocks", "encoder.layer",
          "attn\\.qkv_", "attention.attention.",
          "attn\\.proj", "attention.output.dense",
          "ls(\\d)\\.gamma", "layer_scale$1.lambda1",
          "^norm\\.", "layernorm.");

  private static final List<String> METAS_CONVNEXT =
      List.of(
          "^stem\\.", "downsample_layers.0.",
          "^stages\\.(\\d)\\.downsample", "downsample_layers.$1",
          "\\.blocks", "",
          "conv_dw", "dwconv",
          "mlp\\.fc", "pwconv",
          "^head\\.norm", "norm");

  private static Stream<Arguments> renamed() {
    VisionTransformer clip =
        new VisionTransformer(4, 24, 2, 3, 48, Traits.of("pre-norm quick-gelu eps=1e-5"));
    VisionTransformer dino = new VisionTransformer(4, 24, 2, 3, 48, Traits.of("layer-scale=0.1"));
    Model small = small("vit_small_patch4_clip_12", 12, clip::features);
    return Stream.of(
        Arguments.of("vision_model.", small, HUGGING_FACES_CLIP, true),
        Arguments.of("visual.", small, CLIP, false),
        Arguments.of("", small("vit_small_patch4_dinov2", 12, dino::features), DINOV2, true),
        Arguments.of("", Backbones.model("convnext_atto"), METAS_CONVNEXT, false));
  }

  @ParameterizedTest
  @MethodSource("renamed")
  void namesAreTakenBack(String prefix, Model model, List<String> names, boolean splits) {
    BackboneOptions options = BackboneOptions.defaults().withSeed(5);
    Architecture architecture = Architecture.of(model, options);
    StateDict timms = new Backbone(architecture, architecture.create(options)).stateDict();
    StateDict.Builder dict = StateDict.builder();
    timms
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (splits && name.contains("attn.qkv.")) {
                long third = tensor.shape()[0] / 3;
                String[] parts = {"query", "key", "value"};
                for (int i = 0; i < parts.length; i++) {
                  String part = name.replace("attn.qkv.", "attn.qkv_" + parts[i] + ".");
                  dict.put(prefix + renamed(part, names), tensor.rows(i * third, (i + 1) * third));
                }
              } else {
                dict.put(prefix + renamed(name, names), withoutOnes(name, tensor));
              }
            });
    StateDict weights = NetworkSearch.find(dict.build(), model).orElseThrow().weights();
    assertEquals(timms.names(), weights.names());
    for (String name : timms.names()) {
      assertArrayEquals(timms.get(name).shape(), weights.get(name).shape(), name);
      assertArrayEquals(timms.get(name).bytes(), weights.get(name).bytes(), name);
    }
  }

  private static String renamed(String name, List<String> names) {
    String theirs = name;
    for (int i = 0; i < names.size(); i += 2) {
      theirs = theirs.replaceAll(names.get(i), names.get(i + 1));
    }
    return theirs;
  }

  /** CLIP's token and positions have no dimension for the batch. */
  private static Tensor withoutOnes(String name, Tensor tensor) {
    long[] shape = tensor.shape();
    return switch (name) {
      case "cls_token" -> tensor.reshape(shape[2]);
      case "pos_embed" -> tensor.reshape(shape[1], shape[2]);
      default -> tensor;
    };
  }

  @Test
  void weightNormalisationAndPruningAreComputed() {
    StateDict timms = Backbones.create("resnet18").stateDict();
    StateDict.Builder dict = StateDict.builder();
    timms
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.equals("layer2.0.conv1.weight")) {
                dict.put("layer2.0.conv1.weight_orig", tensor);
                float[] mask = new float[(int) tensor.length()];
                mask[5] = 1;
                dict.put("layer2.0.conv1.weight_mask", Tensor.of(mask, tensor.shape()));
              } else {
                dict.put(name, tensor);
              }
            });
    dict.put("fc.weight_v", Tensor.of(direction(), 2, 512));
    dict.put("fc.weight_g", Tensor.of(new float[] {10, 26}, 2, 1));
    dict.put("fc.bias", Tensor.of(new float[] {1, 2}, 2));
    StateDict weights =
        NetworkSearch.find(dict.build(), Backbones.model("resnet18")).orElseThrow().weights();
    float[] fc = weights.get("fc.weight").floats();
    // g · v / ‖v‖ with ‖(3, 4)‖ = 5 and ‖(5, 12)‖ = 13.
    assertArrayEquals(new float[] {6, 8, 0}, new float[] {fc[0], fc[1], fc[2]});
    assertArrayEquals(new float[] {10, 24, 0}, new float[] {fc[512], fc[513], fc[514]});
    float[] pruned = weights.get("layer2.0.conv1.weight").floats();
    float[] whole = timms.get("layer2.0.conv1.weight").floats();
    assertEquals(0, pruned[4]);
    assertEquals(whole[5], pruned[5]);
    assertEquals(DType.F32, weights.get("fc.weight").dtype());
  }

  private static float[] direction() {
    float[] v = new float[2 * 512];
    v[0] = 3;
    v[1] = 4;
    v[512] = 5;
    v[513] = 12;
    return v;
  }
}
