package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.cuda.Kernel.Grid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;

/**
 * Weights in the order that the device's libraries want, and their gradients in the order of the
 * network's: one launch copies those of all layers between the flat array and tensors.
 */
final class WeightCopies implements AutoCloseable {
  private static final int TILE = 2048;
  private static final int FIELDS = 12;
  private static final int AXES = 5;
  private static final int[] FILTERS = {0, 2, 3, 1};

  /**
   * @param tensor in row-major order of {@code dims}
   * @param start the first element in the tensor
   * @param offset the first element in the flat array
   */
  private record Segment(Tensor tensor, long start, long offset, long[] dims, long[] strides) {
    long length() {
      return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }
  }

  private final List<Segment> segments = new ArrayList<>();
  private final Type type;
  private long table;
  private int tiles;

  WeightCopies(Type type) {
    this.type = type;
  }

  /** Whether there is nothing to copy. */
  boolean isEmpty() {
    return segments.isEmpty();
  }

  List<Tensor> tensors() {
    return segments.stream().map(Segment::tensor).distinct().toList();
  }

  /** A convolution's weights as output channels, height, width, input channels of a group. */
  void convolution(Operation.Convolution c, Tensor tensor) {
    long[] d = c.weights().dims();
    parts(c, tensor, d.length == 4 ? FILTERS : new int[] {0, 1, 3, 4, 2});
  }

  /** A depthwise convolution's weights as height, width, channels. */
  void depthwise(Operation.Convolution c, Tensor tensor) {
    add(tensor, 0, c.weights(), new int[] {3, 4, 0, 1, 2});
  }

  private void parts(Operation.Convolution c, Tensor tensor, int[] order) {
    if (c.parts().isEmpty()) {
      add(tensor, 0, c.weights(), order);
      return;
    }
    long start = 0;
    for (Parameter part : c.parts()) {
      add(tensor, start, part, part.dims().length == 4 ? FILTERS : order);
      start += part.length();
    }
  }

  /** A parameter as a tensor of its dimensions. */
  void tensor(Parameter p, Tensor tensor) {
    int[] order = p.dims().length == 4 ? FILTERS : new int[p.dims().length];
    for (int i = 0; i < order.length && order != FILTERS; i++) {
      order[i] = i;
    }
    add(tensor, 0, p, order);
  }

  private void add(Tensor tensor, long start, Parameter p, int[] order) {
    long[] dims = new long[AXES];
    long[] strides = new long[AXES];
    Arrays.fill(dims, 1);
    int missing = AXES - order.length;
    for (int i = 0; i < order.length; i++) {
      dims[missing + i] = p.dims()[order[i]];
      strides[missing + i] = p.strides()[order[i]];
    }
    segments.add(new Segment(tensor, start, p.offset(), dims, strides));
  }

  /** From the flat array into the tensors. */
  Step read(KernelModule module, DeviceParameters parameters) {
    Kernel kernel = module.library("weights-read", type);
    return Step.of("weights", () -> launch(kernel, parameters.values()), tensors());
  }

  /** From the tensors into the flat array. */
  Step write(KernelModule module, DeviceParameters parameters) {
    Kernel kernel = module.library("weights-write", type);
    return Step.of("weights' gradients", () -> launch(kernel, parameters.gradients()), tensors());
  }

  private void launch(Kernel kernel, long flat) {
    kernel.launch(new Grid(tiles, 1, 1, 256), flat, table);
  }

  /** Says where the tensors lie now. */
  void bind() {
    List<long[]> rows = new ArrayList<>();
    for (Segment s : segments) {
      long to = s.tensor().address() + s.start() * type.bytes();
      for (long from = 0; from < s.length(); from += TILE) {
        rows.add(
            new long[] {
              to,
              s.offset(),
              from,
              Math.min(s.length(), from + TILE),
              s.dims()[2] | s.dims()[1] << 32,
              s.dims()[4] | s.dims()[3] << 32,
              s.strides()[0],
              s.strides()[1],
              s.strides()[2],
              s.strides()[3],
              s.strides()[4],
              0
            });
      }
    }
    tiles = rows.size();
    if (table == 0) {
      table = Cuda.allocate(Math.max(1, (long) tiles * FIELDS * Long.BYTES));
    }
    try (LongPointer all = new LongPointer((long) tiles * FIELDS)) {
      for (int i = 0; i < tiles; i++) {
        all.position((long) i * FIELDS).put(rows.get(i), 0, FIELDS);
      }
      all.position(0);
      DeviceParameters.copy(
          table, all.address(), (long) tiles * FIELDS * Long.BYTES, cudaMemcpyHostToDevice);
      Cuda.synchronize();
    }
  }

  @Override
  public void close() {
    if (table != 0) {
      Cuda.free(table);
      table = 0;
    }
  }
}
