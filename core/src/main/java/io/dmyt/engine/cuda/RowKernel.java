package io.dmyt.engine.cuda;

import io.dmyt.engine.cuda.Kernel.Grid;
import io.dmyt.internal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Source of a kernel over a matrix of rows of channels ({@link Rows}), in which each element is
 * computed from those at the same place in other tensors, and written, or summed up over rows.
 *
 * <p>Lines are in C. They see one element at a time: what {@link #read} returns is its value in a
 * tensor.
 */
final class RowKernel {
  private final Rows rows;
  private final int rowsPerExample;
  private final Map<Tensor, String> pointers = new LinkedHashMap<>();
  private final Map<String, String> loaded = new LinkedHashMap<>();
  private final List<Tensor> written = new ArrayList<>();
  private final StringBuilder once = new StringBuilder();
  private final StringBuilder perRow = new StringBuilder();
  private final StringBuilder lines = new StringBuilder();
  private final StringBuilder stores = new StringBuilder();
  private int sums;

  RowKernel(Rows rows, int rowsPerExample) {
    this.rows = rows;
    this.rowsPerExample = rowsPerExample;
  }

  /** The value of an element in a tensor. */
  String read(Tensor tensor, Spread spread) {
    String pointer = pointer(tensor);
    String key = pointer + spread;
    String name = loaded.get(key);
    if (name == null) {
      name = "l" + loaded.size();
      loaded.put(key, name);
      (spread == Spread.CHANNEL ? once : perRow)
          .append(
              Text.format(
                  "    const Vec<%1$s, %2$d> %3$s = load<%1$s, %2$d>(%4$s + %5$s);\n",
                  tensor.type().code(), rows.width(), name, pointer, spread.offset()));
    }
    return "get(" + name + ".v[j])";
  }

  /** The value of the first row's element of the same channel, which is read once. */
  String readFirstRow(Tensor tensor) {
    return read(tensor, Spread.CHANNEL);
  }

  private String pointer(Tensor tensor) {
    return pointers.computeIfAbsent(tensor, t -> "t" + pointers.size());
  }

  /** Adds a line. */
  void line(String code) {
    lines.append("      ").append(code).append('\n');
  }

  /** Writes an expression's value to the element of a tensor. */
  void write(Tensor tensor, String expression) {
    String pointer = pointer(tensor);
    written.add(tensor);
    String name = "w" + written.size();
    String type = Text.format("Vec<%s, %d>", tensor.type().code(), rows.width());
    perRow.append(Text.format("    %s %s;\n", type, name));
    line(Text.format("put(%s.v[j], %s);", name, expression));
    stores.append(Text.format("    store(%s + o, %s);\n", pointer, name));
  }

  /**
   * Sums an expression up over the rows.
   *
   * @return the sum's number
   */
  int sum(String expression) {
    line(Text.format("s[%d][j] += %s;", sums, expression));
    return sums++;
  }

  /** A step that computes and writes each element. */
  Step map(KernelModule module, String what, int count) {
    String source =
        Text.format(
            """

        extern "C" __global__ void __launch_bounds__(%d) KERNEL(%sint rows) {
        %s  if (c >= %d) return;
        %s  #pragma unroll 2
          for (int row = blockIdx.x * %d + ty; row < rows; row += gridDim.x * %d) {
        %s%s    #pragma unroll
            for (int j = 0; j < %d; j++) {
        %s    }
        %s  }
        }
        """,
            rows.threads(),
            declarations(),
            rows.threadCode(),
            rows.channels(),
            once,
            rows.down(),
            rows.down(),
            offsets(),
            perRow,
            rows.width(),
            lines,
            stores);
    Kernel kernel = module.add(name(what), source);
    Grid grid = rows.grid(count, 4);
    List<Tensor> tensors = List.copyOf(pointers.keySet());
    return Step.of(what, () -> kernel.launch(grid, arguments(tensors, count)), tensors);
  }

  /**
   * A step that sums rows up, in partial sums per block: {@code [sum][segment][block][channel]}.
   *
   * @param rowsOf how the rows of a segment lie
   */
  Partial sums(KernelModule module, String what, Segments rowsOf) {
    Grid grid = rows.partialGrid(rowsOf.rows(), rowsOf.segments());
    Tensor partial = Tensor.planned(Type.F32, sums, rowsOf.segments(), grid.x(), rows.channels());
    String source =
        Text.format(
            """

        extern "C" __global__ void __launch_bounds__(%1$d) KERNEL(%2$sfloat* partial, int rows) {
        %3$s  const bool on = c < %4$d;
          float s[%5$d][%6$d] = {};
          if (on) {
        %7$s  #pragma unroll 2
          for (int r = blockIdx.x * %8$d + ty; r < rows; r += gridDim.x * %8$d) {
            const int row = r * %9$d + blockIdx.z * %10$d;
        %11$s%12$s    #pragma unroll
            for (int j = 0; j < %6$d; j++) {
        %13$s    }
        %14$s  }
          }
          __shared__ float shared[%8$d][%15$d];
          #pragma unroll
          for (int k = 0; k < %5$d; k++) {
            for (int j = 0; j < %6$d; j++) shared[ty][tx * %6$d + j] = s[k][j];
            __syncthreads();
            for (int half = %8$d / 2; half > 0; half /= 2) {
              if (ty < half)
                for (int j = 0; j < %6$d; j++)
                  shared[ty][tx * %6$d + j] += shared[ty + half][tx * %6$d + j];
              __syncthreads();
            }
            if (ty == 0 && on) {
              float* to = partial + ((i64)(k * gridDim.z + blockIdx.z) * gridDim.x + blockIdx.x) * %4$d + c;
              for (int j = 0; j < %6$d; j++) to[j] = shared[0][tx * %6$d + j];
            }
            __syncthreads();
          }
        }
        """,
            rows.threads(),
            declarations(),
            rows.threadCode(),
            rows.channels(),
            sums,
            rows.width(),
            once,
            rows.down(),
            rowsOf.rowStride(),
            rowsOf.segmentStride(),
            offsets(),
            perRow,
            lines,
            stores,
            rows.across() * rows.width());
    Kernel kernel = module.add(name(what), source);
    List<Tensor> tensors = List.copyOf(pointers.keySet());
    List<Tensor> all = new ArrayList<>(tensors);
    all.add(partial);
    Step step = Step.of(what, () -> kernel.launch(grid, arguments(all, rowsOf.rows())), all);
    return new Partial(step, partial, sums);
  }

  /** What {@link #sums} made. */
  record Partial(Step step, Tensor tensor, int sums) {}

  /**
   * Which rows are summed up together.
   *
   * @param rows of a segment
   * @param rowStride between a segment's rows
   * @param segmentStride between the first rows of segments
   */
  record Segments(int rows, int segments, int rowStride, int segmentStride) {
    static Segments of(Tensor whole, Spread spread) {
      int rows = whole.rows();
      int each = whole.rowsPerExample();
      return switch (spread) {
        case CHANNEL -> new Segments(rows, 1, 1, 0);
        case EXAMPLE -> new Segments(each, rows / each, 1, each);
        case POSITION -> new Segments(rows / each, each, each, 1);
        case FULL -> throw new IllegalArgumentException("nothing to sum up");
      };
    }
  }

  private String declarations() {
    StringBuilder text = new StringBuilder();
    pointers.forEach(
        (tensor, name) -> {
          String constant = written.contains(tensor) ? "" : "const ";
          text.append(Text.format("%s%s* __restrict__ %s, ", constant, tensor.type().code(), name));
        });
    return text.toString();
  }

  private String offsets() {
    String text = Text.format("    const i64 o = (i64)row * %d + c;\n", rows.channels());
    String all = perRow.toString();
    if (all.contains("+ e)")) {
      text +=
          Text.format(
              "    const i64 e = (i64)(row / %d) * %d + c;\n", rowsPerExample, rows.channels());
    }
    if (all.contains("+ p)")) {
      text +=
          Text.format(
              "    const i64 p = (i64)(row %% %d) * %d + c;\n", rowsPerExample, rows.channels());
    }
    return text;
  }

  private static long[] arguments(List<Tensor> tensors, int rows) {
    long[] all = new long[tensors.size() + 1];
    for (int i = 0; i < tensors.size(); i++) {
      all[i] = tensors.get(i).address();
    }
    all[tensors.size()] = rows;
    return all;
  }

  private static String name(String what) {
    return what.replaceAll("[^A-Za-z0-9]+", "_");
  }
}
