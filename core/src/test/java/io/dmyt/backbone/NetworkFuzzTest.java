package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.CheckpointFuzzTest;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.pytorch.TorchFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damages networks under the names of other libraries and in parts that weights are computed from,
 * at random, from a seed: each file is then read whole or refused in one line.
 */
class NetworkFuzzTest {
  private static final Model MODEL =
      new Model(
          new BackboneSpec("vit_small_patch4_12", "small", 12, 24, "head", 1e-5),
          new VisionTransformer(4, 24, 2, 3, 48, Traits.of("v0.4.9"))::features);

  /** A network that is known, whose tensors are only claimed, so that a file is small. */
  private static final String KNOWN = "resnet18";

  private static final long[] TELLING = {
    0, 1, 2, 3, 23, 25, 48, 72, 1 << 16, 1L << 31, 1L << 32, 1L << 40, 1L << 61, Long.MAX_VALUE
  };

  private static final List<String> ENDS =
      List.of(
          "_g",
          "_v",
          "_u",
          "_orig",
          "_mask",
          ".original",
          ".original0",
          ".0._u",
          ".0._v",
          "",
          ".weight",
          "weight",
          ".999999.weight");

  @TempDir Path temp;

  @Test
  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void damagedNetworksAreReadOrRefused() throws IOException {
    assertTrue(fuzz(1, 3_000, temp) > 0, "no damaged file was still a network");
  }

  @Test
  @Tag("slow")
  @Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyDamagedNetworksAreReadOrRefused() throws IOException {
    assertTrue(fuzz(2, 30_000, temp) > 0, "no damaged file was still a network");
  }

