package io.dmyt.backbone.layer;

/** The tables that windows of a Swin transformer fix. */
public final class WindowPositions {
  private static final double FAR = -100;

  private WindowPositions() {}

  /**
   * Where in a table of relative positions the position of one token relative to another stands.
   *
   * @param window height and width in tokens
   * @return [window²][window²]
   */
  public static int[][] index(int window) {
    int tokens = window * window;
    int[][] index = new int[tokens][tokens];
    for (int to = 0; to < tokens; to++) {
      for (int from = 0; from < tokens; from++) {
        int down = to / window - from / window + window - 1;
        int right = to % window - from % window + window - 1;
        index[to][from] = down * (2 * window - 1) + right;
      }
    }
    return index;
  }

  /**
   * A map's tokens in the order of the windows and, within each, of rows and columns.
   *
   * @param size of the map, in tokens
   * @param shift by which windows lie further down and right, around the map's edges
   * @return [size²], places in the map
   */
  static int[] order(int size, int window, int shift) {
    int side = size / window;
    int[] order = new int[size * size];
    for (int i = 0; i < order.length; i++) {
      int token = i % (window * window);
      int of = i / (window * window);
      int row = (of / side * window + token / window + shift) % size;
      int column = (of % side * window + token % window + shift) % size;
      order[i] = row * size + column;
    }
    return order;
  }

  /** The order that undoes an order. */
  static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }

  /**
   * What is added to the scores of tokens in shifted windows: 0 between those that are neighbours
   * in the map, −100 else.
   *
   * @param size of the map, in tokens
   * @return [windows][window²][window²]
   */
  public static double[][][] mask(int size, int window, int shift) {
    int side = size / window;
    int tokens = window * window;
    double[][][] mask = new double[side * side][tokens][tokens];
    for (int w = 0; w < mask.length; w++) {
      int[] part = new int[tokens];
      for (int t = 0; t < tokens; t++) {
        int row = w / side * window + t / window;
        int column = w % side * window + t % window;
        part[t] = 3 * part(row, size, window, shift) + part(column, size, window, shift);
      }
      for (int to = 0; to < tokens; to++) {
        for (int from = 0; from < tokens; from++) {
          mask[w][to][from] = part[to] == part[from] ? 0 : FAR;
        }
      }
    }
    return mask;
  }

  private static int part(int at, int size, int window, int shift) {
    return at < size - window ? 0 : at < size - shift ? 1 : 2;
  }
}
