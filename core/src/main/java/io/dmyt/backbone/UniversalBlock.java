package io.dmyt.backbone;

import io.dmyt.backbone.MobileBlock.MobileAttention;
import io.dmyt.backbone.MobileNetwork.Style;
import io.dmyt.backbone.layer.ChannelScale;
import io.dmyt.backbone.layer.FunctionVertex;
import io.dmyt.backbone.layer.MultiQueryAttention;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * MobileNetV4's blocks: {@code uir}, an inverted residual whose depthwise convolutions may come
 * before the expansion ({@code a}), behind it ({@code k}), at both places or at none, and {@code
 * mqa}, attention whose heads share keys and values.
 */
final class UniversalBlock {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final float FACTOR = 1e-5f;

  private UniversalBlock() {}

  /**
   * @param in channels of the block's input
   */
  static String inverted(
      NetworkBuilder net,
      Style style,
      String name,
      MobileBlock block,
      int stride,
      int in,
      int out,
      ActivationFunction act) {
    int start = block.expandKernels().get(0);
    int middle = block.kernels().get(0);
    if (start > 0) {
      depthwise(net, style, name + ".dw_start", start, middle > 0 ? 1 : stride, null);
    }
    ConvNormAct convs = new ConvNormAct(net, act);
    convs.add(name + ".pw_exp", Widths.divisible(in * block.expansion(), 8), POINT);
    if (middle > 0) {
      depthwise(net, style, name + ".dw_mid", middle, stride, act);
    }
    convs.linear(name + ".pw_proj", net.last(), out, POINT);
    return style.scaled() ? scaled(net, name) : net.last();
  }

  private static void depthwise(
      NetworkBuilder net,
      Style style,
      String name,
      int kernel,
      int stride,
      @Nullable ActivationFunction act) {
    boolean averages = style.averages() && stride > 1;
    net.depthwise(name + ".conv", net.last(), Kernel.centred(kernel, averages ? 1 : stride));
    net.batchNorm(name + ".bn");
    if (act != null) {
      net.act(name + ".act", act);
    }
    if (averages) {
      net.averagePool(name + ".aa", net.last(), Kernel.of(stride, stride, 0));
    }
  }

  static String attention(NetworkBuilder net, String name, MobileBlock block, int out) {
    MobileAttention attention = Objects.requireNonNull(block.attention());
    String normed = net.batchNorm(name + ".norm");
    int width = attention.heads() * attention.features();
    String queries = net.conv(name + ".attn.query.proj", normed, width, POINT);
    int kernel = block.kernels().get(0);
    String keys = shared(net, name + ".attn.key", normed, attention, kernel);
    String values = shared(net, name + ".attn.value", normed, attention, kernel);
    net.function(
        name + ".attn",
        name,
        new MultiQueryAttention(attention.heads(), attention.features()),
        width,
        Map.of(),
        queries,
        keys,
        values);
    net.conv(name + ".attn.output.proj", out, POINT);
    return scaled(net, name);
  }

  private static String shared(
      NetworkBuilder net, String name, String from, MobileAttention attention, int kernel) {
    String map = from;
    if (attention.stride() > 1) {
      net.depthwise(name + ".down_conv", from, Kernel.centred(kernel, attention.stride()));
      map = net.batchNorm(name + ".norm");
    }
    return net.conv(name + ".proj", map, attention.features(), POINT);
  }

  private static String scaled(NetworkBuilder net, String name) {
    int channels = net.channels(net.last());
    return net.function(
        name + ".layer_scale",
        name + ".layer_scale.gamma",
        new ChannelScale(channels),
        channels,
        Map.of(FunctionVertex.WHOLE, Init.constant(FACTOR)),
        net.last());
  }
}
