package io.dmyt.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.dmyt.internal.NanAsNull;

/**
 * This package's records as JSON. JSON has no NaN: a figure that does not exist is written as
 * {@code null}, and read back as NaN.
 */
public final class EvaluationJson {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().registerModule(new NanAsNull()).enable(SerializationFeature.INDENT_OUTPUT);

  private EvaluationJson() {}

  /** The record as indented JSON. */
  public static String write(Object figures) {
    try {
      return MAPPER.writeValueAsString(figures);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "cannot be written as JSON: " + figures.getClass().getName(), e);
    }
  }

  /**
   * The record that was written as this JSON.
   *
   * @throws IllegalArgumentException if the text is no such JSON
   */
  public static <T> T read(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "no " + type.getSimpleName() + " in JSON: " + e.getOriginalMessage(), e);
    }
  }
}
