package io.dmyt.backbone;

import io.dmyt.backbone.layer.FactorizedAttention;
import io.dmyt.backbone.layer.FeatureRange;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.LeadingConcatenation;
import io.dmyt.backbone.layer.PixelTokens;
import io.dmyt.backbone.layer.SharedDepthwise;
import io.dmyt.backbone.layer.SharedParameter;
import io.dmyt.backbone.layer.TokenImage;
import io.dmyt.backbone.layer.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * CoaT-Lite: stages of transformers whose positions come of convolutions, which all blocks of a
 * stage share. In the state dict each block has them again.
 *
 * <p>Xu et al., <i>Co-Scale Conv-Attentional Image Transformers</i>, ICCV 2021.
 *
 * @param widths features of each stage
 * @param depths blocks of each stage
 * @param ratios features within the MLPs over those outside, of each stage
 */
record CoatLite(List<Integer> widths, List<Integer> depths, List<Integer> ratios) {
  private static final int PATCH = 4;
  private static final int HEADS = 8;

  /** How many heads' values each kernel sees. */
  private record Window(int kernel, int heads) {}

  private static final List<Window> WINDOWS =
      List.of(new Window(3, 2), new Window(5, 3), new Window(7, 3));

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    List<Integer> wide = List.of(64, 128, 320, 512);
    List<Integer> early = List.of(8, 8, 4, 4);
    CoatLite medium =
        new CoatLite(List.of(128, 256, 320, 512), List.of(3, 6, 10, 8), List.of(4, 4, 4, 4));
    List<Integer> shallow = List.of(2, 2, 2, 2);
    return List.of(
        model("coat_lite_tiny", new CoatLite(List.of(64, 128, 256, 320), shallow, early)),
        model("coat_lite_mini", new CoatLite(wide, shallow, early)),
        model("coat_lite_small", new CoatLite(wide, List.of(3, 4, 6, 3), early)),
        model("coat_lite_medium", medium),
        model("coat_lite_medium_384", medium));
  }

  private static Model model(String name, CoatLite coat) {
    return Model.current(name, "coat", coat.widths.get(3), coat::features);
  }

  /** Writes the network up to its embedding, for images of the builder's size. */
  void features(NetworkBuilder net) {
    TransformerLayers patches = new TransformerLayers(net, Traits.of("eps=1e-5"));
    TransformerLayers layers = new TransformerLayers(net, Traits.of(""));
    int side = Patches.inRow(net, 8 * PATCH) * 8;
    // Tokens, patches and shared convolutions of all stages come before any block.
    int tokens = net.position();
    int embeddings = tokens;
    int positions = tokens;
    int windows = tokens;
    for (int stage = 0; stage < widths.size(); stage++) {
      String number = String.valueOf(stage + 1);
      int width = widths.get(stage);
      int patch = stage == 0 ? PATCH : 2;
      String map = net.last();
      String embed = "patch_embed" + number;
      int before = net.position();
      net.inStateDictAt(
          embeddings,
          () -> {
            net.biasedConv(embed + ".proj", map, width, Kernel.of(patch, patch, 0));
            String pixels = net.function(embed + ".tokens", new PixelTokens(), net.last());
            patches.norm(embed + ".norm", pixels);
          });
      String pixels = net.last();
      int added = net.position() - before;
      embeddings += added;
      positions += added;
      windows += added;
      net.inStateDictAt(
          tokens,
          () -> layers.leadingTokens("cls_token" + number, pixels, 1, TransformerLayers.NARROW));
      String input = net.last();
      tokens++;
      embeddings++;
      positions++;
      windows++;
      Shared position = shared(net, "cpe" + number + ".proj", positions, map, width, 3);
      positions += 2;
      windows += 2;
      List<Shared> relative = new ArrayList<>();
      for (int w = 0; w < WINDOWS.size(); w++) {
        Window window = WINDOWS.get(w);
        String name = "crpe" + number + ".conv_list." + w;
        int count = window.heads * width / HEADS;
        relative.add(shared(net, name, windows, map, count, window.kernel));
        windows += 2;
      }
      net.continueFrom(input);
      for (int i = 0; i < depths.get(stage); i++) {
        String name = "serial_blocks" + number + "." + i;
        block(net, layers, name, position, relative, side, ratios.get(stage) * width);
      }
      if (stage < widths.size() - 1) {
        String rest = net.function("pixels" + number, new TokenRange(1, side * side), net.last());
        net.function("map" + number, new TokenImage(side, side), rest);
        side /= 2;
      }
    }
    layers.norm("norm4", net.last());
    layers.embedClassToken(false);
  }

  /**
   * A convolution's parameters as values.
   *
   * @param name of its entries in the state dict
   */
  private record Shared(String name, String weight, String bias, int count, int kernel) {
    String apply(NetworkBuilder net, String vertex, String from, int first) {
      SharedDepthwise convolution = new SharedDepthwise(first, count, kernel);
      return net.function(vertex, vertex, convolution, count, Map.of(), from, weight, bias);
    }

    /** Another name for the parameters in the state dict. */
    void again(NetworkBuilder net, String module) {
      net.shared(module + ".weight", weight);
      net.shared(module + ".bias", bias);
    }
  }

  private static Shared shared(
      NetworkBuilder net, String name, int position, String from, int count, int kernel) {
    long[] shape = {count, 1, kernel, kernel};
    Init init = Init.pytorchDefault(shape);
    String weight = name + ".weight";
    String bias = name + ".bias";
    net.inStateDictAt(
        position,
        () -> {
          parameter(net, weight, init, from, shape);
          parameter(net, bias, init, from, count);
        });
    return new Shared(name, weight, bias, count, kernel);
  }

  private static void parameter(
      NetworkBuilder net, String name, Init init, String from, long... shape) {
    Map<String, Init> inits = Map.of(FunctionVertex.WHOLE, init);
    net.function(name, name, new SharedParameter(shape), (int) shape[0], inits, from);
  }

  private static void block(
      NetworkBuilder net,
      TransformerLayers layers,
      String name,
      Shared position,
      List<Shared> relative,
      int side,
      int hidden) {
    String tokens = net.last();
    int width = net.channels(tokens);
    position.again(net, name + ".cpe.proj");
    String first = net.function(name + ".cpe.token", new TokenRange(0, 1), tokens);
    String pixels = net.function(name + ".cpe.pixels", new TokenRange(1, side * side), tokens);
    String map = net.function(name + ".cpe.map", new TokenImage(side, side), pixels);
    String convolved = position.apply(net, name + ".cpe.proj", map, 0);
    String sum = net.add(name + ".cpe.add", convolved, map);
    String placed = net.function(name + ".cpe.tokens", new PixelTokens(), sum);
    String input =
        net.function(
            name + ".cpe", name, new LeadingConcatenation(1), width, Map.of(), first, placed);
    String normed = layers.norm(name + ".norm1", input);
    String attention = name + ".factoratt_crpe";
    String qkv = layers.linear(attention + ".qkv", normed, 3 * width, true);
    String values =
        net.function(
            attention + ".v", attention, new FeatureRange(2 * width, width), width, Map.of(), qkv);
    String rest = net.function(attention + ".pixels", new TokenRange(1, side * side), values);
    String image = net.function(attention + ".map", new TokenImage(side, side), rest);
    String[] parts = new String[relative.size()];
    int channel = 0;
    for (int w = 0; w < parts.length; w++) {
      Shared window = relative.get(w);
      parts[w] = window.apply(net, attention + ".crpe.conv_list." + w, image, channel);
      channel += window.count;
    }
    String joined = net.concatenate(attention + ".crpe", parts);
    String relatives = net.function(attention + ".crpe.tokens", new PixelTokens(), joined);
    String attended =
        net.function(
            attention,
            attention,
            new FactorizedAttention(HEADS, width),
            width,
            Map.of(),
            qkv,
            relatives);
    String projected = layers.linear(attention + ".proj", attended, width, true);
    for (int w = 0; w < parts.length; w++) {
      relative.get(w).again(net, attention + ".crpe.conv_list." + w);
    }
    layers.rest(name, input, projected, hidden);
  }
}