  /** Tries so many damaged files; returns how many were networks nevertheless. */
  private static int fuzz(long seed, int files, Path folder) throws IOException {
    List<Map<String, Object>> good = goodNetworks();
    Map<String, Object> claims = claims();
    int found = 0;
    for (int i = 0; i < files; i++) {
      Random random = new Random(seed * 1_000_003 + i);
      boolean claimed = i % 4 == 0;
      Map<String, byte[]> entries =
          TorchFiles.entries(
              changed(claimed ? claims : good.get(random.nextInt(good.size())), random));
      if (random.nextBoolean()) {
        entries.computeIfPresent(
            TorchFiles.PICKLE, (name, pickle) -> CheckpointFuzzTest.damaged(pickle, random));
      }
      Path file = Files.write(folder.resolve("fuzz"), TorchFiles.zip(entries));
      try (Checkpoint checkpoint = Checkpoints.openAll(file)) {
        found += claimed ? search(checkpoint, i % 64 == 0) : read(checkpoint);
      } catch (CheckpointException | IllegalArgumentException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", file " + i, e);
      }
    }
    return found;
  }

  /**
   * Looks for the network among types.
   *
   * @param asksWhy whether to ask what is wrong, for which all networks are compared
   */
  private static int search(Checkpoint checkpoint, boolean asksWhy) {
    Optional<FoundNetwork> found = NetworkSearch.find(checkpoint, KNOWN);
    if (found.isPresent()) {
      found.get().hasHead(2);
      found.get().weights();
      return 1;
    }
    if (asksWhy) {
      assertEquals(1, NetworkSearch.faults(checkpoint, KNOWN).lines().count());
    }
    return 0;
  }

  /** Computes and reads every value. */
  private static int read(Checkpoint checkpoint) {
    int found = 0;
    for (TensorSet set : checkpoint.sets()) {
      Optional<FoundNetwork> network = NetworkSearch.find(set.read(), MODEL);
      if (network.isPresent()) {
        network.get().weights().tensors().values().forEach(Tensor::doubles);
        found = 1;
      }
    }
    return found;
  }

  /** Some tensors gone, of other sizes, or under other names. */
  private static Map<String, Object> changed(Map<String, Object> good, Random random) {
    Map<String, Object> changed = new LinkedHashMap<>(good);
    List<String> names = new ArrayList<>(good.keySet());
    for (int n = random.nextInt(4); n > 0; n--) {
      String name = names.get(random.nextInt(names.size()));
      Object value = changed.remove(name);
      int dot = random.nextInt(name.length());
      switch (random.nextInt(6)) {
        case 0 -> changed.put(name, small(random));
        case 1 -> changed.put(name, huge(random));
        case 2 -> changed.put(name + ENDS.get(random.nextInt(ENDS.size())), small(random));
        case 3 ->
            changed.put(
                name.substring(0, dot) + ENDS.get(random.nextInt(ENDS.size())),
                value == null ? huge(random) : value);
        case 4 -> changed.put(name, Tensor.of(new long[] {random.nextLong()}, 1));
        default -> {
          // Stays away.
        }
      }
    }
    return changed;
  }

  private static Tensor small(Random random) {
    long[] shape = new long[random.nextInt(4)];
    int length = 1;
    for (int d = 0; d < shape.length; d++) {
      shape[d] = TELLING[random.nextInt(d == 0 ? 7 : 4)];
      length *= (int) shape[d];
    }
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextInt(20) == 0 ? Float.NaN : random.nextFloat();
    }
    return Tensor.of(values, shape);
  }

  private static Object huge(Random random) {
    long[] shape = new long[1 + random.nextInt(4)];
    long[] strides = new long[shape.length];
    for (int d = 0; d < shape.length; d++) {
      shape[d] = TELLING[random.nextInt(TELLING.length)];
      strides[d] = TELLING[random.nextInt(TELLING.length)];
    }
    return TorchFiles.claimed(shape, strides, TELLING[random.nextInt(TELLING.length)]);
  }

  private static Map<String, Object> claims() {
    Map<String, Object> claims = new LinkedHashMap<>();
    for (NamedParameter parameter : Bodies.of(Backbones.model(KNOWN))) {
      long[] shape = parameter.shape();
      claims.put(parameter.name(), TorchFiles.claimed(shape, new long[shape.length], 1L << 30));
    }
    claims.put("fc.weight_g", TorchFiles.claimed(new long[] {2, 1}, new long[2], 1L << 30));
    claims.put("fc.weight_v", TorchFiles.claimed(new long[] {2, 512}, new long[2], 1L << 30));
    return claims;
  }

  private static List<Map<String, Object>> goodNetworks() {
    BackboneOptions options = BackboneOptions.defaults().withImageSize(12);
    Architecture architecture = Architecture.of(MODEL, options);
    StateDict timms = new Backbone(architecture, architecture.create(options)).stateDict();
    Map<String, Object> torchvision = new LinkedHashMap<>();
    Map<String, Object> transformers = new LinkedHashMap<>();
    Map<String, Object> computed = new LinkedHashMap<>();
    Random random = new Random(3);
    timms
        .tensors()
        .forEach(
            (name, tensor) -> {
              torchvision.put(torchvision(name), tensor);
              putTransformers(transformers, name, tensor);
              putParts(computed, name, tensor, random);
            });
    return List.of(torchvision, transformers, computed);
  }

  private static String torchvision(String name) {
    return name.replace("cls_token", "class_token")
        .replace("pos_embed", "encoder.pos_embedding")
        .replace("patch_embed.proj", "conv_proj")
        .replaceFirst("^norm\\.", "encoder.ln.")
        .replace("blocks.", "encoder.layers.encoder_layer_")
        .replace(".norm", ".ln_")
        .replace("attn.qkv.", "self_attention.in_proj_")
        .replace("attn.proj", "self_attention.out_proj")
        .replace("mlp.fc", "mlp.linear_");
  }

  private static void putTransformers(Map<String, Object> dict, String name, Tensor tensor) {
    String theirs =
        name.replace("cls_token", "embeddings.cls_token")
            .replace("pos_embed", "embeddings.position_embeddings")
            .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
            .replaceFirst("^norm\\.", "layernorm.")
            .replace("blocks.", "encoder.layer.")
            .replace("norm1", "layernorm_before")
            .replace("norm2", "layernorm_after")
            .replace("attn.proj", "attention.output.dense")
            .replace("mlp.fc1", "intermediate.dense")
            .replace("mlp.fc2", "output.dense");
    if (!name.contains("attn.qkv.")) {
      dict.put(theirs, tensor);
      return;
    }
    long third = tensor.shape()[0] / 3;
    for (int i = 0; i < 3; i++) {
      String part = List.of("query", "key", "value").get(i);
      dict.put(
          theirs.replace("attn.qkv", "attention.attention." + part),
          tensor.rows(i * third, (i + 1) * third));
    }
  }

  /** Each weight in one of the ways that PyTorch computes it from parts. */
  private static void putParts(
      Map<String, Object> dict, String name, Tensor tensor, Random random) {
    if (!name.endsWith(".weight")) {
      dict.put(name, tensor);
      return;
    }
    String module = name.substring(0, name.length() - "weight".length());
    long rows = tensor.shape()[0];
    long[] ones = new long[tensor.shape().length];
    Arrays.fill(ones, 1);
    ones[0] = rows;
    Tensor u = values(random, rows);
    switch (random.nextInt(5)) {
      case 0 -> {
        dict.put(name + "_g", values(random, ones));
        dict.put(name + "_v", tensor);
      }
      case 1 -> {
        dict.put(module + "parametrizations.weight.original0", values(random, ones));
        dict.put(module + "parametrizations.weight.original1", tensor);
      }
      case 2 -> {
        dict.put(name + "_orig", tensor);
        dict.put(name + "_u", u);
        dict.put(name + "_v", values(random, tensor.length() / rows));
      }
      case 3 -> {
        dict.put(module + "parametrizations.weight.original", tensor);
        dict.put(module + "parametrizations.weight.0._u", u);
        dict.put(module + "parametrizations.weight.0._v", values(random, tensor.length() / rows));
      }
      default -> {
        dict.put(name + "_orig", tensor);
        dict.put(name + "_mask", values(random, tensor.shape()));
      }
    }
  }

  private static Tensor values(Random random, long... shape) {
    float[] values = new float[Math.toIntExact(Tensor.elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensor.of(values, shape);
  }

  /** The long run: seconds, then a seed. */
  public static void main(String[] args) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[0]));
    Path folder = Files.createTempDirectory("fuzz");
    long seed = Long.parseLong(args[1]);
    int batch = 5_000;
    long tried = 0;
    long found = 0;
    for (; System.nanoTime() < end; seed++, tried += batch) {
      found += fuzz(seed, batch, folder);
    }
    System.out.println(tried + " damaged files, " + found + " networks, next seed " + seed);
  }
}
