package io.dmyt.svm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** scikit-learn's SVC() on given features: golden/svm*.json. */
class EmbeddingSvmGoldenTest {

  @TestFactory
  List<DynamicTest> fitsAndPredictsAsScikitLearn() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : Golden.list("", ".json")) {
      if (file.getFileName().toString().startsWith("svm")) {
        tests.add(dynamicTest(file.getFileName().toString(), () -> assertSame(Golden.read(file))));
      }
    }
    if (tests.isEmpty()) {
      tests.add(dynamicTest("svm*.json", () -> abort("no svm*.json in " + Golden.root())));
    }
    return tests;
  }

  private static void assertSame(JsonNode golden) {
    int size = golden.get("size").intValue();
    EmbeddingSvm machine =
        EmbeddingSvm.fit(
            rows(golden.get("train_x"), size),
            Golden.ints(golden.get("train_y")),
            EmbeddingSvm.Options.DEFAULT);
    int[] predictions = machine.predict(rows(golden.get("test_x"), size));

    Golden.assertClose(golden.get("gamma").doubleValue(), machine.gamma(), 1e-12, 0, "gamma");
    assertEquals(golden.get("classes").intValue(), machine.classes().length);
    assertArrayEquals(
        Golden.ints(golden.get("n_support")), machine.supportVectors(), "support vectors");
    assertArrayEquals(Golden.ints(golden.get("predictions")), predictions, "predictions");
    int[] labels = Golden.ints(golden.get("test_y"));
    long right = IntStream.range(0, labels.length).filter(i -> labels[i] == predictions[i]).count();
    assertEquals(golden.get("accuracy").doubleValue(), (double) right / labels.length, 1e-12);
  }

  private static float[][] rows(JsonNode values, int size) {
    double[] flat = Golden.doubles(values);
    float[][] rows = new float[flat.length / size][size];
    for (int i = 0; i < flat.length; i++) {
      rows[i / size][i % size] = (float) flat[i];
    }
    return rows;
  }
}
