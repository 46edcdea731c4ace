package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCompileProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcCreateProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcDestroyProgram;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBIN;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetCUBINSize;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLog;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetProgramLogSize;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The generated kernels of one program, compiled together. Equal sources are one kernel. */
final class KernelModule implements AutoCloseable {
  private static final String NAME = "KERNEL";
  private static final String PRELUDE = resource("prelude.cu") + resource("sums.cu");

  private final Map<String, Kernel> kernels = new LinkedHashMap<>();
  private CUmod_st module = new CUmod_st();

  /** A file of this package. */
  static String resource(String name) {
    try (InputStream in = KernelModule.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A kernel to be compiled.
   *
   * @param what for its name, letters and digits
   * @param source of one {@code __global__} function called KERNEL
   */
  Kernel add(String what, String source) {
    return kernels.computeIfAbsent(source, s -> new Kernel(what + "_" + kernels.size()));
  }

  /** A kernel from the class path, with {@code TYPE} replaced. */
  Kernel library(String name, Type type) {
    return add(name.replace('-', '_'), resource(name + ".cu").replace("TYPE", type.code()));
  }

  /** The source of all of them. */
  String source() {
    StringBuilder all = new StringBuilder(PRELUDE);
    kernels.forEach((source, kernel) -> all.append(source.replace(NAME, kernel.name())));
    return all.toString();
  }

  /** Compiles them for the device. */
  void compile() {
    if (kernels.isEmpty()) {
      return;
    }
    try (BytePointer cubin = cubin(source(), Cuda.capability())) {
      Cuda.check(cuModuleLoadData(module, cubin), "cuModuleLoadData");
    }
    for (Kernel kernel : kernels.values()) {
      CUfunc_st function = new CUfunc_st();
      Cuda.check(cuModuleGetFunction(function, module, kernel.name()), kernel.name());
      kernel.resolve(function);
    }
  }

  private static BytePointer cubin(String source, int capability) {
    _nvrtcProgram program = new _nvrtcProgram();
    try (BytePointer text = new BytePointer(source, StandardCharsets.UTF_8);
        BytePointer name = new BytePointer("program.cu");
        PointerPointer<BytePointer> options =
            new PointerPointer<>(
                "--gpu-architecture=sm_" + capability,
                "--std=c++17",
                "--extra-device-vectorization");
        SizeTPointer size = new SizeTPointer(1)) {
      check(
          nvrtcCreateProgram(
              program, text, name, 0, (PointerPointer<?>) null, (PointerPointer<?>) null),
          "nvrtcCreateProgram");
      int code = nvrtcCompileProgram(program, 3, options);
      if (code != 0) {
        check(nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
        BytePointer log = new BytePointer(size.get());
        check(nvrtcGetProgramLog(program, log), "nvrtcGetProgramLog");
        throw new CudaException("NVRTC: " + log.getString());
      }
      check(nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
      BytePointer cubin = new BytePointer(size.get());
      check(nvrtcGetCUBIN(program, cubin), "nvrtcGetCUBIN");
      return cubin;
    } finally {
      nvrtcDestroyProgram(program);
    }
  }

  private static void check(int code, String call) {
    if (code != 0) {
      throw new CudaException(call + ": " + nvrtcGetErrorString(code).getString());
    }
  }

  @Override
  public void close() {
    if (!module.isNull()) {
      Cuda.check(cuModuleUnload(module), "cuModuleUnload");
      module = new CUmod_st();
    }
  }
}
