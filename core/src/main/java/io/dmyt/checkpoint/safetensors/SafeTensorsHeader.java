package io.dmyt.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.ByteRange;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, checked.
 *
 * @param metadata the file's {@code __metadata__}
 * @param entries the tensors in the header's order
 * @param dataStart the position in the file that offsets count from
 */
record SafeTensorsHeader(Map<String, String> metadata, Map<String, Entry> entries, long dataStart) {
  /** The longest header that the format allows. */
  static final long LARGEST = 100_000_000;

  static final String METADATA = "__metadata__";
  static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  /** A tensor's type, shape and bytes [begin, end). */
  record Entry(StoredType type, long[] shape, long begin, long end) {}

  static SafeTensorsHeader read(ByteSource file) {
    if (file.size() < SafeTensors.LENGTH_BYTES) {
      throw new CheckpointException(
          file + ": neither a PyTorch file nor safetensors, only " + file.size() + " bytes long");
    }
    long length = file.read(0, SafeTensors.LENGTH_BYTES).getLong();
    long available = file.size() - SafeTensors.LENGTH_BYTES;
    if (length < 2 || length > Math.min(available, LARGEST)) {
      throw new CheckpointException(
          Text.format(
              "%s: neither a PyTorch file nor safetensors: header length %s, expected 2 to %d",
              file, Long.toUnsignedString(length), Math.min(available, LARGEST)));
    }
    long dataStart = SafeTensors.LENGTH_BYTES + length;
    SafeTensorsHeader header;
    try (ByteRange window = file.window(SafeTensors.LENGTH_BYTES, length)) {
      header = new HeaderParser(file, dataStart).parse(window.segment(0));
    }
    header.requireFilled(file);
    return header;
  }

  /**
   * The first bytes of a file with these tensors in this order.
   *
   * @param alignment what the length of the result is a multiple of
   */
  static ByteBuffer encode(
      Map<String, Tensor> tensors, Map<String, String> metadata, int alignment) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[SafeTensors.LENGTH_BYTES]);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long at = 0;
      for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
        if (entry.getKey().equals(METADATA)) {
          throw new CheckpointException("safetensors allows no tensor named " + METADATA);
        }
        Tensor tensor = entry.getValue();
        long end = Math.addExact(at, tensor.byteLength());
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(tensor.shape(), 0, tensor.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {at, end}, 0, 2);
        json.writeEndObject();
        at = end;
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new CheckpointException("a name cannot be written as JSON: " + oneLine(e), e);
    }
    while (out.size() % alignment != 0) {
      out.write(' ');
    }
    long length = out.size() - (long) SafeTensors.LENGTH_BYTES;
    if (length > LARGEST) {
      throw new CheckpointException(
          Text.format("header of %d bytes, safetensors allows %d", length, LARGEST));
    }
    ByteBuffer header = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    return header.putLong(0, length);
  }

  /** The tensors together cover the data exactly: sorted, each begins where the last one ended. */
  private void requireFilled(ByteSource file) {
    // The header may list them in any order: files of the format's first years do.
    List<Map.Entry<String, Entry>> sorted =
        entries.entrySet().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
                    .thenComparingLong(e -> e.getValue().end()))
            .toList();
    long at = 0;
    for (Map.Entry<String, Entry> next : sorted) {
      long begin = next.getValue().begin();
      if (begin != at) {
        throw new CheckpointException(
            Text.format(
                "%s: tensor %s begins at %d, %s: the one before ends at %d",
                file, Quoted.of(next.getKey()), begin, begin < at ? "overlap" : "gap", at));
      }
      at = next.getValue().end();
    }
    long available = file.size() - dataStart;
    if (at != available) {
      throw new CheckpointException(
          Text.format("%s: the tensors end at %d, the data at %d", file, at, available));
    }
  }

  static String oneLine(IOException e) {
    String text =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return Quoted.line(String.valueOf(text));
  }
}
