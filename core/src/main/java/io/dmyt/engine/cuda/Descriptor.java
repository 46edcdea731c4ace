package io.dmyt.engine.cuda;

import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_BOOLEAN;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_DATA_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_HANDLE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_INT64;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_VOID_PTR;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendCreateDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendDestroyDescriptor;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendFinalize;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendGetAttribute;
import static org.bytedeco.cuda.global.cudnn.cudnnBackendSetAttribute;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** A descriptor of cuDNN's graph interface: attributes are set, then it is finished. */
final class Descriptor implements AutoCloseable {
  private final cudnnBackendDescriptor_t handle = new cudnnBackendDescriptor_t();

  Descriptor(int kind) {
    Cuda.checkDnn(cudnnBackendCreateDescriptor(kind, handle), "cudnnBackendCreateDescriptor");
  }

  cudnnBackendDescriptor_t handle() {
    return handle;
  }

  Descriptor longs(int name, long... values) {
    try (LongPointer all = new LongPointer(values)) {
      return set(name, CUDNN_TYPE_INT64, values.length, all);
    }
  }

  Descriptor addresses(int name, long... values) {
    try (LongPointer all = new LongPointer(values)) {
      return set(name, CUDNN_TYPE_VOID_PTR, values.length, all);
    }
  }

  Descriptor number(int name, float value) {
    try (FloatPointer one = new FloatPointer(value)) {
      return set(name, CUDNN_TYPE_FLOAT, 1, one);
    }
  }

  Descriptor choice(int name, int type, int value) {
    try (IntPointer one = new IntPointer(1).put(value)) {
      return set(name, type, 1, one);
    }
  }

  Descriptor dataType(int name, int value) {
    return choice(name, CUDNN_TYPE_DATA_TYPE, value);
  }

  Descriptor flag(int name, boolean value) {
    try (BytePointer one = new BytePointer(new byte[] {(byte) (value ? 1 : 0)})) {
      return set(name, CUDNN_TYPE_BOOLEAN, 1, one);
    }
  }

  Descriptor descriptors(int name, Descriptor... values) {
    try (LongPointer all = new LongPointer(values.length)) {
      for (int i = 0; i < values.length; i++) {
        all.put(i, values[i].handle.address());
      }
      return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, values.length, all);
    }
  }

  /** cuDNN's own handle. */
  Descriptor cudnn(int name) {
    try (LongPointer one = new LongPointer(1)) {
      one.put(0, Cuda.cudnn().address());
      return set(name, CUDNN_TYPE_HANDLE, 1, one);
    }
  }

  private Descriptor set(int name, int type, int count, Pointer values) {
    Cuda.checkDnn(
        cudnnBackendSetAttribute(handle, name, type, count, values),
        "cudnnBackendSetAttribute " + name);
    return this;
  }

  Descriptor finish() {
    Cuda.checkDnn(cudnnBackendFinalize(handle), "cudnnBackendFinalize");
    return this;
  }

  /** Whether cuDNN could finish it. */
  boolean tryFinish() {
    return cudnnBackendFinalize(handle) == 0;
  }

  long number(int name) {
    try (LongPointer count = new LongPointer(1);
        LongPointer value = new LongPointer(1)) {
      Cuda.checkDnn(
          cudnnBackendGetAttribute(handle, name, CUDNN_TYPE_INT64, 1, count, value),
          "cudnnBackendGetAttribute " + name);
      return value.get();
    }
  }

  /** Up to {@code most} choices of an attribute. */
  List<Integer> choices(int name, int type, int most) {
    try (LongPointer count = new LongPointer(1);
        IntPointer values = new IntPointer(most)) {
      Cuda.checkDnn(
          cudnnBackendGetAttribute(handle, name, type, most, count, values),
          "cudnnBackendGetAttribute " + name);
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < Math.min(most, count.get()); i++) {
        all.add(values.get(i));
      }
      return all;
    }
  }

  /** Up to {@code most} descriptors of a kind that an attribute holds. */
  List<Descriptor> descriptors(int name, int kind, int most) {
    List<Descriptor> all = new ArrayList<>();
    try (LongPointer count = new LongPointer(1);
        LongPointer handles = new LongPointer(most)) {
      for (int i = 0; i < most; i++) {
        Descriptor descriptor = new Descriptor(kind);
        all.add(descriptor);
        handles.put(i, descriptor.handle.address());
      }
      Cuda.checkDnn(
          cudnnBackendGetAttribute(
              handle, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, most, count, handles),
          "cudnnBackendGetAttribute " + name);
      int found = (int) Math.min(most, count.get());
      all.subList(found, most).forEach(Descriptor::close);
      return new ArrayList<>(all.subList(0, found));
    }
  }

  @Override
  public void close() {
    cudnnBackendDestroyDescriptor(handle);
  }
}
