package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.pytorch.PickledNames.Function;
import io.dmyt.checkpoint.pytorch.PickledTypes.Blob;
import io.dmyt.checkpoint.pytorch.PickledTypes.ElementType;
import io.dmyt.checkpoint.pytorch.PickledTypes.Opaque;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.TensorRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.Tuple;
import io.dmyt.internal.Text;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a pickle's calls of known functions give: tensors, dicts, arrays. Nothing is run. */
final class PickledCalls {
  private static final Set<String> LATIN1 = Set.of("latin1", "latin-1", "iso-8859-1");

  private final PickleInput in;
  private final PickledStorages storages;

  PickledCalls(PickleInput in, PickledStorages storages) {
    this.in = in;
    this.storages = storages;
  }

  /** The value of {@code callable(*arguments)}. */
  Object call(Object callable, Tuple arguments) {
    Object function = callable;
    Tuple given = arguments;
    // A loop, as a file may nest them as deep as it likes.
    while (function == Function.REBUILD_FROM_TYPE) {
      if (given.size() < 3 || !(given.get(2) instanceof Tuple inner)) {
        throw in.broken("a tensor without what makes it");
      }
      if (given.get(1) != Function.TENSOR_CLASS) {
        return Opaque.tensor(name(given.get(1)));
      }
      function = given.get(0);
      given = inner;
    }
    if (function instanceof Function known) {
      return known(known, given);
    } else if (function instanceof Opaque opaque) {
      return opaque.isTensor() ? Opaque.tensor(opaque.name()) : object(opaque);
    } else if (function instanceof ElementType type) {
      return Opaque.of(type.name());
    }
    throw in.broken(
        Text.format(
            "calls %s with %s", PickledTypes.describe(function), PickledTypes.describe(given)));
  }

  /** An object of a class that is not known. */
  Opaque object(Opaque type) {
    return Opaque.object(type.name(), storages.byKey().size());
  }

  private Object known(Function function, Tuple arguments) {
    return switch (function) {
      case REBUILD_TENSOR -> tensor(arguments, 4, 4, null);
      case REBUILD_TENSOR_V2 -> tensor(arguments, 6, 7, null);
      case REBUILD_TENSOR_V3 ->
          tensor(arguments, 7, 8, arguments.size() < 7 ? null : arguments.get(6));
      case REBUILD_PARAMETER -> wrapped(arguments, 3);
      case REBUILD_PARAMETER_WITH_STATE -> wrapped(arguments, 4);
      case REBUILD_FROM_NUMPY, REBUILD_FROM_CPU -> wrapped(arguments, 4);
      case ORDERED_DICT -> orderedDict(arguments, 0);
      case DEFAULT_DICT -> orderedDict(arguments, Math.min(1, arguments.size()));
      case NUMPY_RECONSTRUCT ->
          arguments.size() == 3 && arguments.get(0) == Function.NUMPY_ARRAY_CLASS
              ? new NumpyValues.Array()
              : Opaque.of("numpy.ndarray");
      case NUMPY_FROM_BUFFER -> fromBuffer(arguments);
      case NUMPY_DTYPE -> new NumpyValues.Type(arguments.size() == 0 ? null : arguments.get(0));
      case ENCODE -> encoded(arguments);
      case TENSOR_CLASS -> Opaque.tensor("torch.Tensor");
      case NUMPY_ARRAY_CLASS -> Opaque.of("numpy.ndarray");
      case REBUILD_FROM_TYPE -> throw new IllegalStateException("unwrapped before");
    };
  }

