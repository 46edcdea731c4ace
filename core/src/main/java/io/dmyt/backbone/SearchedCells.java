package io.dmyt.backbone;

import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;

/** What the cells of NASNet and PNASNet are made of, under timm's names. */
record SearchedCells(NetworkBuilder net) {
  private static final Kernel POINT = Kernel.of(1, 1, 0);

  /** The convolution that the networks begin with. */
  String stem(String name, int out) {
    return new ConvNormAct(net).linear(name, net.last(), out, Kernel.of(3, 2, 0));
  }

  /** ReLU, a 1×1 convolution and batch norm. */
  String point(String name, String from, int out, int stride) {
    String act = net.relu(name + ".act", from);
    net.conv(name + ".conv", act, out, Kernel.of(1, stride, 0));
    return net.batchNorm(name + ".bn");
  }

  /** Twice ReLU, a separable convolution and batch norm, which keep the channels. */
  String separable(String name, String from, int kernel, int stride) {
    return separable(name, from, net.channels(from), kernel, stride);
  }

  /** The same with other channels at its output and in its middle. */
  String separable(String name, String from, int out, int kernel, int stride) {
    half(name, 1, from, out, kernel, stride);
    return half(name, 2, net.last(), out, kernel, 1);
  }

  private String half(String name, int index, String from, int out, int kernel, int stride) {
    String act = net.relu(name + ".act_" + index, from);
    String module = name + ".separable_" + index;
    net.depthwise(module + ".depthwise_conv2d", act, window(kernel, stride));
    net.conv(module + ".pointwise_conv2d", out, POINT);
    return net.batchNorm(name + ".bn_sep_" + index);
  }

  String max(String name, String from, int stride) {
    return net.maxPool(name, from, window(3, stride));
  }

  /**
   * With stride 2, timm's average counts TensorFlow's padding as zeros; with stride 1 it doesn't.
   */
  String average(String name, String from, int stride) {
    return stride == 1
        ? net.averageOfImage(name, from, window(3, 1))
        : net.averagePool(name, from, window(3, stride));
  }

  private static Kernel window(int kernel, int stride) {
    return stride == 1 ? Kernel.centred(kernel, 1) : Kernel.same(kernel, stride);
  }

  /**
   * Halves height and width: one half of the channels sees the pixels of even row and column, the
   * other those of odd ones.
   *
   * @param prefix of the modules' names
   */
  String halved(String prefix, String from, int out) {
    String act = net.relu(prefix + "act", from);
    String even = net.conv(prefix + "path_1.conv", act, out / 2, Kernel.of(1, 2, 0));
    int in = net.channels(from);
    String padded =
        net.plain(prefix + "path_2.pad", new ZeroPaddingLayer.Builder(0, 1, 0, 1).build(), in, act);
    String shifted =
        net.plain(prefix + "path_2.crop", new Cropping2D.Builder(1, 0, 1, 0).build(), in, padded);
    String odd = net.conv(prefix + "path_2.conv", shifted, out / 2, Kernel.of(1, 2, 0));
    net.concatenate(prefix + "paths", even, odd);
    return net.batchNorm(prefix + "final_path_bn");
  }

  /** The sum of two branches of a cell. */
  String sum(String cell, int iteration, String left, String right) {
    return net.add(iteration(cell, iteration), left, right);
  }

  static String iteration(String cell, int iteration) {
    return cell + ".comb_iter_" + iteration;
  }

  static String left(String cell, int iteration) {
    return iteration(cell, iteration) + "_left";
  }

  static String right(String cell, int iteration) {
    return iteration(cell, iteration) + "_right";
  }
}
