package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ParameterTraitsTest {

  /**
   * As timm 1.0.29 says: per parameter its depth by {@code group_parameters(model,
   * model.group_matcher(coarse=False), reverse=True)}, and whether {@code
   * param_groups_weight_decay} lets it decay. Swin's head and layers between stages are under the
   * names that timm 0.4.9 has for them.
   */
  @Test
  void depthsAndDecaysAreTimms() throws IOException {
    Map<String, Map<String, Integer>> depths = new LinkedHashMap<>();
    Map<String, Map<String, Boolean>> decays = new LinkedHashMap<>();
    for (String line : golden().lines().toList()) {
      String[] f = line.split("\t", -1);
      depths.computeIfAbsent(f[0], m -> new LinkedHashMap<>()).put(f[1], Integer.valueOf(f[2]));
      decays.computeIfAbsent(f[0], m -> new LinkedHashMap<>()).put(f[1], f[3].equals("1"));
    }
    assertEquals(10, depths.size());
    depths.forEach(
        (model, expected) -> {
          ParameterTraits traits = traits(model);
          assertEquals(expected, traits.depths(), model);
          Map<String, Boolean> found = new LinkedHashMap<>();
          traits.names().forEach(name -> found.put(name, traits.decays(name)));
          assertEquals(decays.get(model), found, model);
        });
  }

  private static ParameterTraits traits(String model) {
    return new ParameterTraits(
        Backbones.create(
            model, BackboneOptions.defaults().withClasses(1000).withRandomWeights(false)));
  }

  private static String golden() throws IOException {
    try (InputStream in =
        ParameterTraitsTest.class.getResourceAsStream("/timm/parameter-groups.tsv")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void normsAreNorms() {
    ParameterTraits convolutional = traits("resnet18");
    assertTrue(convolutional.isOfNormalization("bn1.weight"));
    assertTrue(convolutional.isOfNormalization("layer2.0.downsample.1.bias"));
    assertFalse(convolutional.isOfNormalization("conv1.weight"));
    ParameterTraits convNext = traits("convnext_tiny");
    assertTrue(convNext.isOfNormalization("stages.0.blocks.0.norm.weight"));
    assertFalse(convNext.isOfNormalization("stages.0.blocks.0.gamma"));
    assertTrue(convNext.isOfClassifier("head.fc.bias"));
    assertFalse(convNext.isOfClassifier("head.norm.bias"));
  }
}
