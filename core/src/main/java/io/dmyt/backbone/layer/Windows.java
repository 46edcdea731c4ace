package io.dmyt.backbone.layer;

import io.dmyt.engine.Operation;
import io.dmyt.engine.VertexNodes;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Square windows of a map of tokens, which may be shifted around the map's edges.
 *
 * @param size of the map, in tokens
 * @param window height and width of the windows in tokens, a divisor of the size
 * @param shift by which windows lie further down and right
 */
record Windows(int size, int window, int shift) {

  /** How many there are. */
  int count() {
    return (size / window) * (size / window);
  }

  /** Tokens of one. */
  int tokens() {
    return window * window;
  }

  /**
   * The windows of each map, one after another.
   *
   * @param map [batch, size², features]
   * @return [batch · windows, window², features]
   */
  SDVariable split(SameDiff graph, SDVariable map, int batch, int features) {
    int side = size / window;
    return rolled(graph, map.reshape(batch, size, size, features), shape(batch, features), shift)
        .reshape(batch, side, window, side, window, features)
        .permute(0, 1, 3, 2, 4, 5)
        .reshape((long) batch * count(), tokens(), features);
  }

  /**
   * The map that the windows were those of.
   *
   * @param windows [batch · windows, window², features], in any shape of as many values
   * @return [batch, size², features]
   */
  SDVariable join(SameDiff graph, SDVariable windows, int batch, int features) {
    int side = size / window;
    SDVariable map =
        windows
            .reshape(batch, side, side, window, window, features)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(batch, size, size, features);
    return rolled(graph, map, shape(batch, features), size - shift)
        .reshape(batch, (long) size * size, features);
  }

  private int[] shape(int batch, int features) {
    return new int[] {batch, size, size, features};
  }

  /**
   * A map so many tokens further up and left, around its edges.
   *
   * @param shape the map's: batch, size, size, features
   */
  static SDVariable rolled(SameDiff graph, SDVariable map, int[] shape, int by) {
    int size = shape[1];
    if (by % size == 0) {
      return map;
    }
    SDVariable rows =
        graph.concat(
            1, part(graph, map, shape, 1, by, size - by), part(graph, map, shape, 1, 0, by));
    return graph.concat(
        2, part(graph, rows, shape, 2, by, size - by), part(graph, rows, shape, 2, 0, by));
  }

  /** So many of the rows (axis 1) or columns (axis 2) of a map of that shape, from one on. */
  static SDVariable part(
      SameDiff graph, SDVariable map, int[] shape, int axis, int from, int count) {
    int[] sizes = shape.clone();
    int[] begin = new int[shape.length];
    begin[axis] = from;
    sizes[axis] = count;
    return graph.slice(map, begin, sizes);
  }

  /**
   * A part of the features, in heads.
   *
   * @param windows [batch · windows, window², more features]
   * @param first of the part's features
   * @return [batch · windows, heads, window², features of a head]
   */
  SDVariable heads(
      SameDiff graph, SDVariable windows, int batch, int first, int features, int heads) {
    int all = batch * count();
    return graph
        .slice(windows, new int[] {0, 0, first}, all, tokens(), features)
        .reshape(all, tokens(), heads, features / heads)
        .permute(0, 2, 1, 3);
  }

  /**
   * Scores, lowered where a shifted window joins tokens that are no neighbours in the map.
   *
   * @param scores [batch · windows, heads, window², window²]
   * @param like of the scores' type
   */
  SDVariable masked(SameDiff graph, SDVariable scores, SDVariable like, int batch, int heads) {
    if (shift == 0) {
      return scores;
    }
    SDVariable mask =
        graph.constant(
            Nd4j.createFromArray(WindowPositions.mask(size, window, shift))
                .castTo(like.dataType())
                .reshape(1, count(), 1, tokens(), tokens()));
    return scores
        .reshape(batch, count(), heads, tokens(), tokens())
        .add(mask)
        .reshape((long) batch * count(), heads, tokens(), tokens());
  }

  /**
   * The biases of each pair of tokens, by products that pick their rows and columns from a table.
   * (The gradient of SameDiff's gather takes one of several readers of a row for all.)
   *
   * @param table of each relative position, [(2 · window − 1)², heads]
   * @return [1, heads, window², window²]
   */
  SDVariable bias(SameDiff graph, SDVariable table, int heads) {
    int positions = 2 * window - 1;
    double[][] picks = new double[tokens()][positions];
    for (int pair = 0; pair < tokens(); pair++) {
      picks[pair][pair / window - pair % window + window - 1] = 1;
    }
    SDVariable pick = graph.constant(Nd4j.createFromArray(picks).castTo(table.dataType()));
    SDVariable rows =
        pick.mmul(table.reshape(positions, (long) positions * heads))
            .reshape(tokens(), positions, heads)
            .permute(1, 0, 2)
            .reshape(positions, (long) tokens() * heads);
    return pick.mmul(rows)
        .reshape(window, window, window, window, heads)
        .permute(4, 2, 0, 3, 1)
        .reshape(1, heads, tokens(), tokens());
  }

  /** The same as nodes: [batch, size², features] as [batch · windows, window², features]. */
  int split(VertexNodes nodes, int map, int features) {
    int[] order = WindowPositions.order(size, window, shift);
    int sorted = nodes.add(new Operation.Gather(1, order), map);
    List<Long> dims = List.of(-1L, (long) tokens(), (long) features);
    return nodes.add(new Operation.Reshape(dims), sorted);
  }

  /**
   * Adds attention within windows.
   *
   * @param parts queries, keys and values by window
   * @param table the biases of each relative position, [heads, (2 · window − 1)²]
   * @return the map of what they attend to, [batch, size², features]
   */
  int attend(
      VertexNodes nodes,
      Operation.Attention attention,
      List<Integer> parts,
      int table,
      int features) {
    long tokens = tokens();
    int[] pairs = Stream.of(WindowPositions.index(window)).flatMapToInt(IntStream::of).toArray();
    int biases = nodes.add(new Operation.Gather(1, pairs), table);
    List<Long> square = List.of(1L, (long) attention.heads(), tokens, tokens);
    List<Integer> reads = new ArrayList<>(parts);
    reads.add(nodes.add(new Operation.Reshape(square), biases));
    if (shift > 0) {
      double[][][] mask = WindowPositions.mask(size, window, shift);
      double[] values =
          Stream.of(mask).flatMap(Stream::of).flatMapToDouble(DoubleStream::of).toArray();
      long[] dims = {mask.length, 1, tokens, tokens};
      reads.add(nodes.add(new Operation.Constant(dims, values)));
    }
    List<Long> map = List.of(-1L, (long) size * size, (long) features);
    int joined = nodes.add(new Operation.Reshape(map), nodes.add(attention, reads));
    int[] order = WindowPositions.order(size, window, shift);
    return nodes.add(new Operation.Gather(1, WindowPositions.inverse(order)), joined);
  }

  /**
   * @throws IllegalArgumentException if the map is of another size
   */
  void requireMap(int height, int width) {
    if ((long) height * width != (long) size * size) {
      throw new IllegalArgumentException(
          Text.format(
              "the network's windows are of a map of %d×%d tokens, an image of this size has %d",
              size, size, (long) height * width));
    }
  }
}
