package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_clone;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_submemory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;

import io.dmyt.engine.Parameter;
import io.dmyt.engine.Precision;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_memory_desc;

/** How a tensor lies in memory: dimensions, element type, strides or blocks. */
final class Format {
  private final dnnl_memory_desc description;
  private final long[] dims;

  private Format(dnnl_memory_desc description, long[] dims) {
    this.description = description;
    this.dims = dims;
  }

  /** A format whose elements of index {@code (i, j, ..)} lie {@code i·strides[0] + ..} apart. */
  static Format strided(NativeScope scope, long[] dims, long[] strides) {
    return strided(scope, Precision.F32, dims, strides);
  }

  /** The same of a precision. */
  static Format strided(NativeScope scope, Precision precision, long[] dims, long[] strides) {
    dnnl_memory_desc d = new dnnl_memory_desc();
    Dnnl.check(
        dnnl_memory_desc_create_with_strides(d, dims.length, dims, type(precision), strides),
        "dnnl_memory_desc_create_with_strides " + Arrays.toString(dims));
    return owned(scope, d, dims);
  }

  /** Row-major floats. */
  static Format plain(NativeScope scope, long... dims) {
    return strided(scope, dims, Parameter.rowMajorStrides(dims));
  }

  /** An image of {@code dims}, which are (examples, channels, height, width) in any layout. */
  static Format image(NativeScope scope, Storage storage, long... dims) {
    return tagged(scope, storage.precision(), storage.layout().tag(), dims);
  }

  /** A format that oneDNN is free to choose. */
  static Format any(NativeScope scope, Precision precision, long... dims) {
    return tagged(scope, precision, dnnl_format_tag_any, dims);
  }

  /** A format of oneDNN's, by its tag. */
  static Format tagged(NativeScope scope, Precision precision, int tag, long[] dims) {
    dnnl_memory_desc d = new dnnl_memory_desc();
    Dnnl.check(
        dnnl_memory_desc_create_with_tag(d, dims.length, dims, type(precision), tag),
        "dnnl_memory_desc_create_with_tag " + Arrays.toString(dims));
    return owned(scope, d, dims);
  }

  private static int type(Precision precision) {
    return precision == Precision.BF16 ? dnnl_bf16 : dnnl_f32;
  }

  /** A copy of what oneDNN chose for a primitive. */
  static Format chosen(NativeScope scope, dnnl_memory_desc by) {
    dnnl_memory_desc d = new dnnl_memory_desc();
    Dnnl.check(dnnl_memory_desc_clone(d, by), "dnnl_memory_desc_clone");
    return owned(scope, d, new long[0]);
  }

  private static Format owned(NativeScope scope, dnnl_memory_desc d, long[] dims) {
    return new Format(scope.own(d, p -> dnnl_memory_desc_destroy(p)), dims.clone());
  }

  /** The part of this format that begins at {@code offsets} and extends over {@code part}. */
  Format part(NativeScope scope, long[] part, long[] offsets) {
    dnnl_memory_desc d = new dnnl_memory_desc();
    Dnnl.check(
        dnnl_memory_desc_create_submemory(d, description, part, offsets),
        "dnnl_memory_desc_create_submemory");
    return owned(scope, d, part);
  }

  dnnl_memory_desc description() {
    return description;
  }

  long[] dims() {
    return dims.clone();
  }

  long bytes() {
    return dnnl_memory_desc_get_size(description);
  }

  boolean same(Format other) {
    return dnnl_memory_desc_equal(description, other.description) != 0;
  }
}
