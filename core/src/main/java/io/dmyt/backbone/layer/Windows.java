package io.dmyt.backbone.layer;

import io.dmyt.internal.Text;
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
    return rolled(graph, map.reshape(batch, size, size, features), batch, features, shift)
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
    return rolled(graph, map, batch, features, size - shift)
        .reshape(batch, (long) size * size, features);
  }

  /** The map so many tokens further up and left, around its edges. */
  private SDVariable rolled(SameDiff graph, SDVariable map, int batch, int channels, int by) {
    if (by % size == 0) {
      return map;
    }
    int left = size - by;
    SDVariable rows =
        graph.concat(
            1,
            graph.slice(map, new int[] {0, by, 0, 0}, batch, left, size, channels),
            graph.slice(map, new int[] {0, 0, 0, 0}, batch, by, size, channels));
    return graph.concat(
        2,
        graph.slice(rows, new int[] {0, 0, by, 0}, batch, size, left, channels),
        graph.slice(rows, new int[] {0, 0, 0, 0}, batch, size, by, channels));
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
