package io.dmyt.backbone;

/**
 * timm's {@code ConvBnAct}: a convolution without biases, batch norm and an activation function, of
 * which the first two have the module's name with {@code .conv} and {@code .bn} in the state dict.
 */
record ConvNormAct(NetworkBuilder net, ActivationFunction act) {
  /** With ReLU. */
  ConvNormAct(NetworkBuilder net) {
    this(net, ActivationFunction.RELU);
  }

  /** Behind the vertex written last. */
  String add(String name, int out, Kernel window) {
    return add(name, net.last(), out, window);
  }

  String add(String name, String from, int out, Kernel window) {
    return add(name, from, out, window, 1);
  }

  /** The convolution in groups. */
  String add(String name, String from, int out, Kernel window, int groups) {
    linear(name, from, out, window, groups, Init.ONES);
    return net.act(name + ".act", act);
  }

  /** Without activation function. */
  String linear(String name, String from, int out, Kernel window) {
    return linear(name, from, out, window, 1, Init.ONES);
  }

  /**
   * Without activation function.
   *
   * @param weight how batch norm's weights start
   */
  String linear(String name, String from, int out, Kernel window, int groups, Init weight) {
    return linear(name, from, out, window, groups, weight, Init.ZEROS);
  }

  /**
   * Without activation function.
   *
   * @param weight how batch norm's weights start
   * @param bias how its biases start
   */
  String linear(
      String name, String from, int out, Kernel window, int groups, Init weight, Init bias) {
    net.conv(name + ".conv", from, out, window, groups, false);
    return net.batchNorm(name + ".bn", weight, bias);
  }
}
