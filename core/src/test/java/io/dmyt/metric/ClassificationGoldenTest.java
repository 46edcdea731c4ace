package io.dmyt.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The reference's own print-outs, line by line: golden/metrics*.json. */
class ClassificationGoldenTest {
  private static final Set<String> REAL =
      Set.of("real", "original", "pristine", "genuine", "bonafide");

  @TestFactory
  List<DynamicTest> printsWhatTheReferencePrinted() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : Golden.list("", ".json")) {
      if (file.getFileName().toString().startsWith("metrics")) {
        for (JsonNode test : Golden.read(file)) {
          tests.add(
              dynamicTest(
                  file.getFileName() + " " + test.get("classes"), () -> assertSamePrint(test)));
        }
      }
    }
    if (tests.isEmpty()) {
      tests.add(dynamicTest("metrics*.json", () -> abort("no metrics*.json in " + Golden.root())));
    }
    return tests;
  }

  private static void assertSamePrint(JsonNode test) {
    List<String> classes = strings(test.get("classes"));
    int[] real =
        IntStream.range(0, classes.size())
            .filter(c -> REAL.contains(classes.get(c).toLowerCase(Locale.ROOT)))
            .toArray();
    assertEquals(1, real.length, () -> "real classes among " + classes);
    ClassificationReport report =
        ClassificationReport.of(
            classes,
            real[0],
            Golden.ints(test.get("labels")),
            Golden.ints(test.get("predictions")));
    assertEquals(
        String.join("\n", strings(test.get("printed"))),
        String.join("\n", ReferencePrintout.lines(report)));
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(s -> strings.add(s.asText()));
    return strings;
  }
}
