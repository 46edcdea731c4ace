package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.dmyt.Detector;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.data.FaceCrop;
import io.dmyt.engine.Engines;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detectors of others, from their names to verdicts; the hub is on loopback. */
class PublishedDetectorTest {
  private static final String XCEPTION = "dfbench-xception";

  @TempDir Path folder;

  private final Map<String, Path> files = new HashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().getPath());
          Path file = files.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(
              file == null ? 404 : 200, file == null ? -1 : Files.size(file));
          try (OutputStream body = exchange.getResponseBody()) {
            if (file != null) {
              Files.copy(file, body);
            }
          }
        });
    server.start();
    System.setProperty("dmyt.cache", folder.resolve("cache").toString());
    System.setProperty("dmyt.mirror", "http://127.0.0.1:" + server.getAddress().getPort() + "/hub");
  }

  @AfterEach
  void close() {
    server.stop(0);
    System.clearProperty("dmyt.cache");
    System.clearProperty("dmyt.mirror");
  }

  /** An Xception under DeepfakeBench's names. */
  private Path published() throws IOException {
    Backbone network =
        Backbones.create("xception", BackboneOptions.defaults().withClasses(2).withSeed(3));
    StateDict.Builder dict = StateDict.builder();
    network
        .stateDict()
        .tensors()
        .forEach((name, t) -> dict.put("backbone." + name.replaceFirst("^fc", "last_linear"), t));
    Path file = folder.resolve("published.safetensors");
    SafeTensors.write(dict.build(), file);
    return file;
  }

  private static void assertSays(int code, String what, Cli.Result result) {
    assertEquals(code, result.code(), result.all());
    assertTrue(result.err().contains(what), result.err());
    assertEquals(1, result.err().lines().filter(l -> l.startsWith("dmyt: ")).count());
  }

  @Test
  void areFetchedConvertedAndUsed() throws IOException {
    files.put("/hub/dfbench-xception.pth", published());
    Path images = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 3);
    Path test = images.resolve("test");
    assertSays(2, "--accept-license", Cli.run("predict", "-w", XCEPTION, test));
    assertTrue(requests.isEmpty());

    Path json = folder.resolve("out.json");
    Cli.Result first = Cli.run("predict", "-w", XCEPTION, "--accept-license", test, "--json", json);
    assertEquals(0, first.code(), first.all());
    assertTrue(first.err().contains("licence cc-by-nc-4.0"), first.err());
    JsonNode written = new ObjectMapper().readTree(json.toFile());
    assertTrue(written.toString().contains("\"fake\""), written.toString());

    // The licence is said once, and nothing is fetched again.
    Path calibrated = folder.resolve("own.zip");
    Cli.Result second =
        Cli.run("calibrate", "-w", XCEPTION, "-d", images, "-o", calibrated, "-b", 2);
    assertEquals(0, second.code(), second.all());
    assertFalse(second.err().contains("licence"), second.err());
    assertEquals(List.of("/hub/dfbench-xception.pth"), requests);
    try (Detector detector = Detector.load(calibrated, Engines.dl4j())) {
      assertEquals(List.of("real", "fake"), detector.spec().classes());
      assertEquals(256, detector.spec().preprocessing().size());
      assertEquals(List.of(0.5, 0.5, 0.5), detector.spec().preprocessing().std());
      assertEquals(FaceCrop.aligned(), detector.spec().preprocessing().faces());
    }
    Cli.Result listed = Cli.run("detectors");
    assertTrue(listed.out().contains("dfbench-xception (fetched)"), listed.out());
    assertSays(2, "--output", Cli.run("calibrate", "-w", XCEPTION, "-d", images));
    Cli.Result tested = Cli.run("test", "-w", XCEPTION, "-d", images, "--bootstrap", 10);
    assertEquals(0, tested.code(), tested.all());
    assertTrue(tested.out().contains("ROC AUC"), tested.out());
    Cli.Result known = Cli.run("info", "-w", XCEPTION);
    assertEquals(0, known.code(), known.all());
    assertTrue(known.out().contains("cc-by-nc-4.0"), known.out());
    assertTrue(known.out().contains("aligned, scale 1.3"), known.out());

    Path heat = folder.resolve("heat");
    Cli.Result explained = Cli.run("predict", "-w", calibrated, test, "--explain", heat);
    assertEquals(0, explained.code(), explained.all());
    try (var pictures = Files.walk(heat)) {
      assertEquals(6, pictures.filter(Files::isRegularFile).count());
    }
    Path further = folder.resolve("further.zip");
    Cli.Result trained =
        Cli.run(
            "train",
            "-d",
            images,
            "-m",
            "xception",
            "-l",
            "CrossEntropy",
            "--pretrained",
            calibrated,
            "--image-size",
            96,
            "-b",
            2,
            "-e",
            1,
            "-o",
            further);
    assertEquals(0, trained.code(), trained.all());
  }

  @Test
  void aFileThatIsHereIsConverted() throws IOException {
    Path out = folder.resolve("own.zip");
    Cli.Result result = Cli.run("convert", published(), out, "--as", XCEPTION);
    assertEquals(0, result.code(), result.all());
    try (Detector detector = Detector.load(out, Engines.dl4j())) {
      assertEquals("xception", detector.spec().backbone());
    }
    Path other = folder.resolve("other.zip");
    assertSays(
        1, "missing", Cli.run("convert", published(), other, "--as", "dfbench-efficientnet-b4"));
    assertFalse(Files.exists(other));
    assertSays(2, "dmyt detectors", Cli.run("convert", published(), other, "--as", "mine"));
    assertSays(
        2, "--as", Cli.run("convert", published(), other, "--as", XCEPTION, "-m", "xception"));
    Path configured = Files.createDirectories(folder.resolve("gend")).resolve("x.safetensors");
    Files.copy(published(), configured);
    Files.writeString(configured.resolveSibling("config.json"), "{\"head\": \"Cosine\"}");
    assertSays(1, "Cosine", Cli.run("convert", configured, other, "--as", "gend-pe-l"));
  }

  @Test
  void whatCannotBeHadIsOneLine() throws IOException {
    Path image = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 1).resolve("test");
    for (String name : List.of("gend-clip-l14", "gend-pe-l", "gend-dinov3-l")) {
      Cli.Result missing = Cli.run("predict", "-w", name, image);
      assertSays(1, "cannot fetch " + name, missing);
      assertTrue(missing.err().contains("dmyt convert FILE OUT.zip --as " + name), missing.err());
    }
    Cli.Result known = Cli.run("info", "-w", "gend-clip-l14");
    assertEquals(0, known.code(), known.all());
    assertTrue(known.out().contains("not yet: the first command"), known.out());
    assertSays(1, "offline", Cli.run("predict", "-w", "gend-clip-l14", image, "--offline"));
    // Not the file whose size and hash are known.
    files.put("/hub/gend-clip-l14.safetensors", published());
    assertSays(1, "1215928160", Cli.run("predict", "-w", "gend-clip-l14", image));
    assertFalse(Files.exists(folder.resolve("cache/detectors")));
    // The right kind of file, of another network.
    files.put("/hub/dfbench-efficientnet-b4.pth", published());
    assertSays(
        1,
        "does not fit dfbench_efficientnet_b4",
        Cli.run("predict", "-w", "dfbench-efficientnet-b4", "--accept-license", image));
    assertFalse(Files.exists(folder.resolve("cache/detectors")));
  }

  @Test
  void theListSaysWhatIsKnown() throws IOException {
    Path json = folder.resolve("list.json");
    Cli.Result result = Cli.run("detectors", "--json", json);
    assertEquals(0, result.code(), result.all());
    JsonNode list = new ObjectMapper().readTree(json.toFile());
    assertEquals(5, list.size());
    for (JsonNode detector : list) {
      for (String fact : List.of("paper", "licence", "trained on", "published", "tried on")) {
        assertFalse(detector.path(fact).asText().isBlank(), fact);
      }
      assertTrue(result.out().contains(detector.get("name").asText()), result.out());
    }
  }
}
