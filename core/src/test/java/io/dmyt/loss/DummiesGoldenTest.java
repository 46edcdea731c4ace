package io.dmyt.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The dummies lie where the reference has them. */
class DummiesGoldenTest {
  @TestFactory
  List<DynamicTest> dummies() {
    Path file = Golden.path("dummies.json");
    assumeTrue(Files.exists(file), "absent: " + file);
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode expected : Golden.read(file)) {
      tests.add(
          DynamicTest.dynamicTest(
              expected.get("labels") + " of size " + expected.get("size"), () -> check(expected)));
    }
    assertEquals(false, tests.isEmpty(), "no dummies in " + file);
    return tests;
  }

  private static void check(JsonNode expected) {
    List<String> labels = new ArrayList<>();
    expected.get("labels").forEach(label -> labels.add(label.textValue()));
    assertEquals(expected.get("classes").intValue(), labels.size());
    int size = expected.get("size").intValue();

    Dummies dummies = Dummies.of(labels, size);

    assertArrayEquals(Golden.ints(expected.get("antagonists")), dummies.antagonists());
    assertEquals(expected.get("ones").size(), dummies.count());
    INDArray vectors = dummies.vectors();
    assertArrayEquals(new long[] {dummies.count(), size}, vectors.shape());
    for (int k = 0; k < dummies.count(); k++) {
      int[] ones = Golden.ints(expected.get("ones").get(k));
      assertEquals(new Slice(ones[0], ones[1]), dummies.ones(k), "dummy " + k);
      for (int i = 0; i < size; i++) {
        assertEquals(i >= ones[0] && i < ones[1] ? 1 : 0, vectors.getDouble(k, i));
      }
    }
  }
}
