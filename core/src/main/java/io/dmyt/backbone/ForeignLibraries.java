package io.dmyt.backbone;

import static java.util.Map.entry;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Libraries whose state dicts are read, and how they name what timm has too. */
final class ForeignLibraries {
  private static final String TORCHVISION = "torchvision";
  private static final String TRANSFORMERS = "Hugging Face's transformers";

  /** torchvision numbers the layers of squeeze and excitation from 1. */
  private static int[] inOrder(String module) {
    return Arrays.stream(module.split("\\."))
        .mapToInt(part -> part.matches("\\d{1,6}") ? Integer.parseInt(part) : fc(part))
        .toArray();
  }

  private static int fc(String part) {
    return part.equals("fc2") ? 1 : 0;
  }

  private static final Pattern BLOCK = Pattern.compile("_blocks\\.(\\d{1,6})\\.(\\w+)");
  private static final List<String> ENDS = List.of("_conv_stem", "_bn0", "", "_conv_head", "_bn1");
  private static final List<String> WITHIN =
      List.of(
          "_expand_conv",
          "_bn0",
          "_depthwise_conv",
          "_bn1",
          "_se_reduce",
          "_se_expand",
          "_project_conv",
          "_bn2");

  /** EfficientNet-PyTorch numbers blocks alone. */
  private static int[] inEfficientNet(String module) {
    Matcher block = BLOCK.matcher(module);
    return block.matches()
        ? new int[] {2, Integer.parseInt(block.group(1)), WITHIN.indexOf(block.group(2))}
        : new int[] {ENDS.indexOf(module)};
  }

  private static ForeignNames chain(
      String networks, double eps, String anchor, Map<String, String> head) {
    Pattern chain = Pattern.compile("(features|layers)\\..*");
    return names(
        TORCHVISION,
        anchor,
        networks,
        eps,
        new NumberedNames(chain, ForeignLibraries::inOrder, head));
  }

  private static ForeignNames names(
      String library,
      String anchor,
      String networks,
      double eps,
      ForeignNames.Translation translation) {
    return new ForeignNames(library, anchor, Pattern.compile(networks), eps, translation);
  }

