package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.engine.Backend;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

class BenchTest {
  @BeforeAll
  static void needsArraysInHostMemory() {
    assumeFalse(Backend.isCuda(), "ND4J's CUDA backend keeps arrays on the GPU");
  }

  @TempDir Path folder;

  @Test
  void measuresInferenceAndTraining() throws Exception {
    Path json = folder.resolve("results.json");
    Cli.Result result =
        Cli.run(
            "bench",
            "-m",
            "resnet18",
            "-b",
            2,
            "--image-size",
            32,
            "--rounds",
            2,
            "--train",
            "--engine",
            "onednn",
            "--layers",
            "--json",
            json);
    assertEquals(0, result.code(), result.all());
    assertTrue(
        result.out().lines().anyMatch(l -> l.matches("inference( +[0-9.]+){4} MB")), result.out());
    assertTrue(
        result.out().lines().anyMatch(l -> l.matches("training( +[0-9.]+){4} MB")), result.out());
    assertTrue(result.out().contains("batch norm"), result.out());
    assertTrue(result.err().contains("fused in inference"), result.err());

    JsonNode results = new ObjectMapper().readTree(json.toFile());
    assertEquals("resnet18", results.get("model").textValue());
    assertEquals("onednn", results.get("engine").textValue());
    for (String step : new String[] {"inference", "training"}) {
      JsonNode times = results.get(step);
      assertEquals(2, times.get("rounds").intValue());
      double seconds = times.get("seconds").doubleValue();
      assertTrue(seconds > 0 && times.get("fastest").doubleValue() <= seconds, times.toString());
      assertEquals(2 / seconds, times.get("imagesPerSecond").doubleValue(), 1e-9);
    }
    Map<String, JsonNode> vertices = new HashMap<>();
    results.get("vertices").forEach(v -> vertices.put(v.get("vertex").textValue(), v));
    assertFalse(vertices.isEmpty());
    JsonNode norm = vertices.get("bn1");
    assertEquals("batch norm", norm.get("as").textValue());
    assertEquals("in conv1", norm.get("inInference").textValue());
    assertEquals("", norm.get("inTraining").textValue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "dl4j"})
  void computesOnAsManyThreadsAsItIsTold(String engine) {
    int blas = Nd4j.factory().blas().getMaxThreads();
    NativeOps ops = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int before = ops.ompGetMaxThreads();
    try {
      Cli.Result result =
          Cli.run(
              "bench",
              "-m",
              "resnet18",
              "-b",
              1,
              "--image-size",
              32,
              "--rounds",
              1,
              "--engine",
              engine,
              "--threads",
              1);
      assertEquals(0, result.code(), result.all());
      assertTrue(result.err().contains(" 1 threads"), result.err());
      assertEquals(1, ops.ompGetMaxThreads());
      assertEquals(1, Nd4j.factory().blas().getMaxThreads());
    } finally {
      ops.setOmpNumThreads(before);
      Nd4j.factory().blas().setMaxThreads(blas);
    }
  }

  @Test
  void measuresDl4jsOwnLayers() {
    Cli.Result result =
        Cli.run(
            "bench",
            "-m",
            "resnet18",
            "-b",
            1,
            "--image-size",
            32,
            "--rounds",
            1,
            "--engine",
            "dl4j");
    assertEquals(0, result.code(), result.all());
    assertTrue(result.err().contains("all in DL4J"), result.err());
    assertFalse(result.out().contains("training"), result.out());
  }
}
