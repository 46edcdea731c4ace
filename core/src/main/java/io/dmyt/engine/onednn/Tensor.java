package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;

import io.dmyt.internal.Address;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory that primitives read and write. Where it lies is decided after a program is laid out: in
 * the arena, for as long as the program's steps need it; at the address of an ND4J array; or in a
 * tensor that it may overwrite.
 */
final class Tensor {
  private final Format format;
  private final boolean inArena;
  private final dnnl_memory memory;
  private long address;

  /** First and last step that touch this tensor. */
  private int first = Integer.MAX_VALUE;

  private int last = -1;

  /** The tensor whose place this one takes, once the arena has decided. */
  private Tensor place = this;

  /** How many bytes behind that one's begin it begins. */
  private long shift;

  private Tensor(NativeScope scope, Format format, boolean inArena) {
    this.format = format;
    this.inArena = inArena;
    dnnl_memory m = new dnnl_memory();
    Dnnl.check(
        dnnl_memory_create(m, format.description(), Dnnl.engine(), (Pointer) null),
        "dnnl_memory_create");
    this.memory = scope.own(m, p -> dnnl_memory_destroy(p));
  }

  /** A tensor that lives in the arena between its first and its last use. */
  static Tensor inArena(NativeScope scope, Format format) {
    return new Tensor(scope, format, true);
  }

  /** A tensor over memory that is given, now or later, by {@link #at}. */
  static Tensor elsewhere(NativeScope scope, Format format) {
    return new Tensor(scope, format, false);
  }

  /** Places this tensor at {@code address}. */
  Tensor at(long newAddress) {
    if (address != newAddress) {
      Dnnl.check(
          dnnl_memory_set_data_handle(memory, new Address(newAddress)),
          "dnnl_memory_set_data_handle");
      address = newAddress;
    }
    return this;
  }

  void usedBy(int step) {
    Tensor root = place();
    root.first = Math.min(root.first, step);
    root.last = Math.max(root.last, step);
  }

  Format format() {
    return format;
  }

  long address() {
    return address;
  }

  dnnl_memory memory() {
    return memory;
  }

  boolean arena() {
    return inArena;
  }

  int first() {
    return first;
  }

  int last() {
    return last;
  }

  /** Lets this tensor, not used yet, lie so many bytes behind where {@code other} lies. */
  void replaces(Tensor other, long bytes) {
    place = other.place();
    shift = other.shift + bytes;
  }

  long shift() {
    return shift;
  }

  Tensor place() {
    return place == this ? this : place.place();
  }
}
