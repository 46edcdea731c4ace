package io.dmyt.backbone;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Text;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What published detectors call a network's tensors, where that is not what timm calls them. */
public enum PublishedNames {
  /** timm's, in GenD's file of a Perception Encoder. */
  GEND_TIMM("feature_extractor.backbone.", "model.linear.", "head.") {
    @Override
    @Nullable String body(String name) {
      return name.startsWith("head.") ? null : name;
    }
  },

  /** CLIP's image side in transformers, in GenD's file. */
  GEND_CLIP("feature_extractor.", "model.linear.", "head.") {
    @Override
    @Nullable String body(String name) {
      if (name.equals("visual_projection.weight") || name.endsWith(".position_ids")) {
        return null;
      }
      return replaced(
          name,
          "vision_model.embeddings.class_embedding",
          "cls_token",
          "vision_model.embeddings.patch_embedding.",
          "patch_embed.proj.",
          "vision_model.embeddings.position_embedding.weight",
          "pos_embed",
          "vision_model.pre_layrnorm.",
          "norm_pre.",
          "vision_model.post_layernorm.",
          "norm.",
          "vision_model.encoder.layers.",
          "blocks.",
          ".self_attn.out_proj.",
          ".attn.proj.",
          ".self_attn.",
          ".attn.",
          ".layer_norm1.",
          ".norm1.",
          ".layer_norm2.",
          ".norm2.");
    }
  },

  /** DINOv3 in transformers, in GenD's file. */
  GEND_DINOV3("feature_extractor.backbone.", "model.linear.", "head.") {
    @Override
    @Nullable String body(String name) {
      if (name.equals("embeddings.mask_token")) {
        return null;
      }
      return replaced(
          name,
          "embeddings.cls_token",
          "cls_token",
          "embeddings.register_tokens",
          "reg_token",
          "embeddings.patch_embeddings.",
          "patch_embed.proj.",
          "layer.",
          "blocks.",
          ".attention.o_proj.",
          ".attn.proj.",
          ".attention.q_proj.bias",
          ".attn.q_bias",
          ".attention.v_proj.bias",
          ".attn.v_bias",
          ".attention.",
          ".attn.",
          ".layer_scale1.lambda1",
          ".gamma_1",
          ".layer_scale2.lambda1",
          ".gamma_2",
          ".mlp.up_proj.",
          ".mlp.fc1.",
          ".mlp.down_proj.",
          ".mlp.fc2.");
    }
  },

  /** EfficientNet-PyTorch's B4, in DeepfakeBench's file. */
  BENCH_EFFICIENTNET("backbone.efficientnet.", "backbone.last_layer.", "classifier.") {
    private static final List<Integer> REPEATS = List.of(2, 4, 4, 6, 6, 8, 2);
    private static final Pattern BLOCK = Pattern.compile("_blocks\\.(\\d+)\\.(.*)");

    @Override
    String body(String name) {
      Matcher block = BLOCK.matcher(name);
      if (!block.matches()) {
        return replaced(
            name,
            "_conv_stem.",
            "conv_stem.",
            "_bn0.",
            "bn1.",
            "_conv_head.",
            "conv_head.",
            "_bn1.",
            "bn2.");
      }
      int index = Integer.parseInt(block.group(1));
      int stage = 0;
      while (stage < REPEATS.size() && index >= REPEATS.get(stage)) {
        index -= REPEATS.get(stage++);
      }
      // The first stage has no convolution that widens, so that the others count from one less.
      String part =
          stage == 0
              ? replaced(
                  block.group(2),
                  "_depthwise_conv.",
                  "conv_dw.",
                  "_project_conv.",
                  "conv_pw.",
                  "_bn1.",
                  "bn1.",
                  "_bn2.",
                  "bn2.",
                  "_se_reduce.",
                  "se.conv_reduce.",
                  "_se_expand.",
                  "se.conv_expand.")
              : replaced(
                  block.group(2),
                  "_expand_conv.",
                  "conv_pw.",
                  "_depthwise_conv.",
                  "conv_dw.",
                  "_project_conv.",
                  "conv_pwl.",
                  "_bn0.",
                  "bn1.",
                  "_bn1.",
                  "bn2.",
                  "_bn2.",
                  "bn3.",
                  "_se_reduce.",
                  "se.conv_reduce.",
                  "_se_expand.",
                  "se.conv_expand.");
      return Text.format("blocks.%d.%d.%s", stage, index, part);
    }
  },

