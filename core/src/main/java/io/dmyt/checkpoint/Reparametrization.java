package io.dmyt.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Weights that PyTorch stores as what they are computed from: each becomes the weight again that
 * the layer uses in inference.
 *
 * <ul>
 *   <li>Weight normalisation (Salimans and Kingma, NIPS 2016), w = g · v / ‖v‖, the norm over all
 *       dimensions in which g has one element: {@code weight_g} and {@code weight_v}, or {@code
 *       parametrizations.weight.original0} and {@code original1}.
 *   <li>Spectral normalisation (Miyato et al., ICLR 2018) by {@code torch.nn.utils.spectral_norm},
 *       w = w₀ / uᵀ W₀ v, with W₀ as the matrix of its rows: {@code weight_orig}, {@code weight_u}
 *       and {@code weight_v}, or {@code parametrizations.weight.original}, {@code 0._u} and {@code
 *       0._v}. PyTorch before 1.0 has no {@code weight_v}, but {@code weight} itself.
 *   <li>Pruning by {@code torch.nn.utils.prune}, w = w₀ · mask: {@code weight_orig} and {@code
 *       weight_mask}.
 * </ul>
 */
public final class Reparametrization {
  private static final String PARAMETRIZED = "parametrizations.";
  private static final String ORIGINAL = ".original0";
  private static final String ORIGINAL_OF_ONE = ".original";

  private final TensorSet set;
  private final Map<String, DerivedTensor> folded = new LinkedHashMap<>();

  private Reparametrization(TensorSet set) {
    this.set = set;
  }

  /** The same set with such weights computed, once it is read. */
  public static TensorSet folded(TensorSet set) {
    Reparametrization found = new Reparametrization(set);
    set.types().keySet().forEach(found::fold);
    return found.folded.isEmpty() ? set : set.with(found.folded, "");
  }

  private void fold(String name) {
    if (name.endsWith("_g")) {
      String weight = name.substring(0, name.length() - 2);
      weightNorm(weight, name, weight + "_v");
    } else if (name.endsWith(ORIGINAL) && name.contains(PARAMETRIZED)) {
      String base = name.substring(0, name.length() - ORIGINAL.length());
      weightNorm(plain(base), name, base + ".original1");
    } else if (name.endsWith(ORIGINAL_OF_ONE) && name.contains(PARAMETRIZED)) {
      String base = name.substring(0, name.length() - ORIGINAL_OF_ONE.length());
      if (has(base + ".0._u") && has(base + ".0._v")) {
        spectralNorm(plain(base), name, base + ".0._u", base + ".0._v");
      }
    } else if (name.endsWith("_orig")) {
      String weight = name.substring(0, name.length() - "_orig".length());
      if (has(weight + "_mask")) {
        mask(weight, name, weight + "_mask");
      } else if (has(weight + "_u") && has(weight + "_v")) {
        spectralNorm(weight, name, weight + "_u", weight + "_v");
      } else if (has(weight + "_u") && has(weight)) {
        List<String> parts = List.of(weight, name, weight + "_u");
        folded.put(weight, new DerivedTensor(set.type(weight), parts, t -> t.get(0)));
      }
    }
  }

  private static String plain(String parametrized) {
    int at = parametrized.lastIndexOf(PARAMETRIZED);
    return parametrized.substring(0, at) + parametrized.substring(at + PARAMETRIZED.length());
  }

  private boolean has(String name) {
    TensorType type = set.types().get(name);
    return type != null && type.length() > 0;
  }

  private void put(
      String weight, String original, List<String> from, Function<List<Tensor>, double[]> values) {
    TensorType type = set.type(original);
    if (set.types().containsKey(weight) || !type.dtype().isFloating()) {
      return;
    }
    long[] shape = type.shape().stream().mapToLong(Long::longValue).toArray();
    TensorType made = TensorType.of(type.dtype() == DType.F64 ? DType.F64 : DType.F32, shape);
    folded.put(
        weight, new DerivedTensor(made, from, t -> of(made.dtype(), values.apply(t), shape)));
  }

  private static Tensor of(DType dtype, double[] values, long[] shape) {
    if (dtype == DType.F64) {
      return Tensor.of(values, shape);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.of(floats, shape);
  }

  private void weightNorm(String weight, String g, String v) {
    if (has(v) && has(g) && broadcasts(set.type(g).shape(), set.type(v).shape())) {
      put(weight, v, List.of(g, v), t -> normed(t.get(0), t.get(1)));
    }
  }

  /**
   * Whether there is one length for each part of the directions: along one dimension, or for all.
   */
  private static boolean broadcasts(List<Long> g, List<Long> v) {
    if (g.isEmpty()) {
      return true;
    }
    for (int d = 0; d < g.size() && g.size() == v.size(); d++) {
      if (g.get(d) != 1 && !g.get(d).equals(v.get(d))) {
        return false;
      }
    }
    return g.size() == v.size();
  }

  private static double[] normed(Tensor g, Tensor v) {
    double[] lengths = g.doubles();
    double[] values = v.doubles();
    int[] length = lengthOf(g.shape(), v.shape());
    double[] squares = new double[lengths.length];
    for (int i = 0; i < values.length; i++) {
      squares[length[i]] += values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] *= lengths[length[i]] / Math.sqrt(squares[length[i]]);
    }
    return values;
  }

  /** For each element of the directions the index of its length. */
  private static int[] lengthOf(long[] g, long[] v) {
    int[] indices = new int[Math.toIntExact(Tensor.elements(v))];
    if (g.length == 0) {
      return indices;
    }
    long inner = indices.length;
    for (int d = 0; d < v.length; d++) {
      inner /= v[d];
      if (g[d] != 1) {
        for (int i = 0; i < indices.length; i++) {
          indices[i] = (int) (indices[i] * g[d] + i / inner % v[d]);
        }
      }
    }
    return indices;
  }

  private void spectralNorm(String weight, String original, String u, String v) {
    TensorType type = set.type(original);
    long rows = set.type(u).length();
    boolean matrix =
        !type.shape().isEmpty()
            && type.shape().get(0) == rows
            && type.length() % rows == 0
            && type.length() / rows == set.type(v).length();
    if (matrix) {
      put(weight, original, List.of(original, u, v), Reparametrization::overSigma);
    }
  }

  private static double[] overSigma(List<Tensor> parts) {
    double[] values = parts.get(0).doubles();
    double[] u = parts.get(1).doubles();
    double[] v = parts.get(2).doubles();
    double sigma = 0;
    for (int i = 0; i < values.length; i++) {
      sigma += u[i / v.length] * values[i] * v[i % v.length];
    }
    double norm = sigma;
    return Arrays.stream(values).map(value -> value / norm).toArray();
  }

  private void mask(String weight, String original, String mask) {
    if (set.type(mask).shape().equals(set.type(original).shape())) {
      put(
          weight,
          original,
          List.of(original, mask),
          t -> {
            double[] values = t.get(0).doubles();
            double[] kept = t.get(1).doubles();
            for (int i = 0; i < values.length; i++) {
              values[i] *= kept[i];
            }
            return values;
          });
    }
  }
}
