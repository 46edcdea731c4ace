package io.dmyt.checkpoint.safetensors;

import io.dmyt.checkpoint.Checkpoint;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Origin;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.TensorSet;
import io.dmyt.checkpoint.TensorType;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.FileByteSource;
import io.dmyt.internal.HeapByteSource;
import io.dmyt.internal.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The safetensors format: 8 bytes of header length, a JSON header, and the tensors' bytes, little-
 * endian and row-major, without gaps.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">Format</a>
 */
public final class SafeTensors {
  static final int LENGTH_BYTES = Long.BYTES;

  private static final String FORMAT = "safetensors";
  private static final int ALIGNMENT = 8;

  private SafeTensors() {}

  /**
   * Opens a file; the tensors keep the header's order. The caller closes it.
   *
   * @throws CheckpointException if it breaks any rule of the format, or cannot be read
   */
  public static StateDict open(Path file) {
    FileByteSource bytes = FileByteSource.open(file, CheckpointException::new);
    try {
      return stateDict(SafeTensorsHeader.read(bytes), bytes, bytes::close);
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
    ByteSource all = new HeapByteSource(bytes, source);
    return stateDict(SafeTensorsHeader.read(all), all, null);
  }

  /**
   * All tensors of a file as one set, which owns the file.
   *
   * @throws CheckpointException if it breaks any rule of the format
   */
  public static Checkpoint openAll(Path file) {
    FileByteSource bytes = FileByteSource.open(file, CheckpointException::new);
    try {
      return all(bytes);
    } catch (RuntimeException | Error e) {
      bytes.close();
      throw e;
    }
  }

  private static Checkpoint all(FileByteSource file) {
    SafeTensorsHeader header = SafeTensorsHeader.read(file);
    Map<String, TensorType> types = new LinkedHashMap<>();
    Map<String, String> unreadable = new LinkedHashMap<>();
    header
        .entries()
        .forEach(
            (name, entry) -> {
              if (entry.type().dtype() == null) {
                unreadable.put(name, entry.type().name());
              } else {
                types.put(name, TensorType.of(entry.type().dtype(), entry.shape()));
              }
            });
    Origin origin = Origin.of(file.toString(), FORMAT);
    TensorSet all =
        new TensorSet("", origin, types, unreadable, () -> stateDict(header, file, file::close));
    return new Checkpoint(file.toString(), file::close, header.metadata(), List.of(all), Map.of());
  }

  /**
   * @param closing what closes the file, or null
   */
  private static StateDict stateDict(
      SafeTensorsHeader header, ByteSource file, @Nullable Runnable closing) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    header
        .entries()
        .forEach(
            (name, entry) -> {
              if (entry.type().dtype() == null) {
                leftOut.add(name);
              } else {
                long start = header.dataStart() + entry.begin();
                tensors.put(
                    name,
                    new Tensor(
                        entry.type().dtype(),
                        entry.shape(),
                        file,
                        start,
                        null,
                        ByteOrder.LITTLE_ENDIAN));
              }
            });
    Origin origin = Origin.of(file.toString(), FORMAT).with("", leftOut);
    return new StateDict(tensors, header.metadata(), origin, closing);
  }

  /**
   * Writes a file, whole or not at all; makes missing folders. The same state dict gives the same
   * bytes.
   *
   * <p>The tensors keep their order where it leaves each aligned to its element size; otherwise the
   * widest types come first, as the format's own library lays them out.
   *
   * @throws CheckpointException if the file cannot be written, or a tensor not be read
   */
  public static void write(StateDict dict, Path file) {
    Map<String, Tensor> ordered = aligned(dict.tensors());
    ByteBuffer header = SafeTensorsHeader.encode(ordered, dict.metadata(), ALIGNMENT);
    try (AtomicFile.Draft draft = new AtomicFile.Draft(file)) {
      write(header, ordered, draft.channel());
      draft.commit();
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + Reason.of(e), e);
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
