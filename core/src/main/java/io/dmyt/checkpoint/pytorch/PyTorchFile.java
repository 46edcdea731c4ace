package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.checkpoint.pytorch.PickledTypes.TensorRef;
import io.dmyt.checkpoint.pytorch.StateDictSearch.Found;
import io.dmyt.internal.ByteRange;
import io.dmyt.internal.FileByteSource;
import io.dmyt.internal.Quoted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What {@code torch.save} writes: the zip format of PyTorch 1.6 and later, and the older one of
 * consecutive pickles.
 */
public final class PyTorchFile {
  public static final int SIGNATURE_BYTES = 15;

  private static final int ZIP_SIGNATURE = 0x04034b50;
  // pickle.dumps(0x1950a86a20f9469cfc6c, protocol=2)
  private static final byte[] LEGACY_SIGNATURE = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };
  private static final long LEGACY_PROTOCOL = 1001;
  private static final String PICKLE = "data.pkl";

  /** Bytes up to which a tensor may repeat elements of its storage, as expanded ones do. */
  private static final long LARGEST_EXPANDED = 1 << 20;

  private final FileByteSource file;
  private final Map<String, Storage> storages = new HashMap<>();
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  /** Elements in the file. */
  private record Storage(DType dtype, long start, long elements) {}

  private PyTorchFile(FileByteSource file) {
    this.file = file;
  }

  /**
   * Opens a file. A training checkpoint's state dict is found under its usual keys, and a {@code
   * module.} that every name begins with is stripped; {@link StateDict#origin} tells both. The
   * caller closes it.
   *
   * @throws CheckpointException if it is damaged, asks for anything but tensors and plain
   *     containers, holds no state dict, or cannot be read
   */
  public static StateDict open(Path file) {
    FileByteSource bytes = FileByteSource.open(file);
    try {
      return read(bytes);
    } catch (RuntimeException | Error e) {
      bytes.close();
      throw e;
    }
  }

  /**
   * Whether these first bytes of a file, up to {@link #SIGNATURE_BYTES}, are one of its formats.
   */
  public static boolean isSignature(ByteBuffer head) {
    return isZip(head) || isLegacy(head);
  }

  private static boolean isZip(ByteBuffer head) {
    return head.remaining() >= Integer.BYTES && head.getInt(0) == ZIP_SIGNATURE;
  }

  private static boolean isLegacy(ByteBuffer head) {
    return head.equals(ByteBuffer.wrap(LEGACY_SIGNATURE));
  }

  public static StateDict read(FileByteSource file) {
    ByteBuffer head = file.read(0, (int) Math.min(SIGNATURE_BYTES, file.size()));
    if (isZip(head)) {
      return new PyTorchFile(file).readZip();
    } else if (isLegacy(head)) {
      return new PyTorchFile(file).readLegacy();
    }
    throw new CheckpointException(file + ": no PyTorch file: neither a zip nor a pickle of one");
  }

  private StateDict readZip() {
    StoredZip zip = new StoredZip(file);
    String folder = folder(zip);
    if (zip.contains(folder + "byteorder")) {
      order = byteOrder(zip.range(folder + "byteorder"));
    }
    StoredZip.Range pickle = zip.range(folder + PICKLE);
    if (pickle.size() > Unpickler.LARGEST_PICKLE) {
      throw broken(
          "%s is %d bytes long, allowed %d"
              .formatted(PICKLE, pickle.size(), Unpickler.LARGEST_PICKLE));
    }
    Found found;
    try (ByteRange window = file.window(pickle.start(), pickle.size())) {
      ByteBuffer in = pickle.size() == 0 ? ByteBuffer.allocate(0) : window.segment(0);
      found = StateDictSearch.in(file.toString(), new Unpickler(file + ": " + PICKLE, in).read());
    }
    return build(found, "PyTorch (zip)", ref -> stored(zip, folder, ref));
  }

  /** Entries lie in one folder named after the file; its name does not matter. */
  private String folder(StoredZip zip) {
    String found = null;
    for (String name : zip.names()) {
      if (name.equals(PICKLE) || name.endsWith("/" + PICKLE)) {
        if (found != null) {
          throw broken("two pickles: %s and %s".formatted(Quoted.of(found), Quoted.of(name)));
        }
        found = name;
      }
    }
    if (found == null) {
      throw broken("a zip without " + PICKLE + ", so no file of torch.save");
    }
    String folder = found.substring(0, found.length() - PICKLE.length());
    if (zip.contains(folder + "constants.pkl")) {
      throw broken("a TorchScript archive; save the module's state_dict() instead");
    }
    return folder;
  }

  private ByteOrder byteOrder(StoredZip.Range entry) {
    int length = (int) Math.min(entry.size(), "little".length());
    String text =
        StandardCharsets.US_ASCII.decode(file.read(entry.start(), length)).toString().strip();
    return switch (text) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw broken("byteorder %s, expected little or big".formatted(Quoted.of(text)));
    };
  }

  private Storage stored(StoredZip zip, String folder, StorageRef ref) {
    StoredZip.Range range = zip.range(folder + "data/" + ref.key());
    if (ref.elements() > range.size() || ref.elements() * ref.dtype().bytes() != range.size()) {
      throw broken(
          "storage %s: %d elements of %s, but %d bytes"
              .formatted(Quoted.of(ref.key()), ref.elements(), ref.dtype(), range.size()));
    }
    return new Storage(ref.dtype(), range.start(), ref.elements());
  }

  private StateDict readLegacy() {
    long end;
    Found found;
    Map<String, StorageRef> referenced;
    List<?> keys;
    try (ByteRange window = file.window(0, Math.min(file.size(), Unpickler.LARGEST_PICKLE))) {
      ByteBuffer in = window.segment(0).position(LEGACY_SIGNATURE.length);
      Object protocol = next("protocol version", in);
      if (!Long.valueOf(LEGACY_PROTOCOL).equals(protocol)) {
        throw broken(
            "protocol version %s, expected %d"
                .formatted(PickledTypes.describe(protocol), LEGACY_PROTOCOL));
      }
      next("system information", in);
      Unpickler unpickler = new Unpickler(file + ": object", in);
      found = StateDictSearch.in(file.toString(), unpickler.read());
      referenced = unpickler.storages();
      keys = next("storage keys", in) instanceof List<?> list ? list : List.of();
      end = in.position();
    }
    Map<String, Long> starts = new HashMap<>();
    for (Object key : keys) {
      StorageRef ref = key instanceof String name ? referenced.get(name) : null;
      if (ref == null) {
        throw broken("storage " + PickledTypes.describe(key) + " belongs to no tensor");
      }
      long elements = file.size() - end < Long.BYTES ? -1 : file.read(end, 8).getLong();
      long available = file.size() - end - Long.BYTES;
      if (elements != ref.elements() || elements > available / ref.dtype().bytes()) {
        throw broken(
            "storage %s: expected %d elements of %s, found %d in %d bytes"
                .formatted(Quoted.of(ref.key()), ref.elements(), ref.dtype(), elements, available));
      }
      if (starts.put(ref.key(), end + Long.BYTES) != null) {
        throw broken("storage " + Quoted.of(ref.key()) + " comes twice");
      }
      end += Long.BYTES + elements * ref.dtype().bytes();
    }
    if (end != file.size()) {
      throw broken("%d bytes after the last storage".formatted(file.size() - end));
    }
    return build(found, "PyTorch (before 1.6)", ref -> located(starts, ref));
  }

  private Object next(String what, ByteBuffer in) {
    return new Unpickler(file + ": " + what, in).read();
  }

  private Storage located(Map<String, Long> starts, StorageRef ref) {
    Long start = starts.get(ref.key());
    if (start == null) {
      throw broken("storage " + Quoted.of(ref.key()) + " is missing");
    }
    return new Storage(ref.dtype(), start, ref.elements());
  }

  private StateDict build(Found found, String format, Function<StorageRef, Storage> locate) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    found
        .tensors()
        .forEach(
            (name, ref) -> {
              StorageRef storage = ref.storage();
              Storage whole = storages.computeIfAbsent(storage.key(), k -> locate.apply(storage));
              tensors.put(name, tensor(Quoted.of(name), ref, part(whole, storage)));
            });
    return new StateDict(tensors, Map.of(), found.origin(format), file);
  }

  private Storage part(Storage whole, StorageRef ref) {
    PickledTypes.View view = ref.view();
    if (view == null) {
      return whole;
    }
    if (view.offset() > whole.elements() || view.elements() > whole.elements() - view.offset()) {
      throw broken(
          "storage %s: a view of %d elements from %d, of %d"
              .formatted(Quoted.of(ref.key()), view.elements(), view.offset(), whole.elements()));
    }
    return new Storage(
        whole.dtype(), whole.start() + view.offset() * whole.dtype().bytes(), view.elements());
  }

  private Tensor tensor(String name, TensorRef ref, Storage storage) {
    DType dtype = storage.dtype();
    try {
      long length = Tensor.elements(ref.shape());
      long end = ref.offset();
      if (length > 0) {
        for (int d = 0; d < ref.shape().length; d++) {
          end = Math.addExact(end, Math.multiplyExact(ref.shape()[d] - 1, ref.strides()[d]));
        }
        end = Math.addExact(end, 1);
      }
      boolean repeats = length > storage.elements();
      if (end <= storage.elements()
          && (!repeats || Math.multiplyExact(length, (long) dtype.bytes()) <= LARGEST_EXPANDED)) {
        long start = storage.start() + ref.offset() * dtype.bytes();
        return new Tensor(dtype, ref.shape(), file, start, ref.strides(), order);
      }
    } catch (ArithmeticException e) {
      // Larger than any storage.
    }
    throw broken(
        "tensor %s: %s from %d with strides %s does not fit its storage of %d elements"
            .formatted(
                name,
                Arrays.toString(ref.shape()),
                ref.offset(),
                Arrays.toString(ref.strides()),
                storage.elements()));
  }

  private CheckpointException broken(String what) {
    return new CheckpointException(file + ": " + what);
  }
}
