package io.dmyt.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The peers' networks against PyTorch's own: same tensors, same features. */
class PeersGoldenTest {
  private static final Set<String> QUICK =
      Set.of("resnet18", "mobilenetv2_100", "efficientnet_b0", "tf_efficientnet_b0");

  @TestFactory
  Stream<DynamicTest> tensors() throws IOException {
    return golden().map(g -> dynamicTest(g.get("model").asText(), () -> checkTensors(g)));
  }

  @TestFactory
  Stream<DynamicTest> features() throws IOException {
    return golden()
        .filter(g -> QUICK.contains(g.get("model").asText()))
        .flatMap(PeersGoldenTest::featuresOfBoth);
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> featuresOfLargeNetworks() throws IOException {
    return golden()
        .filter(g -> !QUICK.contains(g.get("model").asText()))
        .flatMap(PeersGoldenTest::featuresOfBoth);
  }

  private static Stream<DynamicTest> featuresOfBoth(JsonNode golden) {
    String name = golden.get("model").asText();
    return Stream.of(
        dynamicTest(name + " in libtorch", () -> checkLibtorch(golden)),
        dynamicTest(name + " in ONNX Runtime", () -> checkOnnxRuntime(golden)));
  }

  private static void checkTensors(JsonNode golden) {
    Network network = network(golden);
    Map<String, List<Long>> expected = new HashMap<>();
    for (JsonNode entry : golden.get("state_dict")) {
      String name = entry.get(0).asText();
      if (!name.endsWith("num_batches_tracked")) {
        expected.put(name, longs(entry.get(1)));
      }
    }
    Map<String, List<Long>> actual = new HashMap<>();
    for (Tensor tensor : network.tensors()) {
      actual.put(tensor.name(), Arrays.stream(tensor.shape()).boxed().toList());
    }
    assertEquals(expected, actual);
    assertEquals(golden.get("num_params").asLong(), network.parameters());
    assertEquals(golden.get("num_features").asInt(), network.features());
    assertEquals(golden.get("input_size").asInt(), network.size());
  }

  private static void checkLibtorch(JsonNode golden) {
    Network network = network(golden);
    try (LibtorchSide side = new LibtorchSide(network, batch(golden), 2)) {
      assertEquals(golden.get("num_params").asLong(), side.parameters());
      assertClose(golden, side.embeddings());
    }
  }

  private static void checkOnnxRuntime(JsonNode golden) {
    try (OnnxRuntimeSide side = new OnnxRuntimeSide(network(golden), batch(golden), 2)) {
      assertClose(golden, side.embeddings());
    }
  }

  private static Network network(JsonNode golden) {
    String name = golden.get("model").asText();
    return Networks.create(name, golden.get("eval").get("hw").asInt());
  }

  private static int batch(JsonNode golden) {
    return golden.get("eval").get("batch").asInt();
  }

  /** ‖actual − expected‖₂ ≤ 1e-4 ‖expected‖₂; NaN fails. */
  private static void assertClose(JsonNode golden, float[] actual) {
    JsonNode expected = golden.get("eval").get("features");
    assertEquals(expected.size(), actual.length);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow(actual[i] - expected.get(i).asDouble(), 2);
      norm += Math.pow(expected.get(i).asDouble(), 2);
    }
    double error = Math.sqrt(difference / norm);
    assertTrue(error <= 1e-4, "features differ by " + error);
  }

  private static List<Long> longs(JsonNode array) {
    return Stream.iterate(0, i -> i < array.size(), i -> i + 1)
        .map(i -> array.get(i).asLong())
        .toList();
  }

  /**
   * The reference values of the networks that have peers: those that -Ddmyt.golden names, else
   * those among the core's tests.
   */
  private static Stream<JsonNode> golden() throws IOException {
    String given = System.getProperty("dmyt.golden", "core/src/test/resources/golden");
    Path root =
        Stream.of(Path.of(given), Path.of("..").resolve(given))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("dmyt.golden is no folder: " + given));
    Path folder = root.resolve("backbone");
    Assumptions.assumeTrue(Files.isDirectory(folder), "no backbone among the reference values");
    ObjectMapper mapper = new ObjectMapper();
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sorted = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
      Stream.Builder<JsonNode> all = Stream.builder();
      for (Path file : sorted) {
        JsonNode golden = mapper.readTree(file.toFile());
        if (Networks.names().contains(golden.get("model").asText())) {
          all.add(golden);
        }
      }
      return all.build();
    }
  }
}
