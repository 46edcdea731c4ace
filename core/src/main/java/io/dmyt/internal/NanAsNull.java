package io.dmyt.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;

/**
 * For Jackson: JSON has no NaN, so a number that does not exist is written as {@code null}, and
 * {@code null} or nothing is read as NaN.
 */
final class NanAsNull extends SimpleModule {
  private static final long serialVersionUID = 1L;

  NanAsNull() {
    super("dmyt-nan-as-null");
    addSerializer(Double.class, new NumberSerializer());
    addSerializer(double.class, new NumberSerializer());
    addDeserializer(Double.class, new FigureDeserializer());
    addDeserializer(double.class, new FigureDeserializer());
  }

  private static final class NumberSerializer extends JsonSerializer<Double> {
    @Override
    public void serialize(Double number, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (number.isNaN()) {
        json.writeNull();
      } else {
        json.writeNumber(number);
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
