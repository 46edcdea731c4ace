package io.dmyt.backbone;

import io.dmyt.checkpoint.Tensor;
import io.dmyt.data.Interpolation;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Learned positions for images of another size: the patches' are resized as images are, bicubic
 * with antialiasing, as timm does it; those of tokens before them stay. timm leaves out CaiT's and
 * PiT's, which are learned in the same way and are resized here as well.
 */
final class PositionResampler {
  private static final Set<String> NAMES = Set.of("pos_embed", "patch_pos");

  /** A class token, a distillation token, registers. */
  private static final int MOST_LEADING = 8;

  private PositionResampler() {}

  /**
   * A file's positions for a network's grid.
   *
   * @param parameter the network's
   * @param found the file's
   * @return nothing if these aren't positions on square grids that differ in nothing but their size
   */
  static Optional<Tensor> resample(NamedParameter parameter, Tensor found) {
    long[] to = parameter.shape();
    long[] from = found.shape();
    if (!NAMES.contains(parameter.name()) || !found.dtype().isFloating()) {
      return Optional.empty();
    }
    if (isMap(from) && isMap(to) && from[1] == to[1]) {
      return Optional.of(resampledMap(found, (int) from[2], (int) to[2]));
    }
    if (from.length != 3 || to.length != 3 || from[0] != 1 || from[2] != to[2]) {
      return Optional.empty();
    }
    for (int leading = 0; leading <= MOST_LEADING; leading++) {
      int old = side(from[1] - leading);
      int side = side(to[1] - leading);
      if (old > 0 && side > 0) {
        return Optional.of(resampledTokens(found, leading, old, side));
      }
    }
    return Optional.empty();
  }

  /** Whether positions lie as an image does, [1, features, side, side], as PiT's do. */
  private static boolean isMap(long[] shape) {
    return shape.length == 4 && shape[0] == 1 && shape[2] == shape[3];
  }

  private static Tensor resampledMap(Tensor found, int from, int to) {
    int features = (int) found.shape()[1];
    double[][] map = Interpolation.BICUBIC.matrix(from, to);
    double[] old = found.doubles();
    double[] values = new double[features * to * to];
    for (int f = 0; f < features; f++) {
      double[] image = Arrays.copyOfRange(old, f * from * from, (f + 1) * from * from);
      System.arraycopy(resampled(image, 0, from, to, 1, map), 0, values, f * to * to, to * to);
    }
    return Tensor.of(values, 1, features, to, to);
  }

  /** The side of a square of so many patches, 0 if it is none. */
  private static int side(long patches) {
    int side = (int) Math.round(Math.sqrt(Math.max(0, patches)));
    return (long) side * side == patches ? side : 0;
  }

  private static Tensor resampledTokens(Tensor found, int leading, int from, int to) {
    int features = (int) found.shape()[2];
    double[][] map = Interpolation.BICUBIC.matrix(from, to);
    double[] values = resampled(found.doubles(), leading, from, to, features, map);
    return Tensor.of(values, 1, leading + (long) to * to, features);
  }

  /** Rows, row by row of a square, after so many that stay. */
  private static double[] resampled(
      double[] old, int leading, int from, int to, int features, double[][] map) {
    double[] wide = new double[from * to * features];
    for (int row = 0; row < from; row++) {
      for (int x = 0; x < to; x++) {
        for (int i = 0; i < from; i++) {
          add(wide, row * to + x, map[x][i], old, leading + row * from + i, features);
        }
      }
    }
    double[] values = new double[(leading + to * to) * features];
    System.arraycopy(old, 0, values, 0, leading * features);
    for (int y = 0; y < to; y++) {
      for (int i = 0; i < from; i++) {
        for (int x = 0; x < to; x++) {
          add(values, leading + y * to + x, map[y][i], wide, i * to + x, features);
        }
      }
    }
    return values;
  }

  private static void add(
      double[] sums, int row, double weight, double[] values, int from, int features) {
    for (int f = 0; f < features && weight != 0; f++) {
      sums[row * features + f] += weight * values[from * features + f];
    }
  }
}
