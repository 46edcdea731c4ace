package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cuLaunchKernel;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/** A generated kernel, which can be launched once its {@link KernelModule} is compiled. */
final class Kernel {
  private final String name;
  private CUfunc_st function = new CUfunc_st();

  Kernel(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void resolve(CUfunc_st loaded) {
    function = loaded;
  }

  /**
   * Launches it on the stream.
   *
   * @param arguments addresses, integers, or floats as {@link #bits}
   */
  void launch(Grid grid, long... arguments) {
    try (LongPointer slots = new LongPointer(arguments);
        PointerPointer<LongPointer> each = new PointerPointer<>(Math.max(1, arguments.length))) {
      for (int i = 0; i < arguments.length; i++) {
        each.put(i, slots.getPointer(i));
      }
      Cuda.check(
          cuLaunchKernel(
              function,
              grid.x(),
              grid.y(),
              grid.z(),
              grid.threads(),
              1,
              1,
              0,
              Cuda.stream(),
              each,
              (PointerPointer<?>) null),
          name);
    }
  }

  /** A float as an argument. */
  static long bits(float value) {
    return Float.floatToRawIntBits(value) & 0xffffffffL;
  }

  /** How many blocks of how many threads. */
  record Grid(int x, int y, int z, int threads) {
    /** As many blocks of 256 threads as elements need, at most 2³¹. */
    static Grid of(long elements) {
      return new Grid(Math.toIntExact((elements + 255) / 256), 1, 1, 256);
    }
  }
}
