package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.Quoted;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an {@link Unpickler} makes beside strings, numbers, lists and maps. */
final class PickledTypes {
  private PickledTypes() {}

  /**
   * What stands for a class, a function or an object that is not known here: it is never built,
   * looked into or run. Compared by identity.
   */
  static final class Opaque {
    private static final int UNCOUNTED = Integer.MAX_VALUE;

    private final String name;
    private final boolean tensor;
    private final int storagesBefore;

    private Opaque(String name, boolean tensor, int storagesBefore) {
      this.name = name;
      this.tensor = tensor;
      this.storagesBefore = storagesBefore;
    }

    /** Something of that class, or made by that function. */
    static Opaque of(String name) {
      return new Opaque(name, false, UNCOUNTED);
    }

    /**
     * An object of that class whose state may follow.
     *
     * @param storages how many the pickle has named before it
     */
    static Opaque object(String name, int storages) {
      return new Opaque(name, false, storages);
    }

    /** A tensor that can't be read because of that class or function. */
    static Opaque tensor(String name) {
      return new Opaque(name, true, UNCOUNTED);
    }

    /** The full name in Python of what makes it unreadable. */
    String name() {
      return name;
    }

    /** Whether it is a tensor of a kind that is not read. */
    boolean isTensor() {
      return tensor;
    }

    /**
     * How many storages the pickle has named since it was made, if its state may follow.
     *
     * @param storages how many it has named by now
     */
    int storagesSince(int storages) {
      return Math.max(0, storages - storagesBefore);
    }
  }

  /**
   * The type of a storage's or an array's elements.
   *
   * @param name the full name in Python
   * @param dtype the same type here, or null if it is not read
   * @param bytes the size of an element, 0 if unknown
   */
  record ElementType(String name, @Nullable DType dtype, int bytes) {}

  /**
   * A storage by its key in the file.
   *
   * @param elements its length
   * @param view the part of it that is meant, or null for all
   */
  record StorageRef(ElementType type, String key, long elements, @Nullable View view) {}

  /** A part of a storage, in elements; only files of the legacy format have it. */
  record View(String key, long offset, long elements) {}

  /**
   * A tensor over a storage; offset and strides in elements of its own type, none of it checked
   * yet.
   *
   * @param dtype the type of its elements, which may be another than that of an untyped storage
   */
  record TensorRef(StorageRef storage, DType dtype, long offset, long[] shape, long[] strides) {}

  /**
   * A long text or byte string that stays in the pickle.
   *
   * @param start its first byte, from the beginning of the pickle's buffer
   * @param latin1 whether these are the UTF-8 bytes of a text whose Latin-1 bytes are meant
   */
  record Blob(int start, int length, boolean latin1) {}

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

    /** All of them; unmodifiable. */
    List<Object> items() {
      return Collections.unmodifiableList(Arrays.asList(items));
    }

    /** The items as numbers that fit 63 bits, or null if one is none. */
    long @Nullable [] sizes() {
      if (items.length > Tensor.LARGEST_RANK) {
        return null;
      }
      boolean numbers = Arrays.stream(items).allMatch(i -> i instanceof Long n && n >= 0);
      return numbers ? Arrays.stream(items).mapToLong(i -> (Long) i).toArray() : null;
    }
  }

  /** Whether a value is a tensor that can be read, if its storage is sound. */
  static boolean isTensor(Object value) {
    return value instanceof TensorRef
        || (value instanceof NumpyValues.Array array && array.isNumeric());
  }

  /** How a value is called in messages. */
  static String describe(@Nullable Object value) {
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
    } else if (value instanceof NumpyValues.Array) {
      return "a NumPy array";
    } else if (value instanceof StorageRef) {
      return "a storage";
    } else if (value instanceof PickledNames.Function || value instanceof ElementType) {
      return "a class or function";
    } else if (value instanceof Opaque opaque) {
      return "something of " + Quoted.of(opaque.name());
    } else if (value instanceof Blob) {
      return "a long text";
    }
    return value instanceof byte[] ? "bytes" : "a list";
  }
}
