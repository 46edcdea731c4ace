package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Quoted;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;

/** What an {@link Unpickler} makes beside strings, numbers, lists and maps. */
final class PickledTypes {
  private static final Map<String, DType> STORAGES =
      Map.ofEntries(
          Map.entry("DoubleStorage", DType.F64),
          Map.entry("FloatStorage", DType.F32),
          Map.entry("HalfStorage", DType.F16),
          Map.entry("BFloat16Storage", DType.BF16),
          Map.entry("LongStorage", DType.I64),
          Map.entry("IntStorage", DType.I32),
          Map.entry("ShortStorage", DType.I16),
          Map.entry("CharStorage", DType.I8),
          Map.entry("ByteStorage", DType.U8),
          Map.entry("BoolStorage", DType.BOOL));

  private PickledTypes() {}

  /** A name in Python that a pickle may refer to. */
  sealed interface Global permits StorageType, Function {}

  /** A class of storages, {@code torch.FloatStorage} and its like. */
  record StorageType(DType dtype) implements Global {}

  /** The functions whose effect is known here. */
  enum Function implements Global {
    REBUILD_TENSOR,
    REBUILD_TENSOR_V2,
    REBUILD_PARAMETER,
    ORDERED_DICT
  }

  /** The allowed global of that name, or null. */
  static Global global(String module, String name) {
    return switch (module + "." + name) {
      case "torch._utils._rebuild_tensor" -> Function.REBUILD_TENSOR;
      case "torch._utils._rebuild_tensor_v2" -> Function.REBUILD_TENSOR_V2;
      case "torch._utils._rebuild_parameter" -> Function.REBUILD_PARAMETER;
      case "collections.OrderedDict" -> Function.ORDERED_DICT;
      case "torch.UntypedStorage", "torch.storage.UntypedStorage" -> new StorageType(DType.U8);
      default -> {
        // Tensors on a GPU were stored as torch.cuda's classes before PyTorch 1.6.
        DType dtype =
            module.equals("torch") || module.equals("torch.cuda") ? STORAGES.get(name) : null;
        yield dtype == null ? null : new StorageType(dtype);
      }
    };
  }

  /**
   * A storage by its key in the file.
   *
   * @param elements its length
   * @param view the part of it that is meant, or null for all
   */
  record StorageRef(DType dtype, String key, long elements, View view) {}

  /** A part of a storage, in elements; only files of the legacy format have it. */
  record View(String key, long offset, long elements) {}

  /** A tensor over a storage; offset and strides in elements, none of it checked yet. */
  record TensorRef(StorageRef storage, long offset, long[] shape, long[] strides) {}

  /** A tuple; compared by identity. */
  static final class Tuple {
    private final Object[] items;

    Tuple(Object... items) {
      this.items = items;
    }

    int size() {
      return items.length;
    }

    Object get(int i) {
      return items[i];
    }

    /** The items as numbers that fit 63 bits, or null if one is none. */
    long[] sizes() {
      if (items.length > Tensor.LARGEST_RANK) {
        return null;
      }
      boolean numbers = Arrays.stream(items).allMatch(i -> i instanceof Long n && n >= 0);
      return numbers ? Arrays.stream(items).mapToLong(i -> (Long) i).toArray() : null;
    }
  }

  /** How a value is called in messages. */
  static String describe(Object value) {
    if (value == null) {
      return "None";
    } else if (value instanceof String text) {
      return Quoted.of(text);
    } else if (value instanceof Long || value instanceof Double || value instanceof Boolean) {
      return value.toString();
    } else if (value instanceof BigInteger) {
      return "a huge number";
    } else if (value instanceof Map<?, ?> map) {
      return "a dict of " + map.size();
    } else if (value instanceof Tuple tuple) {
      return "a tuple of " + tuple.size();
    } else if (value instanceof TensorRef) {
      return "a tensor";
    } else if (value instanceof StorageRef) {
      return "a storage";
    } else if (value instanceof Global) {
      return "a class or function";
    }
    return value instanceof byte[] ? "bytes" : "a list";
  }
}
