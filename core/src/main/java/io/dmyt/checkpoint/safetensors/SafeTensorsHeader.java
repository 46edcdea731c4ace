package io.dmyt.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.internal.ByteRange;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.Quoted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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

  private static final String METADATA = "__metadata__";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();
  private static final Map<String, DType> DTYPES =
      Arrays.stream(DType.values()).collect(Collectors.toMap(DType::name, d -> d));

  /** A tensor's type, shape and bytes [begin, end). */
  record Entry(DType dtype, long[] shape, long begin, long end) {}

  static SafeTensorsHeader read(ByteSource file) {
    if (file.size() < SafeTensors.LENGTH_BYTES) {
      throw new CheckpointException(
          file + ": neither a PyTorch file nor safetensors, only " + file.size() + " bytes long");
    }
    long length = file.read(0, SafeTensors.LENGTH_BYTES).getLong();
    long available = file.size() - SafeTensors.LENGTH_BYTES;
    if (length < 2 || length > Math.min(available, LARGEST)) {
      throw new CheckpointException(
          "%s: neither a PyTorch file nor safetensors: header length %s, expected 2 to %d"
              .formatted(file, Long.toUnsignedString(length), Math.min(available, LARGEST)));
    }
    long dataStart = SafeTensors.LENGTH_BYTES + length;
    SafeTensorsHeader header;
    try (ByteRange window = file.window(SafeTensors.LENGTH_BYTES, length)) {
      header = new Parser(file, dataStart).parse(window.segment(0));
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
          "header of %d bytes, safetensors allows %d".formatted(length, LARGEST));
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
            "%s: tensor %s begins at %d, %s: the one before ends at %d"
                .formatted(
                    file, Quoted.of(next.getKey()), begin, begin < at ? "overlap" : "gap", at));
      }
      at = next.getValue().end();
    }
    long available = file.size() - dataStart;
    if (at != available) {
      throw new CheckpointException(
          "%s: the tensors end at %d, the data at %d".formatted(file, at, available));
    }
  }

  private static String oneLine(IOException e) {
    String text =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return Quoted.line(String.valueOf(text));
  }

  /** Parses one header strictly: what the format does not name is refused. */
  private static final class Parser {
    private final ByteSource file;
    private final long dataStart;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private enum Field {
      DTYPE,
      SHAPE,
      DATA_OFFSETS
    }

    Parser(ByteSource file, long dataStart) {
      this.file = file;
      this.dataStart = dataStart;
    }

    SafeTensorsHeader parse(ByteBuffer bytes) {
      if (bytes.get(0) != '{') {
        throw broken("neither a PyTorch file nor safetensors: its header does not begin with '{'");
      }
      // A decoder of our own: Jackson's would accept UTF-16 and malformed sequences.
      Reader utf8 =
          new InputStreamReader(
              new BufferStream(bytes),
              StandardCharsets.UTF_8
                  .newDecoder()
                  .onMalformedInput(CodingErrorAction.REPORT)
                  .onUnmappableCharacter(CodingErrorAction.REPORT));
      try (JsonParser json = JSON.createParser(utf8)) {
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          json.nextToken();
          if (name.equals(METADATA)) {
            parseMetadata(json);
          } else {
            entries.put(name, parseEntry(json, name));
          }
        }
        if (json.nextToken() != null) {
          throw broken("header: more after its object");
        }
      } catch (CharacterCodingException e) {
        throw new CheckpointException(file + ": header: malformed UTF-8", e);
      } catch (IOException e) {
        throw new CheckpointException(file + ": header: " + oneLine(e), e);
      }
      return new SafeTensorsHeader(metadata, entries, dataStart);
    }

    private void parseMetadata(JsonParser json) throws IOException {
      require(json, JsonToken.START_OBJECT, METADATA);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        json.nextToken();
        require(json, JsonToken.VALUE_STRING, METADATA + ": " + Quoted.of(key));
        metadata.put(key, json.getText());
      }
    }

    private Entry parseEntry(JsonParser json, String name) throws IOException {
      String where = "tensor " + Quoted.of(name);
      require(json, JsonToken.START_OBJECT, where);
      DType dtype = null;
      long[] shape = null;
      long[] offsets = null;
      Set<Field> found = EnumSet.noneOf(Field.class);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "dtype" -> {
            dtype = parseDType(json, where);
            found.add(Field.DTYPE);
          }
          case "shape" -> {
            shape = parseSizes(json, where + ": shape");
            found.add(Field.SHAPE);
          }
          case "data_offsets" -> {
            offsets = parseSizes(json, where + ": data_offsets");
            found.add(Field.DATA_OFFSETS);
          }
          default -> throw broken(where + ": unknown field " + Quoted.of(field));
        }
      }
      if (found.size() != Field.values().length) {
        throw broken(where + ": expected dtype, shape and data_offsets, found " + found);
      }
      return checked(where, dtype, shape, offsets);
    }

    private Entry checked(String where, DType dtype, long[] shape, long[] offsets) {
      if (offsets.length != 2) {
        throw broken(where + ": expected two data_offsets, found " + Arrays.toString(offsets));
      }
      long available = file.size() - dataStart;
      if (offsets[0] > offsets[1] || offsets[1] > available) {
        throw broken(
            "%s: data_offsets %s, expected ascending within 0 to %d"
                .formatted(where, Arrays.toString(offsets), available));
      }
      long bytes;
      try {
        bytes = Math.multiplyExact(Tensor.elements(shape), (long) dtype.bytes());
      } catch (ArithmeticException e) {
        throw broken("%s: shape %s is too large".formatted(where, Arrays.toString(shape)));
      }
      if (bytes != offsets[1] - offsets[0]) {
        throw broken(
            "%s: %s%s takes %d bytes, its data_offsets %s hold %d"
                .formatted(
                    where,
                    dtype,
                    Arrays.toString(shape),
                    bytes,
                    Arrays.toString(offsets),
                    offsets[1] - offsets[0]));
      }
      return new Entry(dtype, shape, offsets[0], offsets[1]);
    }

    private DType parseDType(JsonParser json, String where) throws IOException {
      require(json, JsonToken.VALUE_STRING, where + ": dtype");
      DType dtype = DTYPES.get(json.getText());
      if (dtype == null) {
        throw broken(
            "%s: dtype %s, expected one of %s"
                .formatted(where, Quoted.of(json.getText()), Arrays.toString(DType.values())));
      }
      return dtype;
    }

    private long[] parseSizes(JsonParser json, String where) throws IOException {
      require(json, JsonToken.START_ARRAY, where);
      long[] sizes = new long[Tensor.LARGEST_RANK];
      int n = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        require(json, JsonToken.VALUE_NUMBER_INT, where);
        if (n == sizes.length) {
          throw broken(where + ": more than " + n + " numbers");
        }
        sizes[n] = json.getLongValue();
        if (sizes[n++] < 0) {
          throw broken(where + ": negative: " + sizes[n - 1]);
        }
      }
      return Arrays.copyOf(sizes, n);
    }

    private void require(JsonParser json, JsonToken expected, String where) {
      if (json.currentToken() != expected) {
        throw broken(
            "%s: expected JSON %s, found %s".formatted(where, expected, json.currentToken()));
      }
    }

    private CheckpointException broken(String what) {
      return new CheckpointException(file + ": " + what);
    }
  }

  /** A buffer's bytes as a stream, without a copy on the heap. */
  private static final class BufferStream extends InputStream {
    private final ByteBuffer buffer;

    BufferStream(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int read() {
      return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (!buffer.hasRemaining()) {
        return -1;
      }
      int n = Math.min(length, buffer.remaining());
      buffer.get(to, offset, n);
      return n;
    }
  }
}
