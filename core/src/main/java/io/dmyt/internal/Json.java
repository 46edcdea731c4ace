package io.dmyt.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The one way that JSON is read and written. Reading is strict and bounded: no name twice in an
 * object, nothing after the value, and no nesting, number, string or document that would exhaust
 * the memory. NaN is written as null, which reads as NaN.
 */
public final class Json {
  private static final int DEEPEST = 64;
  private static final int LONGEST_NUMBER = 100;
  private static final int LONGEST_NAME = 10_000;
  private static final int LONGEST_STRING = 1 << 20;
  private static final long LONGEST_DOCUMENT = 64 << 20;

  /** Of the streaming readers and writers too. */
  public static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(constraints())
          .build();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .addModule(new NanAsNull())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private Json() {}

  private static StreamReadConstraints constraints() {
    StreamReadConstraints.Builder builder =
        StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxNumberLength(LONGEST_NUMBER)
            .maxStringLength(LONGEST_STRING);
    try {
      return builder.maxNameLength(LONGEST_NAME).maxDocumentLength(LONGEST_DOCUMENT).build();
    } catch (NoSuchMethodError e) {
      // Jackson before 2.16, as Spark 3.5 brings it, knows neither: it holds names to 50,000
      // characters, and what is read is bounded by its reader as well.
      return builder.build();
    }
  }

  /** The mapper, which nobody configures further. */
  public static ObjectMapper mapper() {
    return MAPPER;
  }

  /** A record, a map or a tree as indented JSON. */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "cannot be written as JSON: " + value.getClass().getName(), e);
    }
  }

  /** What is wrong with a text, and where in it, in one line. */
  public static String fault(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    String where =
        at == null || at.getLineNr() < 1
            ? ""
            : Text.format(" (line %d, column %d)", at.getLineNr(), at.getColumnNr());
    String message = e.getOriginalMessage() == null ? "broken" : e.getOriginalMessage();
    return Quoted.line(message.lines().findFirst().orElse("")) + where;
  }
}
