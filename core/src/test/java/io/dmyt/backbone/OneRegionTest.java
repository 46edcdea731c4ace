package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.engine.Engines;
import io.dmyt.engine.TestEngine;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks whose every vertex the best engine runs, which makes them one region. */
class OneRegionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "convnext_atto",
        "convnext_tiny_hnf",
        "swin_tiny_patch4_window7_224",
        "eva02_tiny_patch14_224",
        "vit_small_patch16_dinov3"
      })
  void runsAllButTheClassifier(String name) {
    BackboneOptions options = BackboneOptions.defaults().withClasses(2);
    TestEngine engine = TestEngine.best();
    ComputationGraph graph = Backbones.create(name, options).graph();
    List<String> left =
        Engines.placements(engine.engine().accelerate(graph)).stream()
            .filter(place -> !place.accelerated())
            .map(place -> place.vertex() + " " + place.as())
            .toList();
    assertEquals(List.of(Backbones.spec(name).classifier() + " is a OutputLayer"), left);
    graph.close();
  }
}
