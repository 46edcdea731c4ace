package io.dmyt.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers, CSV and JSON: the same on every machine. */
class TextFormatsTest {
  private final Locale locale = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(locale);
  }

  /** Germany writes 0,9939 and Egypt other digits. */
  @ParameterizedTest
  @ValueSource(strings = {"en-US", "de-DE", "ar-EG-u-nu-arab", "fa-IR", "tr-TR"})
  void numbersAreTheSameInEveryLocale(String tag) {
    Locale.setDefault(Locale.forLanguageTag(tag));
    assertEquals("0.9939", Numbers.fixed(0.99391, 4));
    assertEquals("n/a", Numbers.fixed(Double.NaN, 4));
    assertEquals("12.5 %", Numbers.percent(0.125, 1));
    assertEquals("n/a", Numbers.percent(Double.NaN, 1));
    assertEquals("1,234 MB, 1.5e-05", Text.format("%,d MB, %.1e", 1234, 1.5e-5));
    assertEquals("12 of ab", Text.format("%d of %s", 12, "ab"));
    assertEquals("1,0.5,a\n", Csv.row(1, 0.5, "a"));
    assertEquals("0.5", Json.write(0.5));
  }

  @Test
  void columnsAreFilledWithBlanks() {
    assertEquals("ab   |   ab", Text.left("ab", 5) + "|" + Text.right("ab", 5));
    assertEquals("abcdef|abcdef", Text.left("abcdef", 5) + "|" + Text.right("abcdef", 5));
  }

  @Test
  void csvQuotesWhatWouldBreakARow() {
    assertEquals(
        "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\n",
        Csv.row("a,b", "say \"x\"", "two\nlines", ""));
    assertEquals("a\n", Csv.row(List.of("a")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": 1, \"a\": 2}",
        "{} {}",
        "[1",
        "NaN",
        "DEEP",
        "LONG NUMBER",
        "LONG NAME",
        "LONG STRING"
      })
  void jsonThatIsAmbiguousOrEndlessIsRefusedInOneLine(String json) {
    String hostile =
        switch (json) {
          case "DEEP" -> "[".repeat(100_000) + "]".repeat(100_000);
          case "LONG NUMBER" -> "1".repeat(100_000);
          case "LONG NAME" -> "{\"" + "n".repeat(100_000) + "\": 1}";
          case "LONG STRING" -> "\"" + "s".repeat(5_000_000) + "\"";
          default -> json;
        };
    JsonProcessingException e =
        assertThrows(JsonProcessingException.class, () -> Json.mapper().readTree(hostile));
    String fault = Json.fault(e);
    assertEquals(1, fault.lines().count(), fault);
    assertTrue(fault.length() < 400, fault);
  }

  @Test
  void nanIsNullInJson() throws JsonProcessingException {
    String json = Json.write(Map.of("a", Double.NaN));
    assertTrue(json.contains("null"), json);
    assertEquals(Double.NaN, Json.mapper().readValue("null", double.class));
  }
}
