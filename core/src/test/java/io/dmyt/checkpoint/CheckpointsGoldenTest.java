package io.dmyt.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.Golden;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.opentest4j.TestAbortedException;

/** Files as PyTorch and safetensors write them: good ones equal values.json, others are refused. */
class CheckpointsGoldenTest {
  private static final String FOLDER = "checkpoints";
  private static final String VALUES = "values.json";

  @TempDir Path temp;

  @TestFactory
  Stream<DynamicTest> everyFile() {
    List<Path> files =
        Golden.list(FOLDER, "").stream()
            .filter(file -> !file.getFileName().toString().equals(VALUES))
            .toList();
    if (files.isEmpty()) {
      throw new TestAbortedException("no reference values in " + Golden.path(FOLDER));
    }
    return files.stream()
        .map(
            file -> {
              String name = file.getFileName().toString();
              return name.startsWith("damaged-") || name.startsWith("hostile-")
                  ? dynamicTest(name + " is refused", () -> refused(file))
                  : dynamicTest(name, () -> equalsReference(file));
            });
  }

  private void refused(Path file) {
    Path left = Path.of("pwned-by-checkpoint");
    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () -> {
              try (StateDict dict = Checkpoints.open(file)) {
                dict.tensors().values().forEach(Tensor::bytes);
              }
            });
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    assertFalse(Files.exists(left), "code in the file was run");
  }

  private void equalsReference(Path file) {
    JsonNode values = Golden.read(Golden.path(FOLDER + "/" + VALUES));
    List<String> expected = new ArrayList<>();
    values.fieldNames().forEachRemaining(expected::add);
    try (StateDict dict = Checkpoints.open(file)) {
      assertEquals(expected, List.copyOf(dict.names()));
      expected.forEach(name -> assertTensor(name, values.get(name), dict.get(name)));
      assertSafeTensorsRoundTrip(dict);
    }
  }

  private static void assertTensor(String name, JsonNode expected, Tensor tensor) {
    double[] shape = Golden.doubles(expected.get("shape"));
    assertEquals(shape.length, tensor.shape().length, name);
    for (int d = 0; d < shape.length; d++) {
      assertEquals((long) shape[d], tensor.shape()[d], name);
    }
    double[] values = Golden.doubles(expected.get("values"));
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = rounded(values[i], tensor.dtype());
    }
    assertArrayEquals(bits(rounded), bits(tensor.floats()), name);
    float[] array = tensor.toINDArray().castTo(DataType.FLOAT).dup('c').data().asFloat();
    assertArrayEquals(bits(rounded), bits(array), name);
  }

  private void assertSafeTensorsRoundTrip(StateDict dict) {
    Path copy = temp.resolve("copy.safetensors");
    SafeTensors.write(dict, copy);
    try (StateDict again = SafeTensors.open(copy)) {
      assertEquals(dict.names(), again.names());
      dict.tensors()
          .forEach((name, t) -> assertArrayEquals(t.bytes(), again.get(name).bytes(), name));
    }
  }

  /** The value nearest to {@code value} that the type holds. */
  private static float rounded(double value, DType dtype) {
    return switch (dtype) {
      case F16 -> nearest(value, 10, -14);
      case BF16 -> nearest(value, 7, -126);
      default -> (float) value;
    };
  }

  private static float nearest(double value, int fractionBits, int smallestExponent) {
    int exponent = Math.max(Math.getExponent((float) value), smallestExponent);
    double step = Math.scalb(1.0, exponent - fractionBits);
    return (float) (Math.rint((float) value / step) * step);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @Test
  void trainingCheckpointSaysWhatWasTaken() {
    Path file = Golden.path(FOLDER + "/training-checkpoint.pth");
    assumeTrue(Files.exists(file), file + " is absent");
    try (StateDict dict = Checkpoints.open(file)) {
      assertEquals(Optional.of("state_dict"), dict.origin().container());
      assertEquals(Optional.of("module."), dict.origin().prefix());
      assertEquals(
          file + ", PyTorch (zip), its 'state_dict', names without their 'module.'",
          dict.origin().toString());
    }
  }

  @Test
  void hostileGlobalIsNamed() {
    Path file = Golden.path(FOLDER + "/hostile-code.pth");
    assumeTrue(Files.exists(file), file + " is absent");
    String message =
        assertThrows(CheckpointException.class, () -> Checkpoints.open(file)).getMessage();
    assertTrue(message.contains("'posix.system'"), message);
  }

  /** Real weights, which the project does not ship. */
  @Test
  void mobileNetV2() {
    String path = "shared/weights/mobilenetv2_100.pth";
    Path file =
        Stream.of("..", "../..", "../../..")
            .map(up -> Path.of(up, path))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(() -> new TestAbortedException("no " + path + " above the project"));
    try (StateDict dict = Checkpoints.open(file)) {
      assertEquals(314, dict.size());
      assertArrayEquals(new long[] {32, 3, 3, 3}, dict.get("conv_stem.weight").shape());
      assertArrayEquals(new long[] {1000, 1280}, dict.get("classifier.weight").shape());
      Map<DType, Integer> types = new HashMap<>();
      for (Tensor tensor : dict.tensors().values()) {
        types.merge(tensor.dtype(), 1, Integer::sum);
        for (float value : tensor.floats()) {
          assertTrue(Float.isFinite(value));
        }
      }
      assertEquals(Map.of(DType.F32, 262, DType.I64, 52), types);
      assertSafeTensorsRoundTrip(dict);
    }
  }
}
