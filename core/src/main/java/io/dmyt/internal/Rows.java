package io.dmyt.internal;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Matrices as Java arrays, in one copy; ND4J's own methods copy row by row. */
public final class Rows {
  private Rows() {}

  /** The values of a matrix [n, m], [n][m]. */
  public static double[][] of(INDArray matrix) {
    int rows = Math.toIntExact(matrix.size(0));
    int columns = Math.toIntExact(matrix.size(1));
    double[] values = matrix.dup('c').data().asDouble();
    double[][] result = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * columns, result[i], 0, columns);
    }
    return result;
  }
}
