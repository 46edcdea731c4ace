package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.pytorch.PickledTypes.ElementType;
import io.dmyt.checkpoint.pytorch.PickledTypes.Opaque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What the names of Python's classes and functions mean in a pickle. */
final class PickledNames {
  /** The functions and classes whose effect is known here. */
  enum Function {
    REBUILD_TENSOR,
    REBUILD_TENSOR_V2,
    REBUILD_TENSOR_V3,
    REBUILD_PARAMETER,
    REBUILD_PARAMETER_WITH_STATE,
    REBUILD_FROM_TYPE,
    REBUILD_FROM_NUMPY,
    REBUILD_FROM_CPU,
    ORDERED_DICT,
    DEFAULT_DICT,
    /** A tensor's own class, beside which others may change what its values mean. */
    TENSOR_CLASS,
    NUMPY_RECONSTRUCT,
    NUMPY_FROM_BUFFER,
    NUMPY_DTYPE,
    NUMPY_ARRAY_CLASS,
    ENCODE
  }

  private static final Map<String, Function> FUNCTIONS =
      Map.ofEntries(
          Map.entry("torch._utils._rebuild_tensor", Function.REBUILD_TENSOR),
          Map.entry("torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR_V2),
          Map.entry("torch._utils._rebuild_tensor_v3", Function.REBUILD_TENSOR_V3),
          Map.entry("torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER),
          Map.entry(
              "torch._utils._rebuild_parameter_with_state", Function.REBUILD_PARAMETER_WITH_STATE),
          Map.entry("torch._tensor._rebuild_from_type", Function.REBUILD_FROM_TYPE),
          Map.entry("torch._tensor._rebuild_from_type_v2", Function.REBUILD_FROM_TYPE),
          Map.entry("torch.tensor._rebuild_from_type", Function.REBUILD_FROM_TYPE),
          Map.entry("torch._utils._rebuild_device_tensor_from_numpy", Function.REBUILD_FROM_NUMPY),
          Map.entry("torch._utils._rebuild_xla_tensor", Function.REBUILD_FROM_NUMPY),
          Map.entry(
              "torch._utils._rebuild_device_tensor_from_cpu_tensor", Function.REBUILD_FROM_CPU),
          Map.entry("collections.OrderedDict", Function.ORDERED_DICT),
          Map.entry("collections.defaultdict", Function.DEFAULT_DICT),
          Map.entry("torch.Tensor", Function.TENSOR_CLASS),
          Map.entry("torch._tensor.Tensor", Function.TENSOR_CLASS),
          Map.entry("torch.nn.parameter.Parameter", Function.TENSOR_CLASS),
          Map.entry("torch.nn.parameter.Buffer", Function.TENSOR_CLASS),
          Map.entry("numpy.core.multiarray._reconstruct", Function.NUMPY_RECONSTRUCT),
          Map.entry("numpy._core.multiarray._reconstruct", Function.NUMPY_RECONSTRUCT),
          Map.entry("numpy.core.numeric._frombuffer", Function.NUMPY_FROM_BUFFER),
          Map.entry("numpy._core.numeric._frombuffer", Function.NUMPY_FROM_BUFFER),
          Map.entry("numpy.dtype", Function.NUMPY_DTYPE),
          Map.entry("numpy.ndarray", Function.NUMPY_ARRAY_CLASS),
          Map.entry("_codecs.encode", Function.ENCODE));

  /** Known makers of tensors of kinds that are not read. */
  private static final Set<String> ODD_TENSORS =
      Set.of(
          "torch._utils._rebuild_qtensor",
          "torch._utils._rebuild_sparse_tensor",
          "torch._utils._rebuild_sparse_csr_tensor",
          "torch._utils._rebuild_nested_tensor",
          "torch._utils._rebuild_meta_tensor_no_storage",
          "torch._utils._rebuild_wrapper_subclass",
          "torch._utils._rebuild_mlc_tensor");

  private static final Map<String, ElementType> TYPES = types();

  /** Modules whose functions run code or reach outside the program. */
  private static final Set<String> HOSTILE_MODULES =
      Set.of(
          "asyncio.subprocess",
          "bdb",
          "code",
          "codeop",
          "commands",
          "ctypes",
          "ftplib",
          "http.client",
          "httplib",
          "imp",
          "importlib",
          "marshal",
          "multiprocessing.process",
          "nt",
          "os",
          "pdb",
          "pip",
          "popen2",
          "posix",
          "profile",
          "pty",
          "requests",
          "requests.api",
          "runpy",
          "shutil",
          "smtplib",
          "socket",
          "subprocess",
          "sys",
          "telnetlib",
          "timeit",
          "trace",
          "urllib.request",
          "webbrowser");

  /** What honest objects take from these modules. */
  private static final Set<String> HARMLESS =
      Set.of(
          "os.PathLike",
          "os._Environ",
          "os.environ",
          "os.fspath",
          "os.stat_result",
          "os.terminal_size",
          "posix.stat_result",
          "posix.uname_result");

  private static final Set<String> HOSTILE_BUILTINS =
      Set.of(
          "__import__",
          "apply",
          "breakpoint",
          "compile",
          "eval",
          "exec",
          "execfile",
          "file",
          "globals",
          "input",
          "locals",
          "open",
          "raw_input",
          "reload",
          "setattr");

  private PickledNames() {}

  private static Map<String, ElementType> types() {
    Map<String, ElementType> types = new HashMap<>();
    add(types, DType.F64, "DoubleStorage", "float64", "double");
    add(types, DType.F32, "FloatStorage", "float32", "float");
    add(types, DType.F16, "HalfStorage", "float16", "half");
    add(types, DType.BF16, "BFloat16Storage", "bfloat16");
    add(types, DType.I64, "LongStorage", "int64", "long");
    add(types, DType.I32, "IntStorage", "int32", "int");
    add(types, DType.I16, "ShortStorage", "int16", "short");
    add(types, DType.I8, "CharStorage", "int8");
    add(types, DType.U8, "ByteStorage", "uint8", "UntypedStorage");
    add(types, DType.BOOL, "BoolStorage", "bool");
    addOdd(types, 16, "ComplexDoubleStorage", "complex128", "cdouble");
    addOdd(types, 8, "ComplexFloatStorage", "complex64", "cfloat", "uint64");
    addOdd(types, 4, "complex32", "chalf", "ComplexHalfStorage", "QInt32Storage", "qint32");
    addOdd(types, 4, "uint32");
    addOdd(types, 2, "uint16");
    addOdd(types, 1, "QInt8Storage", "QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage");
    addOdd(types, 1, "qint8", "quint8", "quint4x2", "quint2x4");
    addOdd(types, 1, "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz");
    addOdd(types, 1, "float8_e8m0fnu", "float4_e2m1fn_x2");
    return types;
  }

  private static void add(Map<String, ElementType> types, DType dtype, String... names) {
    for (String name : names) {
      types.put(name, new ElementType("torch." + name, dtype, dtype.bytes()));
    }
  }

  private static void addOdd(Map<String, ElementType> types, int bytes, String... names) {
    for (String name : names) {
      types.put(name, new ElementType("torch." + name, null, bytes));
    }
  }

  /** What the name stands for: a {@link Function}, an {@link ElementType} or an {@link Opaque}. */
  static Object of(String module, String name) {
    String full = module + "." + name;
    Function function = FUNCTIONS.get(full);
    if (function != null) {
      return function;
    }
    // Tensors on a GPU were stored as torch.cuda's classes before PyTorch 1.6.
    boolean torch = Set.of("torch", "torch.cuda", "torch.storage").contains(module);
    ElementType type = torch ? TYPES.get(name) : null;
    if (type != null) {
      return type;
    }
    return ODD_TENSORS.contains(full) ? Opaque.tensor(full) : Opaque.of(full);
  }

  /**
   * Whether it runs code or reaches outside the program when it is called. Nothing is called here
   * in any case; but no honest checkpoint asks for it, and whoever made this one means harm.
   */
  static boolean isHostile(String module, String name) {
    if (module.equals("builtins") || module.equals("__builtin__")) {
      return HOSTILE_BUILTINS.contains(name);
    }
    return HOSTILE_MODULES.contains(module) && !HARMLESS.contains(module + "." + name);
  }
}
