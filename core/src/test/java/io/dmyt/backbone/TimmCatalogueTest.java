package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmyt.backbone.NamedParameter.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network that timm 0.4.9 has too, laid out but not allocated, against timm's state dict. */
class TimmCatalogueTest {
  private static final JsonNode MODELS = read();

  private static JsonNode read() {
    try (InputStream in =
        new GZIPInputStream(
            TimmCatalogueTest.class.getResourceAsStream("/timm/models-0.4.9.json.gz"))) {
      return new ObjectMapper().readTree(in).get("models");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> names() {
    // Six have an error there instead: without classifier, timm 0.4.9 gives no embedding of theirs.
    return Backbones.names().stream().filter(name -> MODELS.path(name).has("state_dict"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void stateDict(String name) {
    JsonNode model = MODELS.get(name);
    Architecture architecture = Architecture.of(Backbones.model(name), BackboneOptions.defaults());
    assertEquals(entries(model.get("state_dict")), described(architecture.bindings()));
    assertEquals(model.get("params").asLong(), architecture.trainableValues());
    assertEquals(model.get("num_features").asInt(), Backbones.spec(name).embeddingSize());
    assertEquals(model.get("input_size").get(1).asInt(), Backbones.spec(name).imageSize());
    architecture.sizes(Backbones.spec(name).imageSize());
    assertTrue(
        architecture.bindings().stream()
            .filter(b -> b.parameter().kind() != Kind.COUNTER)
            .allMatch(b -> b.init() != null),
        "a parameter without initial values");
  }

  private static String described(List<ParameterBinding> bindings) {
    return String.join("\n", bindings.stream().map(b -> b.parameter().toString()).toList());
  }

  private static String entries(JsonNode list) {
    List<String> entries = new ArrayList<>();
    for (JsonNode entry : list) {
      List<String> shape = new ArrayList<>();
      entry.get(1).forEach(size -> shape.add(size.asText()));
      entries.add(entry.get(0).asText() + shape);
    }
    return String.join("\n", entries);
  }
}
