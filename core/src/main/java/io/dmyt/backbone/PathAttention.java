package io.dmyt.backbone;

import io.dmyt.backbone.layer.PathSoftmax;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;

/** The mean of several feature maps by weights that add up to 1 in each channel. */
final class PathAttention {
  private PathAttention() {}

  /** The sum of feature maps of one shape. */
  static String sum(NetworkBuilder net, String name, List<String> maps) {
    String sum = maps.get(0);
    for (int i = 1; i < maps.size(); i++) {
      sum = net.add(i == maps.size() - 1 ? name : name + "." + i, sum, maps.get(i));
    }
    return sum;
  }

  /**
   * The weighted mean; the weights are the softmax of the last vertex's channels over the paths.
   *
   * @param groups that the channels of the last vertex count before the paths
   */
  static String mean(NetworkBuilder net, String name, List<String> maps, int groups) {
    String scores = net.last();
    int width = net.channels(maps.get(0));
    List<String> weights =
        maps.size() == 2 && groups == 1
            ? twoWeights(net, name, scores, width)
            : weights(net, name, scores, maps.size(), groups);
    String[] weighted = new String[maps.size()];
    for (int i = 0; i < weighted.length; i++) {
      weighted[i] = net.multiply(name + ".weighted" + i, maps.get(i), weights.get(i));
    }
    return sum(net, name, List.of(weighted));
  }

  /** The softmax of two numbers is the sigmoid of their difference, which DL4J has a layer for. */
  private static List<String> twoWeights(
      NetworkBuilder net, String name, String scores, int width) {
    String first = net.subset(name + ".score0", scores, 0, width);
    String second = net.subset(name + ".score1", scores, width, width);
    String minus = net.vertex(name + ".minus1", new ScaleVertex(-1), second);
    String difference = net.add(name + ".difference", first, minus);
    net.act(name + ".weight0", ActivationFunction.SIGMOID);
    net.vertex(name + ".opposite", new ScaleVertex(-1), difference);
    net.act(name + ".weight1", ActivationFunction.SIGMOID);
    return List.of(name + ".weight0", name + ".weight1");
  }

  private static List<String> weights(
      NetworkBuilder net, String name, String scores, int paths, int groups) {
    String all = net.function(name + ".softmax", new PathSoftmax(paths, groups), scores);
    int width = net.channels(all) / paths;
    return IntStream.range(0, paths)
        .mapToObj(i -> net.subset(name + ".weight" + i, all, i * width, width))
        .toList();
  }
}
