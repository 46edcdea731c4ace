package io.dmyt;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import io.dmyt.internal.Extensions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Losses as a file names them. An identifier is looked up among losses known, never loaded. */
final class LossIds {
  private static final List<LossKind> STANDARD =
      List.of(
          LossKind.DMYT,
          LossKind.TRIPLET,
          LossKind.CROSS_ENTROPY,
          LossKind.GEND,
          LossKind.DMYT_GEND);

  private LossIds() {}

  /** Whether every version of this library knows it. */
  static boolean isStandard(LossKind kind) {
    return STANDARD.contains(kind);
  }

  /** The loss with that identifier, if it is built in or on the class path. */
  static Optional<LossKind> find(String id) {
    for (LossKind kind : STANDARD) {
      if (kind.id().equals(id)) {
        return Optional.of(kind);
      }
    }
    return Extensions.of(LossKind.class).stream().filter(k -> k.id().equals(id)).findFirst();
  }

  static final class Writer extends JsonSerializer<LossKind> {
    @Override
    public void serialize(LossKind kind, JsonGenerator json, SerializerProvider context)
        throws IOException {
      json.writeString(kind.id());
    }
  }

  static final class Reader extends JsonDeserializer<LossKind> {
    @Override
    public LossKind deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      String id = json.getValueAsString();
      return find(id)
          .orElseThrow(() -> context.weirdStringException(id, LossKind.class, "unknown loss"));
    }
  }
}
