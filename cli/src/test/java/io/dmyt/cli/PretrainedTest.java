package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.dmyt.ModelFile;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where training starts, from the option to the first weights; the hub is on loopback. */
class PretrainedTest {
  private static final String MODEL = "mobilenetv3_small_100";
  private static final String PUBLISHED = "mobilenetv3_small_100_lamb-266a294c.pth";

  @TempDir Path folder;

  private final Map<String, byte[]> files = new HashMap<>();
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private Path dataset;
  private Path weights;
  private Path cache;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().getPath());
          byte[] file = files.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(file == null ? 404 : 200, file == null ? -1 : file.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(file == null ? new byte[0] : file);
          }
        });
    server.start();
    cache = folder.resolve("cache");
    System.setProperty("dmyt.cache", cache.toString());
    System.setProperty("dmyt.mirror", url("/mirror"));
    dataset = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 4);
    Backbone backbone =
        Backbones.create(
            MODEL, BackboneOptions.defaults().withImageSize(32).withClasses(1000).withSeed(9));
    weights = folder.resolve("imagenet.safetensors");
    SafeTensors.write(backbone.stateDict(), weights);
  }

  @AfterEach
  void close() {
    server.stop(0);
    System.clearProperty("dmyt.cache");
    System.clearProperty("dmyt.mirror");
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** Trains with so small a learning rate that the weights stay what they were. */
  private Cli.Result train(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("train", "-d", dataset, "-m", MODEL));
    arguments.addAll(List.of("--image-size", 32, "-b", 4, "-e", 1, "--lr", "1e-30"));
    arguments.addAll(List.of("-o", folder.resolve("detector.zip")));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray());
  }

  private void assertStartedFromTheWeights(Cli.Result result) throws IOException {
    assertEquals(0, result.code(), result.all());
    try (ModelFile expected = ModelFile.open(weights);
        ModelFile found = ModelFile.open(folder.resolve("detector.zip"))) {
      for (String name : List.of("conv_stem.weight", "blocks.1.0.conv_dw.weight", "bn1.weight")) {
        assertArrayEquals(
            expected.weights().get(name).floats(), found.weights().get(name).floats(), name);
      }
    }
  }

  private static void assertSays(int code, String what, Cli.Result result) {
    assertEquals(code, result.code(), result.all());
    assertTrue(result.err().contains(what), result.err());
    assertEquals(1, result.err().lines().filter(l -> l.startsWith("dmyt: ")).count());
    assertFalse(result.err().contains("unexpected "), result.err());
  }

  @Test
  void startsFromAnyFile() throws IOException {
    assertStartedFromTheWeights(train("--pretrained", weights));
    Path zip = folder.resolve("imagenet.zip");
    assertEquals(0, Cli.run("convert", weights, zip, "-m", MODEL).code());
    assertStartedFromTheWeights(train("--pretrained", zip, "-l", "BCE"));
    Path detector = folder.resolve("earlier.zip");
    Files.move(folder.resolve("detector.zip"), detector);
    Cli.Result again = train("--pretrained", detector, "-l", "BCE");
    assertStartedFromTheWeights(again);
    assertTrue(again.err().contains("with its classifier"), again.err());
    assertEquals(List.of(), requests);
  }

  @Test
  void startsFromOneOfSeveralNetworks() throws IOException {
    Path both = folder.resolve("both.safetensors");
    StateDict.Builder dict = StateDict.builder();
    try (StateDict network = Checkpoints.open(weights)) {
      for (Map.Entry<String, Tensor> entry : network.tensors().entrySet()) {
        Tensor t = entry.getValue();
        dict.put("student." + entry.getKey(), Tensor.of(t.dtype(), t.bytes(), t.shape()));
        dict.put("teacher." + entry.getKey(), Tensor.of(t.dtype(), t.bytes(), t.shape()));
      }
    }
    SafeTensors.write(dict.build(), both);
    assertSays(1, "--key student or --key teacher", train("--pretrained", both));
    Cli.Result result = train("--pretrained", both, "--key", "teacher");
    assertStartedFromTheWeights(result);
    assertTrue(result.err().contains("without their 'teacher.'"), result.err());
  }

  @Test
  void autoTakesWhatIsInTheCacheWithoutTheNetwork() throws IOException {
    Path cached = Files.createDirectories(cache.resolve("weights")).resolve(PUBLISHED);
    Files.copy(weights, cached);
    assertStartedFromTheWeights(train());
    assertStartedFromTheWeights(train("--offline"));
    assertEquals(List.of(), requests);
  }

  @Test
  void autoAsksTheMirrorAndBelievesNoOtherFile() throws IOException {
    files.put("/mirror/" + PUBLISHED, Files.readAllBytes(weights));
    Cli.Result result = train();
    assertSays(1, "its SHA-256 begins with", result);
    assertTrue(result.err().contains("or pass --pretrained none"), result.err());
    assertTrue(result.err().contains(cache.resolve("weights/" + PUBLISHED).toString()));
    assertEquals(List.of("/mirror/" + PUBLISHED), requests);
    assertFalse(Files.exists(folder.resolve("detector.zip")));
  }

  @Test
  void offlineNeverTouchesTheNetwork() {
    assertSays(1, "nothing is downloaded offline", train("--offline"));
    assertSays(1, "offline", train("--offline", "--pretrained", url("/file-0123456789.pth")));
    assertEquals(List.of(), requests);
  }

  @Test
  void anAddressIsFetchedOnceAndChecked() throws Exception {
    byte[] bytes = Files.readAllBytes(weights);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    String good = "/a/model-" + hash.substring(0, 10) + ".safetensors";
    files.put(good, bytes);
    files.put("/a/model.safetensors", bytes);
    files.put("/b/model.safetensors", new byte[100]);
    assertStartedFromTheWeights(train("--pretrained", url(good)));
    assertStartedFromTheWeights(train("--pretrained", url(good), "--offline"));
    assertStartedFromTheWeights(train("--pretrained", url("/a/model.safetensors")));
    assertEquals(List.of(good, "/a/model.safetensors"), requests);
    // The same name elsewhere is another file.
    assertSays(1, "neither a PyTorch file nor", train("--pretrained", url("/b/model.safetensors")));
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    assertSays(1, "HTTP status 404", train("--pretrained", url("/none.pth")));
    assertSays(2, "https://", train("--pretrained", "http://example.org/a.pth"));
    assertSays(1, "no such file", train("--pretrained", folder.resolve("none.zip")));
    Path other = folder.resolve("resnet.safetensors");
    SafeTensors.write(
        Backbones.create("resnet18", BackboneOptions.defaults().withImageSize(32)).stateDict(),
        other);
    assertSays(1, "not fit " + MODEL + " but resnet18", train("--pretrained", other));
    Path zip = folder.resolve("resnet.zip");
    assertEquals(0, Cli.run("convert", other, zip, "-m", "resnet18").code());
    assertSays(2, "holds resnet18", train("--pretrained", zip));
  }

  @Test
  void modelsListsWhatThereIsAndWhatIsCached() throws IOException {
    Files.writeString(Files.createDirectories(cache.resolve("weights")).resolve(PUBLISHED), "x");
    Path json = folder.resolve("models.json");
    Cli.Result result = Cli.run("models", "--json", json);
    assertEquals(0, result.code(), result.all());
    assertEquals(1 + Backbones.names().size(), result.out().lines().count());
    String row = result.out().lines().filter(l -> l.startsWith("resnet50 ")).findFirst().get();
    assertTrue(row.matches("resnet50 +23\\.5 M +4\\.\\d\\d +224² +2048 +to fetch"), row);
    JsonNode list = new ObjectMapper().readTree(json.toFile());
    assertEquals(Backbones.names().size(), list.size());
    for (JsonNode model : list) {
      assertEquals(model.get("name").asText().equals(MODEL), model.get("cached").asBoolean());
      assertTrue(
          model.get("weights").isNull() || model.get("weights").asText().startsWith("https://"),
          model.toString());
      assertTrue(model.get("multiplyAdds").asLong() > 20_000_000, model.toString());
    }
  }

  @Test
  void modelsAreFoundByFamilyAndName() {
    Cli.Result clip = Cli.run("models", "--search", "base_patch32_clip_224.o", "--has-weights");
    assertEquals(0, clip.code(), clip.all());
    assertTrue(
        clip.out()
            .lines()
            .anyMatch(
                row ->
                    row.matches(
                        "vit_base_patch32_clip_224.openai +87\\.5 M .* to fetch +apache-2.0")),
        clip.out());
    assertTrue(
        clip.out().lines().skip(1).allMatch(row -> row.contains("base_patch32_clip_224.o")),
        clip.out());
    Cli.Result swin = Cli.run("models", "--family", "swin");
    assertTrue(swin.out().lines().skip(1).allMatch(l -> l.startsWith("swin")), swin.out());
    Cli.Result none = Cli.run("models", "--search", "hiera");
    assertEquals(1, none.code());
    assertTrue(
        none.err().contains("timm has hiera_base_224.mae_in1k_ft_in1k and 23 more"), none.all());
    assertTrue(Cli.run("models", "--family", "nothing").err().contains("the families are "));
  }
}
