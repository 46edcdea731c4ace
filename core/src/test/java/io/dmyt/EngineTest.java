package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Placement;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The backbones' families on either engine: squeeze and excitation, SiLU, hard swish, branches. */
class EngineTest {

  @ParameterizedTest
  @CsvSource({"efficientnet_b0, 48, swish", "mobilenetv3_large_100, 48, hard"})
  void backbonesWithSqueezeAndExcitationAreTheSameOnEither(String name, int size, String kind) {
    check(name, size, kind);
  }

  @ParameterizedTest
  @Tag("slow")
  @CsvSource({
    "mobilenetv2_100, 64, convolution in",
    "densenet121, 64, concatenation",
    "inception_v3, 107, concatenation",
    "xception, 64, convolution in",
    "resnext50_32x4d, 48, convolution in 32 groups",
  })
  void otherBackbonesAreTheSameOnEither(String name, int size, String kind) {
    check(name, size, kind);
  }

  /** With their own ReLUs, whose kinks gradients feel and outputs do not. */
  @ParameterizedTest
  @Tag("slow")
  @CsvSource({"resnet18, 64", "mobilenetv2_100, 64", "xception, 64"})
  void networksWithTheirRelusAreTheSameOnEither(String name, int size) {
    int batch = 4;
    Backbone backbone =
        Backbones.create(name, BackboneOptions.defaults().withImageSize(size).withSeed(1));
    try (Twins twins = Twins.of(backbone.graph(), TestEngine.best())) {
      INDArray images = Twins.random(2, batch, 3, size, size);
      INDArray labels = Twins.random(3, batch, backbone.spec().embeddingSize());
      twins.sameAcrossJumps(images, labels);
    }
  }

  private static void check(String name, int size, String kind) {
    int batch = 3;
    Backbone backbone =
        Backbones.create(name, BackboneOptions.defaults().withImageSize(size).withSeed(1));
    try (Twins twins = Twins.of(Twins.smooth(backbone.graph()), TestEngine.best())) {
      List<Placement> placements = Engines.placements(twins.fast());
      assertEquals(
          Set.of("embedding"),
          placements.stream()
              .filter(p -> !p.accelerated())
              .map(Placement::vertex)
              .collect(Collectors.toSet()));
      assertTrue(placements.stream().anyMatch(p -> p.as().contains(kind)), kind);
      INDArray images = Twins.random(2, batch, 3, size, size);
      INDArray labels = Twins.random(3, batch, backbone.spec().embeddingSize());
      twins.asGoodAsStock(images, labels);
    }
  }
}
