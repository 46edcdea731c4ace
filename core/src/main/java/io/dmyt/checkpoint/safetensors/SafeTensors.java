package io.dmyt.checkpoint.safetensors;

import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Origin;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.FileByteSource;
import io.dmyt.internal.HeapByteSource;
import io.dmyt.internal.PartFile;
import io.dmyt.internal.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors format: 8 bytes of header length, a JSON header, and the tensors' bytes, little-
 * endian and row-major, without gaps.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">Format</a>
 */
public final class SafeTensors {
  static final int LENGTH_BYTES = Long.BYTES;

  private static final int ALIGNMENT = 8;

  private SafeTensors() {}

  /**
   * Opens a file; the tensors keep the header's order. The caller closes it.
   *
   * @throws CheckpointException if it breaks any rule of the format, or cannot be read
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
   * Reads what is in memory already, such as another file's part.
   *
   * @param bytes all of it, not copied
   * @param source where it is from, for messages
   * @throws CheckpointException if it breaks any rule of the format
   */
  public static StateDict read(byte[] bytes, String source) {
    return read(new HeapByteSource(bytes, source), null);
  }

  public static StateDict read(FileByteSource file) {
    return read(file, file);
  }

  /**
   * @param owned what the state dict closes, or null
   */
  private static StateDict read(ByteSource file, FileByteSource owned) {
    SafeTensorsHeader header = SafeTensorsHeader.read(file);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    header
        .entries()
        .forEach(
            (name, entry) ->
                tensors.put(
                    name,
                    new Tensor(
                        entry.dtype(),
                        entry.shape(),
                        file,
                        header.dataStart() + entry.begin(),
                        null,
                        ByteOrder.LITTLE_ENDIAN)));
    return new StateDict(
        tensors, header.metadata(), Origin.of(file.toString(), "safetensors"), owned);
  }

  /**
   * Writes a file, whole or not at all: beside the target first, then moved over it. The same state
   * dict gives the same bytes.
   *
   * <p>The tensors keep their order where it leaves each aligned to its element size; otherwise the
   * widest types come first, as the format's own library lays them out.
   *
   * @throws CheckpointException if the file cannot be written, or a tensor not be read
   */
  public static void write(StateDict dict, Path file) {
    Map<String, Tensor> ordered = aligned(dict.tensors());
    ByteBuffer header = SafeTensorsHeader.encode(ordered, dict.metadata(), ALIGNMENT);
    Path target = file.toAbsolutePath();
    Path part = PartFile.unique(target);
    try {
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        write(header, ordered, channel);
        channel.force(true);
      }
      PartFile.finish(part, target);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + Reason.of(e), e);
    } finally {
      // Gone already unless something failed, and that is what the caller hears of.
      part.toFile().delete();
    }
  }

  /**
   * Writes the same bytes to a stream, which stays open.
   *
   * @throws IOException if the stream takes no more
   */
  public static void write(StateDict dict, OutputStream out) throws IOException {
    Map<String, Tensor> ordered = aligned(dict.tensors());
    write(
        SafeTensorsHeader.encode(ordered, dict.metadata(), ALIGNMENT),
        ordered,
        Channels.newChannel(out));
  }

  private static void write(
      ByteBuffer header, Map<String, Tensor> ordered, WritableByteChannel channel)
      throws IOException {
    while (header.hasRemaining()) {
      channel.write(header);
    }
    for (Tensor tensor : ordered.values()) {
      tensor.writeTo(channel);
    }
  }

  private static Map<String, Tensor> aligned(Map<String, Tensor> tensors) {
    long at = 0;
    for (Tensor tensor : tensors.values()) {
      if (at % tensor.dtype().bytes() != 0) {
        return widestFirst(tensors);
      }
      at += tensor.byteLength();
    }
    return tensors;
  }

  private static Map<String, Tensor> widestFirst(Map<String, Tensor> tensors) {
    Comparator<Map.Entry<String, Tensor>> narrower =
        Comparator.comparingInt(entry -> entry.getValue().dtype().bytes());
    List<Map.Entry<String, Tensor>> sorted =
        tensors.entrySet().stream().sorted(narrower.reversed()).toList();
    Map<String, Tensor> ordered = new LinkedHashMap<>();
    sorted.forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
    return ordered;
  }
}
