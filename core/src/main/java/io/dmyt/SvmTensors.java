package io.dmyt;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Text;
import io.dmyt.svm.EmbeddingSvm;
import io.dmyt.svm.SupportVectors;
import java.util.Arrays;
import java.util.Set;

/**
 * An SVM as safetensors, under scikit-learn's names of the parts: {@code gamma} [], {@code classes}
 * [C] and {@code n_support} [C], {@code support_vectors} [S, F] in single precision, {@code
 * dual_coef} [C − 1, S] and {@code intercept} [C (C − 1) / 2] in double, with libsvm's signs.
 */
final class SvmTensors {
  private static final String GAMMA = "gamma";
  private static final String CLASSES = "classes";
  private static final String COUNTS = "n_support";
  private static final String VECTORS = "support_vectors";
  private static final String COEFFICIENTS = "dual_coef";
  private static final String INTERCEPTS = "intercept";
  private static final Set<String> NAMES =
      Set.of(GAMMA, CLASSES, COUNTS, VECTORS, COEFFICIENTS, INTERCEPTS);

  private SvmTensors() {}

  static StateDict of(EmbeddingSvm svm) {
    SupportVectors parts = svm.parts();
    int vectors = parts.vectors().length;
    float[] flat = new float[Math.multiplyExact(vectors, parts.features())];
    for (int s = 0; s < vectors; s++) {
      System.arraycopy(parts.vectors()[s], 0, flat, s * parts.features(), parts.features());
    }
    double[] coefficients =
        Arrays.stream(parts.coefficients()).flatMapToDouble(Arrays::stream).toArray();
    return StateDict.builder()
        .put(GAMMA, Tensor.of(new double[] {parts.gamma()}))
        .put(CLASSES, Tensor.of(longs(parts.classes()), parts.classes().length))
        .put(COUNTS, Tensor.of(longs(parts.counts()), parts.counts().length))
        .put(COEFFICIENTS, Tensor.of(coefficients, parts.coefficients().length, vectors))
        .put(INTERCEPTS, Tensor.of(parts.intercepts(), parts.intercepts().length))
        .put(VECTORS, Tensor.of(flat, vectors, parts.features()))
        .build();
  }

  /**
   * The SVM of these tensors.
   *
   * @throws IllegalArgumentException if they are not the parts of an SVM
   */
  static EmbeddingSvm of(StateDict dict) {
    if (!dict.names().equals(NAMES)) {
      throw new IllegalArgumentException("expected the tensors of an SVM, found " + dict.names());
    }
    int[] classes = ints(tensor(dict, CLASSES, DType.I64, 1));
    Tensor vectors = tensor(dict, VECTORS, DType.F32, 2);
    return EmbeddingSvm.of(
        new SupportVectors(
            tensor(dict, GAMMA, DType.F64, 0).doubles()[0],
            classes,
            ints(tensor(dict, COUNTS, DType.I64, 1)),
            rows(vectors),
            doubleRows(tensor(dict, COEFFICIENTS, DType.F64, 2)),
            tensor(dict, INTERCEPTS, DType.F64, 1).doubles()));
  }

  private static Tensor tensor(StateDict dict, String name, DType type, int rank) {
    Tensor tensor = dict.get(name);
    if (tensor.dtype() != type || tensor.shape().length != rank) {
      throw new IllegalArgumentException(
          Text.format("%s is %s, expected %s of %d dimensions", name, tensor, type, rank));
    }
    // Without bytes behind it any other size would do, and rows be made for it.
    if (tensor.length() == 0) {
      throw new IllegalArgumentException(Text.format("%s is %s, expected values", name, tensor));
    }
    return tensor;
  }

  private static float[][] rows(Tensor matrix) {
    float[] flat = matrix.floats();
    int columns = Math.toIntExact(matrix.shape()[1]);
    float[][] rows = new float[Math.toIntExact(matrix.shape()[0])][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(flat, r * columns, (r + 1) * columns);
    }
    return rows;
  }

  private static double[][] doubleRows(Tensor matrix) {
    double[] flat = matrix.doubles();
    int columns = Math.toIntExact(matrix.shape()[1]);
    double[][] rows = new double[Math.toIntExact(matrix.shape()[0])][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(flat, r * columns, (r + 1) * columns);
    }
    return rows;
  }

  private static int[] ints(Tensor tensor) {
    return Arrays.stream(tensor.longs())
        .mapToInt(
            value -> {
              if (value != (int) value) {
                throw new IllegalArgumentException(Text.format("%d is not an index", value));
              }
              return (int) value;
            })
        .toArray();
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