  /** All. */
  static final List<ForeignNames> ALL =
      List.of(
          chain(
              "mobilenetv2_\\w+",
              1e-5,
              "features.0.0.weight",
              Map.of("classifier.1", NumberedNames.CLASSIFIER)),
          chain(
              "mobilenetv3_(large|small)_\\d+",
              1e-3,
              "features.0.0.weight",
              Map.ofEntries(
                  entry("classifier.0", "conv_head"),
                  entry("classifier.3", NumberedNames.CLASSIFIER))),
          chain(
              "efficientnet_b[0-4]",
              1e-5,
              "features.0.0.weight",
              Map.of("classifier.1", NumberedNames.CLASSIFIER)),
          chain(
              "mnasnet_\\d+",
              1e-5,
              "layers.0.weight",
              Map.of("classifier.1", NumberedNames.CLASSIFIER)),
          names(
              "EfficientNet-PyTorch",
              "_conv_stem.weight",
              "tf_efficientnet_b\\d(_ap|_ns)?",
              1e-3,
              new NumberedNames(
                  Pattern.compile("_conv_stem|_bn[01]|_conv_head|_blocks\\..*"),
                  ForeignLibraries::inEfficientNet,
                  Map.of("_fc", NumberedNames.CLASSIFIER))),
          names(
              TORCHVISION,
              "trunk_output.block1.block1-0.f.a.0.weight",
              "regnet[xy]_\\d+",
              1e-5,
              new PatternNames(
                  "stem.0", "stem.conv",
                  "stem.1", "stem.bn",
                  "trunk_output.block#.block\\d+-#.proj.0", "s$1.b$2+1.downsample.conv",
                  "trunk_output.block#.block\\d+-#.proj.1", "s$1.b$2+1.downsample.bn",
                  "trunk_output.block#.block\\d+-#.f.a.0", "s$1.b$2+1.conv1.conv",
                  "trunk_output.block#.block\\d+-#.f.a.1", "s$1.b$2+1.conv1.bn",
                  "trunk_output.block#.block\\d+-#.f.b.0", "s$1.b$2+1.conv2.conv",
                  "trunk_output.block#.block\\d+-#.f.b.1", "s$1.b$2+1.conv2.bn",
                  "trunk_output.block#.block\\d+-#.f.c.0", "s$1.b$2+1.conv3.conv",
                  "trunk_output.block#.block\\d+-#.f.c.1", "s$1.b$2+1.conv3.bn",
                  "trunk_output.block#.block\\d+-#.f.se.fc#", "s$1.b$2+1.se.fc$3",
                  "fc", "@")),
          names(
              TORCHVISION,
              "features.1.0.layer_scale",
              "convnext_\\w+",
              0,
              new PatternNames(
                  "features.0.#", "stem.$1",
                  "features.#.#.layer_scale", "stages.$1/2.blocks.$2.gamma",
                  "features.#.#.block.0", "stages.$1/2.blocks.$2.conv_dw",
                  "features.#.#.block.2", "stages.$1/2.blocks.$2.norm",
                  "features.#.#.block.3", "stages.$1/2.blocks.$2.mlp.fc1",
                  "features.#.#.block.5", "stages.$1/2.blocks.$2.mlp.fc2",
                  "features.#.#", "stages.$1/2.downsample.$2",
                  "classifier.0", "head.norm",
                  "classifier.2", "@")),
          names(
              "Meta's ConvNeXt",
              "downsample_layers.0.0.weight",
              "convnext_\\w+",
              0,
              new PatternNames(
                  "downsample_layers.0.#", "stem.$1",
                  "downsample_layers.#.#", "stages.$1.downsample.$2",
                  "stages.#.#.gamma", "stages.$1.blocks.$2.gamma",
                  "stages.#.#.dwconv", "stages.$1.blocks.$2.conv_dw",
                  "stages.#.#.norm", "stages.$1.blocks.$2.norm",
                  "stages.#.#.pwconv#", "stages.$1.blocks.$2.mlp.fc$3",
                  "norm", "head.norm",
                  "head", "@")),
          names(
              TORCHVISION,
              "features.1.0.attn.qkv.weight",
              "swin_\\w+",
              0,
              new PatternNames(
                  "features.0.0",
                  "patch_embed.proj",
                  "features.0.2",
                  "patch_embed.norm",
                  "features.#.reduction",
                  "layers.$1/2-1.downsample.reduction",
                  "features.#.norm",
                  "layers.$1/2-1.downsample.norm",
                  "features.#.#.attn.relative_position_(bias_table|index)",
                  "layers.$1/2.blocks.$2.attn.relative_position_$3",
                  "features.#.#.attn.(qkv|proj)",
                  "layers.$1/2.blocks.$2.attn.$3",
                  "features.#.#.norm#",
                  "layers.$1/2.blocks.$2.norm$3",
                  "features.#.#.mlp.0",
                  "layers.$1/2.blocks.$2.mlp.fc1",
                  "features.#.#.mlp.3",
                  "layers.$1/2.blocks.$2.mlp.fc2",
                  "head",
                  "@")),
          names(
              TORCHVISION,
              "conv_proj.weight",
              "vit_\\w+_patch\\d+_\\d+\\w*",
              0,
              new PatternNames(
                  "class_token",
                  "cls_token",
                  "conv_proj",
                  "patch_embed.proj",
                  "encoder.pos_embedding",
                  "pos_embed",
                  "encoder.layers.encoder_layer_#.ln_#",
                  "blocks.$1.norm$2",
                  "encoder.layers.encoder_layer_#.self_attention.in_proj_(weight|bias)",
                  "blocks.$1.attn.qkv.$2",
                  "encoder.layers.encoder_layer_#.self_attention.out_proj",
                  "blocks.$1.attn.proj",
                  "encoder.layers.encoder_layer_#.mlp.(0|linear_1)",
                  "blocks.$1.mlp.fc1",
                  "encoder.layers.encoder_layer_#.mlp.(3|linear_2)",
                  "blocks.$1.mlp.fc2",
                  "encoder.ln",
                  "norm",
                  "heads.head",
                  "@")),
          names(
              TRANSFORMERS,
              "embeddings.patch_embeddings.projection.weight",
              "(vit|deit)_\\w+_patch\\d+_\\w+",
              0,
              new PatternNames(
                  "embeddings.cls_token", "cls_token",
                  "embeddings.distillation_token", "dist_token",
                  "embeddings.position_embeddings", "pos_embed",
                  "embeddings.patch_embeddings.projection", "patch_embed.proj",
                  "encoder.layer.#.layernorm_before", "blocks.$1.norm1",
                  "encoder.layer.#.layernorm_after", "blocks.$1.norm2",
                  "encoder.layer.#.norm#", "blocks.$1.norm$2",
                  "encoder.layer.#.attention.attention.query", "blocks.$1.attn.qkv|0/3",
                  "encoder.layer.#.attention.attention.key", "blocks.$1.attn.qkv|1/3",
                  "encoder.layer.#.attention.attention.value", "blocks.$1.attn.qkv|2/3",
                  "encoder.layer.#.attention.output.dense", "blocks.$1.attn.proj",
                  "encoder.layer.#.layer_scale#.lambda1", "blocks.$1.ls$2.gamma",
                  "encoder.layer.#.intermediate.dense", "blocks.$1.mlp.fc1",
                  "encoder.layer.#.output.dense", "blocks.$1.mlp.fc2",
                  "encoder.layer.#.mlp.fc#", "blocks.$1.mlp.fc$2",
                  "layernorm", "norm")),
          names(
              TRANSFORMERS,
              "embeddings.class_embedding",
              "vit_\\w+_clip_\\w+",
              0,
              new PatternNames(
                  "embeddings.class_embedding", "cls_token",
                  "embeddings.position_embedding.weight", "pos_embed",
                  "embeddings.patch_embedding", "patch_embed.proj",
                  "pre_layrnorm", "norm_pre",
                  "encoder.layers.#.layer_norm#", "blocks.$1.norm$2",
                  "encoder.layers.#.self_attn.q_proj", "blocks.$1.attn.qkv|0/3",
                  "encoder.layers.#.self_attn.k_proj", "blocks.$1.attn.qkv|1/3",
                  "encoder.layers.#.self_attn.v_proj", "blocks.$1.attn.qkv|2/3",
                  "encoder.layers.#.self_attn.out_proj", "blocks.$1.attn.proj",
                  "encoder.layers.#.mlp.fc#", "blocks.$1.mlp.fc$2",
                  "post_layernorm", "norm")),
          names(
              "CLIP",
              "transformer.resblocks.0.attn.in_proj_weight",
              "vit_\\w+_clip_\\w+",
              0,
              new PatternNames(
                  "class_embedding", "cls_token",
                  "positional_embedding", "pos_embed",
                  "conv1", "patch_embed.proj",
                  "ln_pre", "norm_pre",
                  "transformer.resblocks.#.ln_#", "blocks.$1.norm$2",
                  "transformer.resblocks.#.attn.in_proj_(weight|bias)", "blocks.$1.attn.qkv.$2",
                  "transformer.resblocks.#.attn.out_proj", "blocks.$1.attn.proj",
                  "transformer.resblocks.#.mlp.c_fc", "blocks.$1.mlp.fc1",
                  "transformer.resblocks.#.mlp.c_proj", "blocks.$1.mlp.fc2",
                  "ln_post", "norm")),
          names(
              TRANSFORMERS,
              "embedder.embedder.convolution.weight",
              "resnet\\d+",
              1e-5,
              new PatternNames(
                  "embedder.embedder.convolution",
                  "conv1",
                  "embedder.embedder.normalization",
                  "bn1",
                  "encoder.stages.#.layers.#.layer.#.convolution",
                  "layer$1+1.$2.conv$3+1",
                  "encoder.stages.#.layers.#.layer.#.normalization",
                  "layer$1+1.$2.bn$3+1",
                  "encoder.stages.#.layers.#.shortcut.convolution",
                  "layer$1+1.$2.downsample.0",
                  "encoder.stages.#.layers.#.shortcut.normalization",
                  "layer$1+1.$2.downsample.1")));

  private ForeignLibraries() {}
}
