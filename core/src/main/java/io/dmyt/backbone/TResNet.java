package io.dmyt.backbone;

import io.dmyt.backbone.layer.BlurPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.nd4j.linalg.activations.impl.ActivationLReLU;

/**
 * TResNet: a residual network that begins with 4×4 pixels as channels, blurs before it subsamples,
 * and has plain blocks in its first two stages. In timm 0.4.9 its batch norm was InplaceABN, which
 * has no counter and takes its weights by their magnitude; since then it is an ordinary one, and
 * modules have other names and another order.
 *
 * <p>Ridnik et al., <i>TResNet: High Performance GPU-Dedicated Architecture</i>, WACV 2021; {@code
 * miil} are the weights of <i>ImageNet-21K Pretraining for the Masses</i>, 2021.
 */
final class TResNet {
  private static final Kernel POINT = Kernel.of(1, 1, 0);
  private static final int PATCH = 4;

  /** A convolution with batch norm as timm has named it since it does without InplaceABN. */
  private static final Pattern RENAMED = Pattern.compile("^(body\\..*)\\.(conv|bn)\\.(\\w+)$");

  private static final Pattern BLURRED =
      Pattern.compile("body\\.(layer2\\.0\\.conv1|layer[34]\\.0\\.conv2)");

  private final NetworkBuilder net;

  /** Whether modules are those of timm 1.0.29. */
  private final boolean current;

  private TResNet(NetworkBuilder net, boolean current) {
    this.net = net;
    this.current = current;
    net.initialiseClassifier(shape -> Init.normal(0.01), Init::pytorchDefault);
  }

  static List<Model> models() {
    List<Model> models = new ArrayList<>();
    add(models, 64, List.of(3, 4, 11, 3), "tresnet_m", "tresnet_m_448", "tresnet_m_miil_in21k");
    add(models, 76, List.of(4, 5, 18, 3), "tresnet_l", "tresnet_l_448");
    add(models, 83, List.of(4, 5, 24, 3), "tresnet_xl", "tresnet_xl_448");
    return models;
  }

  /** Those of timm 1.0.29. */
  static List<Model> current() {
    return List.of(
        current("tresnet_m", 64, List.of(3, 4, 11, 3)),
        current("tresnet_l", 76, List.of(4, 5, 18, 3)),
        current("tresnet_xl", 83, List.of(4, 5, 24, 3)));
  }

  private static Model current(String name, int width, List<Integer> depths) {
    return Model.current(
        name, "tresnet", 32 * width, net -> new TResNet(net, true).features(width, depths));
  }

  private static void add(List<Model> models, int width, List<Integer> depths, String... names) {
    for (String name : names) {
      models.add(
          Model.timm(name, "tresnet", net -> new TResNet(net, false).features(width, depths))
              .named(TResNet::timmName));
    }
  }

  /** The name that timm 0.4.9 has for a tensor of a later file; counters are left out. */
  private static Optional<String> timmName(String name) {
    var match = RENAMED.matcher(name);
    if (!match.matches()) {
      return Optional.of(name);
    }
    if (match.group(3).equals("num_batches_tracked")) {
      return Optional.empty();
    }
    String inner = BLURRED.matcher(match.group(1)).matches() ? ".0" : "";
    String index = match.group(2).equals("conv") ? ".0." : ".1.";
    return Optional.of(match.group(1) + inner + index + match.group(3));
  }

  private void features(int width, List<Integer> depths) {
    int channels = PATCH * PATCH * net.channels(net.last());
    net.plain(
        "body.SpaceToDepth", new SpaceToDepthLayer.Builder<>(PATCH).build(), channels, net.last());
    conv("body.conv1", net.last(), width, Kernel.centred(3, 1), Init.ONES);
    leaky("body.conv1.act", 1e-2);
    for (int s = 0; s < depths.size(); s++) {
      for (int i = 0; i < depths.get(s); i++) {
        String name = "body.layer" + (s + 1) + "." + i;
        int stride = s > 0 && i == 0 ? 2 : 1;
        if (s < 2) {
          basic(name, width << s, stride);
        } else {
          bottleneck(name, width << s, stride, s == 2);
        }
      }
    }
  }

  private void basic(String name, int planes, int stride) {
    String input = net.last();
    String early = current ? shortcut(name + ".downsample", input, planes, stride) : input;
    subsampled(name + ".conv1", input, planes, stride);
    String mapped = conv(name + ".conv2", net.last(), planes, Kernel.centred(3, 1), Init.ZEROS);
    String shortcut = current ? early : shortcut(name + ".downsample", input, planes, stride);
    excite(name + ".se", mapped, Math.max(planes / 4, 64));
    net.add(name + ".add", net.last(), shortcut);
    net.relu(name + ".relu");
  }

  private void bottleneck(String name, int planes, int stride, boolean excites) {
    String input = net.last();
    String early = current ? shortcut(name + ".downsample", input, 4 * planes, stride) : input;
    conv(name + ".conv1", input, planes, POINT, Init.ONES);
    leaky(name + ".conv1.act", 1e-3);
    subsampled(name + ".conv2", net.last(), planes, stride);
    if (excites) {
      excite(name + ".se", net.last(), Math.max(planes / 2, 64));
    }
    String residual = conv(name + ".conv3", net.last(), 4 * planes, POINT, Init.ZEROS);
    String shortcut = current ? early : shortcut(name + ".downsample", input, 4 * planes, stride);
    net.add(name + ".add", residual, shortcut);
    net.relu(name + ".relu");
  }

  private void subsampled(String name, String from, int out, int stride) {
    String module = stride == 2 && !current ? name + ".0" : name;
    conv(module, from, out, Kernel.centred(3, 1), Init.ONES);
    leaky(module + ".act", 1e-3);
    if (stride == 2) {
      net.function(name + (current ? ".aa" : ".1"), new BlurPool(2), net.last());
    }
  }

  private String shortcut(String name, String input, int out, int stride) {
    if (stride == 1) {
      return input;
    }
    String pooled = net.averageOfImage(name + ".0", input, Kernel.same(2, stride));
    return conv(name + ".1", pooled, out, POINT, Init.ONES);
  }

  private String conv(String name, String from, int out, Kernel window, Init weight) {
    if (current) {
      net.conv(name + ".conv", from, out, window);
      return net.batchNorm(name + ".bn", weight);
    }
    net.conv(name + ".0", from, out, window);
    return net.inplaceBatchNorm(name + ".1", weight);
  }

  private void leaky(String name, double slope) {
    net.plain(
        name,
        new ActivationLayer(new ActivationLReLU(slope)),
        net.channels(net.last()),
        net.last());
  }

  private void excite(String name, String from, int reduced) {
    int channels = net.channels(from);
    String mean = net.mean(name + ".pool", from);
    String narrow = net.biasedConv(name + ".fc1", mean, reduced, POINT);
    net.biasedConv(name + ".fc2", net.relu(name + ".act", narrow), channels, POINT);
    net.multiply(name, from, net.act(name + ".gate", ActivationFunction.SIGMOID));
  }
}
