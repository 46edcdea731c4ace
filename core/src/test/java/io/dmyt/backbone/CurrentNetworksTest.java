package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.hub.TimmWeights;
import io.dmyt.internal.Tsv;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The networks of timm 1.0.29, laid out but not allocated, against its state dicts. */
class CurrentNetworksTest {
  private static final Map<String, String[]> REFERENCE = reference();

  private static Map<String, String[]> reference() {
    Map<String, String[]> rows = new LinkedHashMap<>();
    Tsv.rows(CurrentNetworksTest.class, "/timm/state-dicts-1.0.29.tsv")
        .forEach(cells -> rows.put(cells[0], cells));
    return rows;
  }

  /** Those that have a network here, be it one of timm 0.4.9 that is still the same. */
  static Stream<String> architectures() {
    return Backbones.taggedNames().stream().map(TimmWeights::architecture).distinct();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void stateDict(String name) throws NoSuchAlgorithmException {
    String[] expected = REFERENCE.get(name);
    Model model = Backbones.model(TimmWeights.find(name).orElseThrow().name());
    Architecture architecture = Architecture.of(model, BackboneOptions.defaults());
    List<String> entries =
        architecture.bindings().stream().map(b -> b.parameter().toString()).toList();
    byte[] text = String.join("\n", entries).getBytes(StandardCharsets.UTF_8);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    assertEquals(
        String.join("\t", expected),
        String.join(
            "\t",
            name,
            "" + model.spec().embeddingSize(),
            "" + architecture.trainableValues(),
            "" + entries.size(),
            hash));
    architecture.sizes(model.spec().imageSize());
  }

  @Test
  void everySetOfWeightsOfAnArchitectureHasANetwork() {
    for (Model model : Backbones.current()) {
      String architecture = model.spec().name();
      TimmWeights.entries().values().stream()
          .filter(weights -> weights.architecture().equals(architecture))
          .forEach(
              weights -> {
                BackboneSpec spec = Backbones.spec(weights.name());
                assertEquals(weights.name(), spec.name());
                assertEquals(weights.imageSize(), spec.imageSize());
                assertEquals(model.spec().embeddingSize(), spec.embeddingSize());
                assertEquals(
                    weights.file(), Backbones.publishedWeights(weights.name()).orElseThrow());
              });
    }
  }

  @Test
  void aNameOfTimm049StaysThatNetwork() {
    assertEquals(768, Backbones.spec("vit_small_patch16_224").embeddingSize());
    assertEquals(384, Backbones.spec("vit_small_patch16_224.augreg_in1k").embeddingSize());
  }

  @Test
  void oldNamesLeadToCurrentOnes() {
    assertEquals(
        "vit_tiny_patch16_224.augreg_in21k", Backbones.spec("vit_tiny_patch16_224_in21k").name());
    assertTrue(Backbones.knows("vit_small_patch16_224_dino"));
    // What timm 0.4.9 called so stays what the reference gets.
    assertEquals("tf_efficientnet_b4_ns", Backbones.spec("tf_efficientnet_b4_ns").name());
  }

  @Test
  void anUnknownTagIsRefused() {
    assertFalse(Backbones.knows("vit_tiny_patch16_224.of_nobody"));
    assertThrows(
        IllegalArgumentException.class, () -> Backbones.spec("vit_tiny_patch16_224.of_nobody"));
  }
}
