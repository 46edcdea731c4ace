package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.Origin;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.TensorType;
import io.dmyt.checkpoint.pytorch.PickledTypes.Blob;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.TensorRef;
import io.dmyt.checkpoint.pytorch.StateDictSearch.Found;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.FileByteSource;
import io.dmyt.internal.HeapByteSource;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes tensors of what a pickle says of them, and checks that their values are there. */
final class TensorBuilder {
  /** Bytes up to which a tensor may repeat elements of its storage, as expanded ones do. */
  private static final long LARGEST_EXPANDED = 1 << 20;

  private final FileByteSource file;
  private final String format;
  private final ByteOrder order;
  private final long pickleStart;
  private final Function<StorageRef, Storage> locate;
  private final Map<String, Storage> storages = new HashMap<>();

  /** So many elements from a byte of the file on. */
  record Storage(long start, long elements) {}

  /**
   * @param pickleStart where in the file the pickle's buffer begins
   * @param locate finds a storage that is read, or throws if it is damaged
   */
  TensorBuilder(
      FileByteSource file,
      String format,
      ByteOrder order,
      long pickleStart,
      Function<StorageRef, Storage> locate) {
    this.file = file;
    this.format = format;
    this.order = order;
    this.pickleStart = pickleStart;
    this.locate = locate;
  }

  Checkpoint checkpoint(StateDictSearch.Contents found) {
    return new Checkpoint(
        file.toString(),
        file::close,
        Map.of(),
        found.sets().stream().map(this::set).toList(),
        found.otherKeys());
  }

  private TensorSet set(Found found) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    found.tensors().forEach((name, value) -> types.put(name, type(value)));
    Origin origin =
        new Origin(
            file.toString(),
            format,
            nonEmpty(found.key()),
            nonEmpty(found.prefix()),
            found.leftOut());
    return new TensorSet(found.key(), origin, types, found.unreadable(), () -> read(found, origin));
  }

  private static Optional<String> nonEmpty(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static TensorType type(Object value) {
    if (value instanceof NumpyValues.Array array) {
      return TensorType.of(array.dtype(), array.shape());
    }
    TensorRef ref = (TensorRef) value;
    return TensorType.of(ref.dtype(), ref.shape());
  }

  private StateDict read(Found found, Origin origin) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    found
        .tensors()
        .forEach(
            (name, value) ->
                tensors.put(
                    name,
                    value instanceof NumpyValues.Array array
                        ? tensor(name, array)
                        : tensor(Quoted.of(name), (TensorRef) value)));
    return new StateDict(tensors, Map.of(), origin, file::close);
  }

  private Tensor tensor(String name, NumpyValues.Array array) {
    ByteSource bytes = file;
    long start = 0;
    if (array.data() instanceof Blob blob && !blob.latin1()) {
      start = pickleStart + blob.start();
    } else {
      byte[] data = array.data() instanceof Blob blob ? latin1(blob) : (byte[]) array.data();
      if (data.length != Tensor.elements(array.shape()) * array.dtype().bytes()) {
        throw broken(
            Text.format("tensor %s: %d bytes for %s", Quoted.of(name), data.length, array));
      }
      bytes = new HeapByteSource(data);
    }
    return new Tensor(array.dtype(), array.shape(), bytes, start, array.strides(), array.order());
  }

  private byte[] latin1(Blob blob) {
    ByteBuffer utf8 = file.read(pickleStart + blob.start(), blob.length());
    return StandardCharsets.UTF_8.decode(utf8).toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private Tensor tensor(String name, TensorRef ref) {
    Storage whole = storages.get(ref.storage().key());
    if (whole == null) {
      whole = locate.apply(ref.storage());
      storages.put(ref.storage().key(), whole);
    }
    return tensor(name, ref, part(whole, ref.storage()));
  }

  private Storage part(Storage whole, StorageRef ref) {
    PickledTypes.View view = ref.view();
    if (view == null) {
      return whole;
    }
    if (view.offset() > whole.elements() || view.elements() > whole.elements() - view.offset()) {
      throw broken(
          Text.format(
              "storage %s: a view of %d elements from %d, of %d",
              Quoted.of(ref.key()), view.elements(), view.offset(), whole.elements()));
    }
    return new Storage(whole.start() + view.offset() * ref.type().bytes(), view.elements());
  }

  private Tensor tensor(String name, TensorRef ref, Storage storage) {
    DType dtype = ref.dtype();
    // Bytes that hold elements of another type.
    long elements = storage.elements() * ref.storage().type().bytes() / dtype.bytes();
    try {
      long length = Tensor.elements(ref.shape());
      long end = ref.offset();
      if (length > 0) {
        for (int d = 0; d < ref.shape().length; d++) {
          end = Math.addExact(end, Math.multiplyExact(ref.shape()[d] - 1, ref.strides()[d]));
        }
        end = Math.addExact(end, 1);
      }
      boolean repeats = length > elements;
      if (end <= elements
          && (!repeats || Math.multiplyExact(length, (long) dtype.bytes()) <= LARGEST_EXPANDED)) {
        long start = storage.start() + ref.offset() * dtype.bytes();
        return new Tensor(dtype, ref.shape(), file, start, ref.strides(), order);
      }
    } catch (ArithmeticException e) {
      // Larger than any storage.
    }
    throw broken(
        Text.format(
            "tensor %s: %s from %d with strides %s does not fit its storage of %d elements",
            name,
            Arrays.toString(ref.shape()),
            ref.offset(),
            Arrays.toString(ref.strides()),
            elements));
  }

  private CheckpointException broken(String what) {
    return new CheckpointException(file + ": " + what);
  }
}