  /**
   * @param type the type of the elements, or null for the storage's
   */
  private Object tensor(Tuple arguments, int fewest, int most, @Nullable Object type) {
    if (arguments.size() >= fewest
        && arguments.size() <= most
        && arguments.get(1) instanceof Long offset
        && arguments.get(2) instanceof Tuple shape
        && arguments.get(3) instanceof Tuple strides) {
      if (arguments.get(0) instanceof Opaque opaque) {
        return Opaque.tensor(opaque.name());
      }
      if (type != null && !(type instanceof ElementType)) {
        return Opaque.tensor(name(type));
      }
      long[] sizes = shape.sizes();
      long[] steps = strides.sizes();
      if (arguments.get(0) instanceof StorageRef storage
          && offset >= 0
          && sizes != null
          && steps != null
          && sizes.length == steps.length) {
        ElementType elements = type instanceof ElementType given ? given : storage.type();
        return elements.dtype() == null || storage.type().dtype() == null
            ? Opaque.tensor(elements.dtype() == null ? elements.name() : storage.type().name())
            : reference(storage, elements.dtype(), offset, sizes, steps);
      }
    }
    throw in.broken("a tensor whose storage, offset, size or strides make no sense");
  }

  private TensorRef reference(
      StorageRef storage, DType dtype, long offset, long[] shape, long[] strides) {
    DType stored = storage.type().dtype();
    if (dtype != stored && stored != DType.U8) {
      throw in.broken(Text.format("a tensor of %s over a storage of %s", dtype, stored));
    }
    return new TensorRef(storage, dtype, offset, shape, strides);
  }

  /** The tensor that a parameter, or one from another device, wraps. */
  private Object wrapped(Tuple arguments, int size) {
    if (arguments.size() == size) {
      Object tensor = arguments.get(0);
      if (tensor instanceof Opaque opaque) {
        return Opaque.tensor(opaque.name());
      } else if (tensor instanceof NumpyValues.Array array && !array.isNumeric()) {
        return Opaque.tensor("numpy.ndarray");
      } else if (PickledTypes.isTensor(tensor)) {
        return tensor;
      }
    }
    throw in.broken("a parameter without its tensor");
  }

  private static String name(Object value) {
    if (value instanceof Opaque opaque) {
      return opaque.name();
    }
    return value instanceof ElementType type ? type.name() : PickledTypes.describe(value);
  }

  /**
   * With the items in that argument, if any, as Python 2 and defaultdict(type, items) have them.
   */
  private Map<Object, Object> orderedDict(Tuple arguments, int at) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.size() == at) {
      return dict;
    }
    Object items = arguments.size() == at + 1 ? arguments.get(at) : null;
    if (items instanceof Map<?, ?> map) {
      map.forEach((key, value) -> put(dict, key, value));
      return dict;
    }
    if (items instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof List<?> pair && pair.size() == 2) {
          put(dict, pair.get(0), pair.get(1));
        } else if (item instanceof Tuple pair && pair.size() == 2) {
          put(dict, pair.get(0), pair.get(1));
        } else {
          throw in.broken("an OrderedDict whose items are not pairs");
        }
      }
      return dict;
    }
    throw in.broken("an OrderedDict of " + PickledTypes.describe(arguments));
  }

  /** Sets an item of a dict. */
  void put(Map<Object, Object> dict, Object key, Object value) {
    // Hashing a container could recurse without end; all others hash at once, most by identity.
    if (key instanceof Map || key instanceof List) {
      throw in.broken("a dict with the key " + PickledTypes.describe(key));
    }
    in.take(HeapBudget.OBJECT);
    dict.put(key, value);
  }

  private static Object fromBuffer(Tuple arguments) {
    NumpyValues.Array array = new NumpyValues.Array();
    if (arguments.size() == 4
        && arguments.get(1) instanceof NumpyValues.Type type
        && arguments.get(2) instanceof Tuple shape) {
      array.set(arguments.get(0), type, shape.sizes(), "F".equals(arguments.get(3)));
    }
    return array;
  }

  /** Bytes as protocols before 3 write them: a text of the same Latin-1 code points. */
  private Object encoded(Tuple arguments) {
    if (arguments.size() == 2 && LATIN1.contains(String.valueOf(arguments.get(1)))) {
      if (arguments.get(0) instanceof String text) {
        in.take(HeapBudget.OBJECT + (long) text.length());
        return text.getBytes(StandardCharsets.ISO_8859_1);
      } else if (arguments.get(0) instanceof Blob blob) {
        return new Blob(blob.start(), blob.length(), true);
      }
    }
    return Opaque.of("_codecs.encode");
  }
}
