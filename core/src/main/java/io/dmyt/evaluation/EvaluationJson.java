package io.dmyt.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dmyt.internal.Json;

/**
 * This package's records as JSON. JSON has no NaN: a figure that does not exist is written as
 * {@code null}, and read back as NaN.
 */
public final class EvaluationJson {
  private EvaluationJson() {}

  /** The record as indented JSON. */
  public static String write(Object figures) {
    return Json.write(figures);
  }

  /**
   * The record that was written as this JSON.
   *
   * @throws IllegalArgumentException if the text is no such JSON
   */
  public static <T> T read(String json, Class<T> type) {
    try {
      return Json.mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "no " + type.getSimpleName() + " in JSON: " + e.getOriginalMessage(), e);
    }
  }
}
