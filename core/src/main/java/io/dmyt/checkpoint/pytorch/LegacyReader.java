package io.dmyt.checkpoint.pytorch;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.pytorch.PickledTypes.StorageRef;
import io.dmyt.internal.ByteRange;
import io.dmyt.internal.FileByteSource;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the format before PyTorch 1.6: pickles of a magic number, a version, the system, the object
 * and its storages' keys, and then these storages' values.
 */
final class LegacyReader {
  private static final long VERSION = 1001;

  /** As many bytes behind the last storage are passed over as behind a zip. */
  private static final long LARGEST_PADDING = 0xffff;

  private final FileByteSource file;
  private final Map<String, Long> starts = new HashMap<>();

  LegacyReader(FileByteSource file) {
    this.file = file;
  }

  Checkpoint read() {
    long end;
    StateDictSearch.Contents found;
    Map<String, StorageRef> referenced;
    List<?> keys;
    try (ByteRange window = file.window(0, Math.min(file.size(), Unpickler.LARGEST_PICKLE))) {
      ByteBuffer in = window.segment(0);
      next("magic number", in);
      Object version = next("protocol version", in);
      if (!Long.valueOf(VERSION).equals(version)) {
        throw broken(
            Text.format(
                "protocol version %s, expected %d", PickledTypes.describe(version), VERSION));
      }
      next("system information", in);
      Unpickler unpickler = new Unpickler(file + ": object", in);
      found = StateDictSearch.in(file.toString(), unpickler);
      referenced = unpickler.storages();
      keys = next("storage keys", in) instanceof List<?> list ? list : List.of();
      end = in.position();
    }
    for (Object key : keys) {
      StorageRef ref = key instanceof String name ? referenced.get(name) : null;
      if (ref == null) {
        throw broken("storage " + PickledTypes.describe(key) + " belongs to no tensor");
      }
      end = locate(ref, end);
    }
    if (file.size() - end > LARGEST_PADDING) {
      throw broken(Text.format("%d bytes after the last storage", file.size() - end));
    }
    return new TensorBuilder(
            file, "PyTorch (before 1.6)", ByteOrder.LITTLE_ENDIAN, 0, this::storage)
        .checkpoint(found);
  }

  private Object next(String what, ByteBuffer in) {
    return new Unpickler(file + ": " + what, in).read();
  }

  /** Notes where a storage's values begin; returns where they end. */
  private long locate(StorageRef ref, long at) {
    int width = ref.type().bytes();
    if (width == 0) {
      throw broken(
          Text.format(
              "storage %s is of the unknown class %s",
              Quoted.of(ref.key()), Quoted.of(ref.type().name())));
    }
    long elements = file.size() - at < Long.BYTES ? -1 : file.read(at, Long.BYTES).getLong();
    long available = file.size() - at - Long.BYTES;
    if (elements != ref.elements() || elements > available / width) {
      throw broken(
          Text.format(
              "storage %s: expected %d elements of %s, found %d in %d bytes",
              Quoted.of(ref.key()),
              ref.elements(),
              Quoted.of(ref.type().name()),
              elements,
              available));
    }
    if (starts.put(ref.key(), at + Long.BYTES) != null) {
      throw broken("storage " + Quoted.of(ref.key()) + " comes twice");
    }
    return at + Long.BYTES + elements * width;
  }

  private TensorBuilder.Storage storage(StorageRef ref) {
    Long start = starts.get(ref.key());
    if (start == null) {
      throw broken("storage " + Quoted.of(ref.key()) + " is missing");
    }
    return new TensorBuilder.Storage(start, ref.elements());
  }

  private CheckpointException broken(String what) {
    return new CheckpointException(file + ": " + what);
  }
}
