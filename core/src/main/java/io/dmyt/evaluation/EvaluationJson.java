package io.dmyt.evaluation;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;

/**
 * This package's records as JSON. JSON has no NaN: a figure that does not exist is written as
 * {@code null}, and read back as NaN.
 */
public final class EvaluationJson {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().registerModule(module()).enable(SerializationFeature.INDENT_OUTPUT);

  private EvaluationJson() {}

  /** What a mapper needs to write and read figures that do not exist. */
  public static SimpleModule module() {
    return new SimpleModule("dmyt-evaluation")
        .addSerializer(Double.class, new FigureSerializer())
        .addSerializer(double.class, new FigureSerializer())
        .addDeserializer(Double.class, new FigureDeserializer())
        .addDeserializer(double.class, new FigureDeserializer());
  }

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

  private static final class FigureSerializer extends JsonSerializer<Double> {
    @Override
    public void serialize(Double figure, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (figure.isNaN()) {
        json.writeNull();
      } else {
        json.writeNumber(figure);
      }
    }
  }

  private static final class FigureDeserializer extends JsonDeserializer<Double> {
    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return json.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
