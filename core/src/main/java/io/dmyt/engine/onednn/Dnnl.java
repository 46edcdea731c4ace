package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_last_impl_reached;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_next_impl;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_dims;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_ndims_s32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import io.dmyt.internal.Text;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The checked ring over oneDNN's C API: every status becomes an {@link OneDnnException}. The CPU's
 * engine and its in-order stream live as long as the process, as oneDNN's caches do.
 */
final class Dnnl {
  private Dnnl() {}

  private static final class Cpu {
    static final dnnl_engine ENGINE = new dnnl_engine();
    static final dnnl_stream STREAM = new dnnl_stream();

    static {
      check(dnnl_engine_create(ENGINE, dnnl_cpu, 0), "dnnl_engine_create");
      check(dnnl_stream_create(STREAM, ENGINE, dnnl_stream_default_flags), "dnnl_stream_create");
    }
  }

  static dnnl_engine engine() {
    return Cpu.ENGINE;
  }

  static dnnl_stream stream() {
    return Cpu.STREAM;
  }

  /**
   * @throws OneDnnException unless {@code status} is success
   */
  static void check(int status, String call) {
    if (status != dnnl_success) {
      throw new OneDnnException(call, status);
    }
  }

  /** oneDNN's version, e.g. 3.11.0. */
  static String version() {
    dnnl_version_t v = org.bytedeco.dnnl.global.dnnl.dnnl_version();
    return v.major() + "." + v.minor() + "." + v.patch();
  }

  static boolean bf16Instructions() {
    return has(dnnl_cpu_isa_avx512_core_bf16);
  }

  static boolean avx512() {
    return has(dnnl_cpu_isa_avx512_core);
  }

  /** Names what kernels depend on: oneDNN's version, the processor and its instructions. */
  static String machine() {
    return Text.format(
        "oneDNN %s, %s, instructions %x", version(), Processor.NAME, dnnl_get_effective_cpu_isa());
  }

  private static boolean has(int instructions) {
    return (dnnl_get_effective_cpu_isa() & instructions) == instructions;
  }

  /** The primitive that {@code description} describes, owned by {@code scope}. */
  static dnnl_primitive primitive(NativeScope scope, dnnl_primitive_desc description) {
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl_primitive_create(primitive, description), "dnnl_primitive_create");
    return scope.own(primitive, p -> dnnl_primitive_destroy(p));
  }

  /** Gives {@code description} to {@code scope}. */
  static dnnl_primitive_desc own(NativeScope scope, dnnl_primitive_desc description) {
    return scope.own(description, d -> dnnl_primitive_desc_destroy(d));
  }

  /** A memory description that belongs to {@code description}, or null if there is none. */
  static dnnl_memory_desc query(dnnl_primitive_desc description, int what) {
    return dnnl_primitive_desc_query_md(description, what, 0);
  }

  /** The dimensions of a memory description. */
  static long[] dims(dnnl_memory_desc description) {
    try (IntPointer rank = new IntPointer(1);
        PointerPointer<LongPointer> dims = new PointerPointer<>(1)) {
      check(
          dnnl_memory_desc_query(description, dnnl_query_ndims_s32, rank),
          "dnnl_memory_desc_query");
      check(dnnl_memory_desc_query(description, dnnl_query_dims, dims), "dnnl_memory_desc_query");
      long[] all = new long[rank.get()];
      dims.get(LongPointer.class, 0).get(all);
      return all;
    }
  }

  /** Which implementation oneDNN chose, e.g. {@code brgconv_1x1:avx2}. */
  static String implementation(dnnl_primitive_desc description) {
    try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
      check(
          dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, text),
          "dnnl_primitive_desc_query");
      return text.get(BytePointer.class, 0).getString();
    }
  }

  /** Whether that is one of those that oneDNN has for completeness, not for speed. */
  static boolean slow(dnnl_primitive_desc description) {
    return slow(implementation(description));
  }

  /**
   * The same by name. {@code nspc_bnorm} takes the channel counts that batch norm's compiled
   * kernels for channels last don't; it is slower than theirs for blocks by a factor of 9 to 20.
   */
  static boolean slow(String implementation) {
    return implementation.startsWith("ref")
        || implementation.endsWith(":ref")
        || implementation.startsWith("nspc_bnorm");
  }

  /**
   * What {@code describe} describes, by the first of oneDNN's implementations that is neither slow
   * nor {@code unwanted}; if there is none, by the one that oneDNN chose.
   */
  static dnnl_primitive_desc without(
      Predicate<String> unwanted, Supplier<dnnl_primitive_desc> describe) {
    dnnl_primitive_desc description = describe.get();
    for (String name = implementation(description);
        slow(name) || unwanted.test(name);
        name = implementation(description)) {
      if (!next(description)) {
        return describe.get();
      }
    }
    return description;
  }

  /**
   * What {@code describe} describes, by the implementation that oneDNN chose; if that is {@code
   * unwanted} and there is one whose name begins with {@code wanted}, by this one.
   */
  static dnnl_primitive_desc instead(
      Predicate<String> unwanted, String wanted, Supplier<dnnl_primitive_desc> describe) {
    dnnl_primitive_desc description = describe.get();
    if (!unwanted.test(implementation(description))) {
      return description;
    }
    while (next(description)) {
      if (implementation(description).startsWith(wanted)) {
        return description;
      }
    }
    return describe.get();
  }

  /** Turns a description to oneDNN's next implementation, if there is one. */
  static boolean next(dnnl_primitive_desc description) {
    int status = dnnl_primitive_desc_next_impl(description);
    if (status != dnnl_last_impl_reached) {
      check(status, "dnnl_primitive_desc_next_impl");
    }
    return status == dnnl_success;
  }
}
