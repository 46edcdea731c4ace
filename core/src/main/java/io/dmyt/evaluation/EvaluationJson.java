package io.dmyt.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dmyt.internal.Json;

/**
 * This package's records as JSON. JSON has no NaN: a metric that does not exist is written as
 * {@code null}, and read back as NaN.
 */
public final class EvaluationJson {
  private EvaluationJson() {}

  /** The record as indented JSON. */
  public static String write(Object results) {
    return Json.write(results);
  }

  /**
   * The record that was written as this JSON.
   *
   * @throws IllegalArgumentException if the text is not such a record
   */
  public static <T> T read(String json, Class<T> type) {
    try {
      return Json.mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not a " + type.getSimpleName() + " in JSON: " + e.getOriginalMessage(), e);
    }
  }
}
