package io.dmyt.engine.cuda;

import io.dmyt.engine.Parameter;
import io.dmyt.engine.cuda.Kernel.Grid;
import io.dmyt.internal.Text;
import java.util.Arrays;

/** Copies boxes of elements between tensors, in whatever order they lie. */
final class Mover {

  /** A tensor's elements along axes of memory. */
  record Box(Tensor tensor, long offset, long[] dims, long[] strides) {

    /** All of a tensor along the axes of its dimensions, first to last. */
    static Box of(Tensor tensor) {
      long[] d = tensor.dims();
      long[] strides = new long[d.length];
      long next = 1;
      for (int axis : inMemory(d.length)) {
        strides[axis] = next;
        next *= d[axis];
      }
      return new Box(tensor, 0, d, strides);
    }

    /** Axes from the innermost out. */
    private static int[] inMemory(int rank) {
      if (rank == 4) {
        return new int[] {1, 3, 2, 0};
      }
      int[] axes = new int[rank];
      for (int i = 0; i < rank; i++) {
        axes[i] = rank - 1 - i;
      }
      return axes;
    }

    /** A share of it along an axis. */
    Box part(int axis, long from, long size) {
      long[] d = dims.clone();
      d[axis] = size;
      return new Box(tensor, offset + from * strides[axis], d, strides);
    }

    /** The same elements of a tensor seen under other dimensions, in row-major order. */
    static Box rowMajor(Tensor tensor, long... dims) {
      return new Box(tensor, 0, dims.clone(), Parameter.rowMajorStrides(dims));
    }
  }

  private Mover() {}

  /** A step that copies one box to another of equal dimensions. */
  static Step copy(KernelModule module, String what, Box from, Box to) {
    int rank = to.dims().length;
    Integer[] order = new Integer[rank];
    Arrays.setAll(order, i -> i);
    // What lies closest in the target comes last.
    Arrays.sort(order, (a, b) -> Long.compare(to.strides()[b], to.strides()[a]));
    int last = order[rank - 1];
    int width = 1;
    for (int w = 8; w > 1 && width == 1; w /= 2) {
      boolean fits =
          to.strides()[last] == 1
              && from.strides()[last] == 1
              && to.dims()[last] % w == 0
              && from.offset() % w == 0
              && to.offset() % w == 0;
      for (int d = 0; d < rank; d++) {
        fits &= d == last || (from.strides()[d] % w == 0 && to.strides()[d] % w == 0);
      }
      width = fits ? w : 1;
    }
    StringBuilder code = new StringBuilder();
    long count = 1;
    for (int i = rank - 1; i >= 0; i--) {
      int d = order[i];
      long size = d == last ? to.dims()[d] / width : to.dims()[d];
      long step = d == last ? width : 1;
      count *= size;
      code.append(
          Text.format(
              "  { const int i = rest %% %d; rest /= %d; in += i * %dLL; out += i * %dLL; }\n",
              size, size, from.strides()[d] * step, to.strides()[d] * step));
    }
    String source =
        Text.format(
            """

        extern "C" __global__ void __launch_bounds__(256) KERNEL(
            const %1$s* __restrict__ from, %2$s* __restrict__ to, i64 count) {
          i64 rest = (i64)blockIdx.x * 256 + threadIdx.x;
          if (rest >= count) return;
          i64 in = %3$d, out = %4$d;
        %5$s  const Vec<%1$s, %6$d> x = load<%1$s, %6$d>(from + in);
          Vec<%2$s, %6$d> y;
          #pragma unroll
          for (int j = 0; j < %6$d; j++) put(y.v[j], get(x.v[j]));
          store(to + out, y);
        }
        """,
            from.tensor().type().code(),
            to.tensor().type().code(),
            from.offset(),
            to.offset(),
            code,
            width);
    Kernel kernel = module.add("copy", source);
    long elements = count;
    return Step.of(
        what,
        () ->
            kernel.launch(
                Grid.of(elements), from.tensor().address(), to.tensor().address(), elements),
        from.tensor(),
        to.tensor());
  }
}
