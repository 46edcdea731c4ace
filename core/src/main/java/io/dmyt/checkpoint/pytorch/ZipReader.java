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
import java.nio.charset.StandardCharsets;

/** Reads the format of PyTorch 1.6 and later: a zip of a pickle and an entry per storage. */
final class ZipReader {
  private static final String PICKLE = "data.pkl";

  private final FileByteSource file;
  private final StoredZip zip;
  private final String folder;

  ZipReader(FileByteSource file) {
    this.file = file;
    zip = new StoredZip(file);
    folder = folder();
  }

  Checkpoint read() {
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    if (zip.contains(folder + "byteorder")) {
      order = byteOrder(zip.range(folder + "byteorder"));
    }
    StoredZip.Range pickle = zip.range(folder + PICKLE);
    if (pickle.size() > Unpickler.LARGEST_PICKLE) {
      throw broken(
          Text.format(
              "%s is %d bytes long, allowed %d", PICKLE, pickle.size(), Unpickler.LARGEST_PICKLE));
    }
    StateDictSearch.Contents found;
    try (ByteRange window = file.window(pickle.start(), pickle.size())) {
      ByteBuffer in = pickle.size() == 0 ? ByteBuffer.allocate(0) : window.segment(0);
      found = StateDictSearch.in(file.toString(), new Unpickler(file + ": " + PICKLE, in));
    }
    return new TensorBuilder(file, "PyTorch (zip)", order, pickle.start(), this::storage)
        .checkpoint(found);
  }

  /** Entries lie in one folder named after the file; its name does not matter. */
  private String folder() {
    String found = null;
    for (String name : zip.names()) {
      if (name.equals(PICKLE) || name.endsWith("/" + PICKLE)) {
        if (found != null) {
          throw broken(Text.format("two pickles: %s and %s", Quoted.of(found), Quoted.of(name)));
        }
        found = name;
      }
    }
    if (found == null) {
      throw broken(
          "a zip without "
              + PICKLE
              + ", not written by torch.save: if it holds such a file, unpack it");
    }
    String inside = found.substring(0, found.length() - PICKLE.length());
    if (zip.contains(inside + "constants.pkl")) {
      throw broken(
          "a TorchScript archive; in Python, save torch.jit.load(FILE).state_dict() with torch.save"
              + " instead");
    }
    return inside;
  }

  private ByteOrder byteOrder(StoredZip.Range entry) {
    int length = (int) Math.min(entry.size(), "little".length());
    String text =
        StandardCharsets.US_ASCII.decode(file.read(entry.start(), length)).toString().strip();
    return switch (text) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw broken(Text.format("byteorder %s, expected little or big", Quoted.of(text)));
    };
  }

  private TensorBuilder.Storage storage(StorageRef ref) {
    StoredZip.Range range = zip.range(folder + "data/" + ref.key());
    int width = ref.type().bytes();
    if (ref.elements() > range.size() || ref.elements() * width != range.size()) {
      throw broken(
          Text.format(
              "storage %s: %d elements of %s, but %d bytes",
              Quoted.of(ref.key()), ref.elements(), ref.type().dtype(), range.size()));
    }
    return new TensorBuilder.Storage(range.start(), ref.elements());
  }

  private CheckpointException broken(String what) {
    return new CheckpointException(file + ": " + what);
  }
}
