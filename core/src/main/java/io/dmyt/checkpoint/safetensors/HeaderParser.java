package io.dmyt.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dmyt.checkpoint.CheckpointException;
import io.dmyt.checkpoint.DType;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.safetensors.SafeTensorsHeader.Entry;
import io.dmyt.internal.ByteSource;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses one header strictly: what the format does not name is refused. */
final class HeaderParser {
  private final ByteSource file;
  private final long dataStart;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private enum Field {
    DTYPE,
    SHAPE,
    DATA_OFFSETS
  }

  HeaderParser(ByteSource file, long dataStart) {
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
    try (JsonParser json = SafeTensorsHeader.JSON.createParser(utf8)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals(SafeTensorsHeader.METADATA)) {
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
      throw new CheckpointException(file + ": header: " + SafeTensorsHeader.oneLine(e), e);
    }
    return new SafeTensorsHeader(metadata, entries, dataStart);
  }

  private void parseMetadata(JsonParser json) throws IOException {
    require(json, JsonToken.START_OBJECT, SafeTensorsHeader.METADATA);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      require(json, JsonToken.VALUE_STRING, SafeTensorsHeader.METADATA + ": " + Quoted.of(key));
      metadata.put(key, json.getText());
    }
  }

  private Entry parseEntry(JsonParser json, String name) throws IOException {
    String where = "tensor " + Quoted.of(name);
    require(json, JsonToken.START_OBJECT, where);
    @Nullable StoredType type = null;
    long @Nullable [] shape = null;
    long @Nullable [] offsets = null;
    Set<Field> found = EnumSet.noneOf(Field.class);
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "dtype" -> {
          type = parseType(json, where);
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
    if (type == null || shape == null || offsets == null) {
      throw broken(where + ": expected dtype, shape and data_offsets, found " + found);
    }
    return checked(where, type, shape, offsets);
  }

  private Entry checked(String where, StoredType type, long[] shape, long[] offsets) {
    if (offsets.length != 2) {
      throw broken(where + ": expected two data_offsets, found " + Arrays.toString(offsets));
    }
    long available = file.size() - dataStart;
    if (offsets[0] > offsets[1] || offsets[1] > available) {
      throw broken(
          Text.format(
              "%s: data_offsets %s, expected ascending within 0 to %d",
              where, Arrays.toString(offsets), available));
    }
    long bytes;
    try {
      bytes = type.bytes(Tensor.elements(shape));
    } catch (ArithmeticException e) {
      throw broken(Text.format("%s: shape %s is too large", where, Arrays.toString(shape)));
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw broken(
          Text.format(
              "%s: %s%s takes %d bytes, its data_offsets %s hold %d",
              where,
              type.name(),
              Arrays.toString(shape),
              bytes,
              Arrays.toString(offsets),
              offsets[1] - offsets[0]));
    }
    return new Entry(type, shape, offsets[0], offsets[1]);
  }

  private StoredType parseType(JsonParser json, String where) throws IOException {
    require(json, JsonToken.VALUE_STRING, where + ": dtype");
    StoredType type = StoredType.named(json.getText());
    if (type == null) {
      throw broken(
          Text.format(
              "%s: dtype %s, expected one of %s",
              where, Quoted.of(json.getText()), Arrays.toString(DType.values())));
    }
    return type;
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
          Text.format("%s: expected JSON %s, found %s", where, expected, json.currentToken()));
    }
  }

  private CheckpointException broken(String what) {
    return new CheckpointException(file + ": " + what);
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
