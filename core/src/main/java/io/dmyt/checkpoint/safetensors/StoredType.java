package io.dmyt.checkpoint.safetensors;

import io.dmyt.checkpoint.DType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type of elements that the format knows.
 *
 * @param dtype the same here, or null if its values are not read
 * @param bits the size of an element
 */
record StoredType(String name, @Nullable DType dtype, int bits) {
  private static final Map<String, StoredType> ALL = new HashMap<>();

  static {
    Arrays.stream(DType.values()).forEach(d -> add(d.name(), d, 8 * d.bytes()));
    add("U16", null, 16);
    add("U32", null, 32);
    add("U64", null, 64);
    add("C64", null, 64);
    add("F8_E4M3", null, 8);
    add("F8_E5M2", null, 8);
    add("F8_E8M0", null, 8);
    add("F6_E2M3", null, 6);
    add("F6_E3M2", null, 6);
    add("F4", null, 4);
  }

  private static void add(String name, @Nullable DType dtype, int bits) {
    ALL.put(name, new StoredType(name, dtype, bits));
  }

  /** The type of that name, or null. */
  static @Nullable StoredType named(String name) {
    return ALL.get(name);
  }

  /** The size of so many elements; ArithmeticException if over 2^63. */
  long bytes(long elements) {
    return dtype != null
        ? Math.multiplyExact(elements, (long) dtype.bytes())
        : Math.addExact(Math.multiplyExact(elements, (long) bits), 7L) / 8;
  }
}