  /** Xception after Cadene, in DeepfakeBench's file. */
  BENCH_XCEPTION("backbone.", "backbone.last_linear.", "fc.") {
    @Override
    @Nullable String body(String name) {
      // Layers that another mode of training uses.
      return name.startsWith("adjust_channel.") ? null : name;
    }
  };

  private static final Pattern SHARE =
      Pattern.compile("(.*\\.attn\\.)([qkv])_proj\\.(weight|bias)");

  private final String prefix;
  private final String head;
  private final String timmsHead;

  PublishedNames(String prefix, String head, String timmsHead) {
    this.prefix = prefix;
    this.head = head;
    this.timmsHead = timmsHead;
  }

  /** timm's name of a tensor of the network; null for one that the network does without. */
  abstract @Nullable String body(String name);

  /**
   * The same tensors under timm's names. What has another prefix keeps its name, so that whoever
   * loads the network says that it is too many.
   *
   * @param weights stays in charge of the file
   */
  public StateDict toTimm(StateDict weights) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    Map<String, Map<String, Tensor>> shares = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              String timms = timms(name);
              if (timms == null) {
                leftOut.add(name);
                return;
              }
              Matcher share = SHARE.matcher(timms);
              if (share.matches()) {
                shares
                    .computeIfAbsent(
                        share.group(1) + "qkv." + share.group(3), n -> new LinkedHashMap<>())
                    .put(share.group(2), tensor);
              } else {
                found.put(timms, shaped(timms, tensor));
              }
            });
    shares.forEach(
        (name, parts) -> {
          Tensor joined = joined(parts);
          if (joined != null) {
            found.put(name, joined);
          }
        });
    return weights.with(found, weights.origin().with("", leftOut));
  }

  private @Nullable String timms(String name) {
    if (name.startsWith(head)) {
      return timmsHead + name.substring(head.length());
    }
    return name.startsWith(prefix) ? body(name.substring(prefix.length())) : name;
  }

  /** timm has a batch dimension before tokens and positions. */
  private static Tensor shaped(String name, Tensor tensor) {
    long[] shape = tensor.shape();
    return switch (name) {
      case "cls_token" -> shape.length == 1 ? tensor.reshape(1, 1, shape[0]) : tensor;
      case "pos_embed" -> shape.length == 2 ? tensor.reshape(1, shape[0], shape[1]) : tensor;
      default -> tensor;
    };
  }

  /** Queries, keys and values one below the other; null if they don't go together. */
  private static @Nullable Tensor joined(Map<String, Tensor> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Tensor first = null;
    for (String part : List.of("q", "k", "v")) {
      Tensor tensor = parts.get(part);
      if (tensor == null || (first != null && !tensor.type().equals(first.type()))) {
        return null;
      }
      first = tensor;
      all.writeBytes(tensor.bytes());
    }
    long[] shape = Objects.requireNonNull(first).shape();
    if (shape.length == 0) {
      return null;
    }
    shape[0] *= 3;
    return Tensor.of(first.dtype(), all.toByteArray(), shape);
  }

  /**
   * @param pairs what is replaced, and by what
   */
  private static String replaced(String name, String... pairs) {
    String result = name;
    for (int i = 0; i < pairs.length; i += 2) {
      result = result.replace(pairs[i], pairs[i + 1]);
    }
    return result;
  }
}
