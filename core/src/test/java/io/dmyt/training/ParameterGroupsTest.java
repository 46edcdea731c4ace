package io.dmyt.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.FlatRange;
import io.dmyt.backbone.NamedParameter;
import io.dmyt.backbone.ParameterTraits;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.optim.ParameterGroup;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ParameterGroupsTest {
  private static final int SIZE = 32;
  private static final String VIT = "vit_tiny_patch16_224";
  private static final String CONVOLUTIONAL = "tf_mobilenetv3_small_minimal_100";

  private static Backbone backbone(String name) {
    return Backbones.create(
        name, BackboneOptions.defaults().withImageSize(SIZE).withClasses(2).withSeed(4));
  }

  private static Map<String, ParameterGroup> groups(Backbone backbone, ParameterGroups of) {
    ParameterTraits traits = new ParameterTraits(backbone);
    List<ParameterGroup> groups = of.of(backbone, 0.1);
    Map<String, ParameterGroup> byName = new LinkedHashMap<>();
    for (String name : traits.names()) {
      FlatRange range = traits.ranges(name).get(0);
      ParameterGroup group =
          groups.stream().filter(g -> g.from() == range.from()).findFirst().orElseThrow();
      assertEquals(range.length(), group.length(), name);
      byName.put(name, group);
    }
    return byName;
  }

  /** In order, without a gap but for the running statistics. */
  @Test
  void coverAllThatIsTrained() {
    for (String name : List.of(VIT, CONVOLUTIONAL, "resnext50_32x4d")) {
      Backbone backbone = backbone(name);
      List<ParameterGroup> groups =
          ParameterGroups.ALL.withDecayMatricesOnly(true).of(backbone, 0.1);
      long end = 0;
      long covered = 0;
      for (ParameterGroup group : groups) {
        assertTrue(group.from() >= end, name + " overlaps at " + group.from());
        end = group.from() + group.length();
        covered += group.length();
      }
      long trained =
          backbone.parameters().stream()
              .filter(p -> p.kind() == NamedParameter.Kind.TRAINABLE)
              .mapToLong(NamedParameter::length)
              .sum();
      assertEquals(trained, covered, name);
    }
  }

  @Test
  void chooseByKindAndName() {
    Backbone vit = backbone(VIT);
    Map<ParameterGroups, Predicate<String>> expected = new LinkedHashMap<>();
    ParameterGroups all = ParameterGroups.ALL;
    expected.put(all.withTrainOnly("head"), n -> n.startsWith("head."));
    expected.put(
        all.withTrainOnly("norm"),
        n -> n.startsWith("head.") || n.startsWith("norm.") || n.contains(".norm"));
    expected.put(all.withTrainOnly("attn\\.qkv"), n -> n.contains("attn.qkv"));
    expected.put(all.withTrainOnly("norm").withFreeze("^head"), n -> n.contains("norm"));
    expected.put(all.withFreeze("^blocks"), n -> !n.startsWith("blocks"));
    expected.put(all.withRules(ParameterGroups.rules("bias$: lr=0")), n -> !n.endsWith("bias"));
    expected.forEach(
        (groups, learns) ->
            groups(vit, groups)
                .forEach(
                    (name, group) ->
                        assertEquals(learns.test(name), group.learns(), groups + " " + name)));
  }

  @Test
  void theLastRuleThatMatchesCounts() {
    ParameterGroups groups =
        ParameterGroups.ALL
            .withDecayMatricesOnly(true)
            .withRules(ParameterGroups.rules("mlp: lr=0.5; fc1: lr=2, decay=0.3;^head: decay=0"));
    Map<String, ParameterGroup> found = groups(backbone(VIT), groups);
    assertGroup(0.5, 0.1, found.get("blocks.0.mlp.fc2.weight"));
    assertGroup(0.5, 0, found.get("blocks.0.mlp.fc2.bias"));
    assertGroup(2, 0.3, found.get("blocks.0.mlp.fc1.bias"));
    assertGroup(1, 0, found.get("head.weight"));
    assertGroup(1, 0.1, found.get("blocks.3.attn.qkv.weight"));
    assertGroup(1, 0, found.get("pos_embed"));
    assertEquals(groups.rules(), ParameterGroups.rules(written(groups)));
  }

  private static String written(ParameterGroups groups) {
    return String.join("; ", groups.rules().stream().map(Object::toString).toList());
  }

  private static void assertGroup(double rate, double decay, ParameterGroup found) {
    assertEquals(rate, found.rate(), 1e-12);
    assertEquals(decay, found.weightDecay(), 1e-12);
  }

  /** 12 blocks: the embedding is 13 layers before the head. */
  @Test
  void theRateFallsLayerByLayer() {
    Map<String, ParameterGroup> found =
        groups(backbone(VIT), ParameterGroups.ALL.withLayerDecay(0.75));
    assertGroup(1, 0.1, found.get("head.weight"));
    assertGroup(0.75, 0.1, found.get("blocks.11.mlp.fc1.weight"));
    assertGroup(0.75, 0.1, found.get("norm.weight"));
    assertGroup(Math.pow(0.75, 12), 0.1, found.get("blocks.0.attn.qkv.weight"));
    assertGroup(Math.pow(0.75, 13), 0.1, found.get("cls_token"));
  }

  @Test
  void faultsAreNamed() {
    Backbone vit = backbone(VIT);
    assertFault("no parameter of " + VIT + " has \"attention\"", vit, "attention");
    assertFault("is not a regular expression", vit, "blocks.(");
    Backbone headless =
        Backbones.create(VIT, BackboneOptions.defaults().withImageSize(SIZE).withClasses(0));
    assertFault("nothing would learn", headless, "head");
    for (String bad : List.of("head", "head: lr", "head: rate=3", "head: lr=x", "head: lr=-1")) {
      assertThrows(IllegalArgumentException.class, () -> ParameterGroups.rules(bad), bad);
    }
    for (double bad : new double[] {0, -1, 1.5, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> ParameterGroups.ALL.withLayerDecay(bad));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> ParameterGroups.ALL.withLayerDecay(0.5).of(backbone("densenet121"), 0));
  }

  private static void assertFault(String message, Backbone backbone, String trainOnly) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ParameterGroups.ALL.withTrainOnly(trainOnly).of(backbone, 0));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  static Stream<Engine> engines() {
    return Stream.of(Engines.dl4j(), Engines.best());
  }

  private static Map<String, double[]> values(Backbone backbone) {
    Map<String, double[]> values = new LinkedHashMap<>();
    backbone.parameters().forEach(p -> values.put(p.name(), values(backbone, p.name())));
    return values;
  }

  /** All bits: ND4J's arrays are equal where they nearly are. */
  private static double[] values(Backbone backbone, String name) {
    return backbone.get(name).castTo(DataType.DOUBLE).ravel().toDoubleVector();
  }

  private static void train(Backbone backbone, ParameterGroups groups, int steps) {
    TrainingOptions options = TrainingOptions.defaults().withLearningRate(1e-2).withGroups(groups);
    INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}});
    Nd4j.getRandom().setSeed(12);
    try (TrainingStep step = new TrainingStep(backbone, new CrossEntropyLoss(), options)) {
      for (int i = 0; i < steps; i++) {
        double loss = step.run(Nd4j.rand(DataType.FLOAT, 4, 3, SIZE, SIZE), labels);
        assertTrue(Double.isFinite(loss), "a loss");
      }
    }
  }

  /** What learns changes; what doesn't is the same, bit by bit, and has no moments. */
  @ParameterizedTest
  @MethodSource("engines")
  void frozenParametersStayBitEqual(Engine engine) {
    ParameterGroups norms = ParameterGroups.ALL.withTrainOnly("norm");
    Backbone stock = backbone(VIT);
    Backbone vit = on(engine, stock);
    Map<String, double[]> before = values(vit);
    train(vit, norms, 2);
    long learning = 0;
    for (Map.Entry<String, ParameterGroup> group : groups(vit, norms).entrySet()) {
      String name = group.getKey();
      boolean learns = group.getValue().learns();
      assertEquals(!learns, Arrays.equals(before.get(name), values(vit, name)), name);
      learning += learns ? group.getValue().length() : 0;
    }
    assertEquals(2 * learning, vit.graph().getUpdater().getStateViewArray().length());
  }

  private static Backbone on(Engine engine, Backbone stock) {
    return engine.name().equals("dl4j") ? stock : stock.on(engine.accelerate(stock.graph()));
  }

  /** As in PyTorch's training mode: frozen batch norms follow the batches all the same. */
  @Test
  void runningStatisticsOfFrozenLayersMove() {
    Map<String, Backbone> trained = new LinkedHashMap<>();
    for (Engine engine : engines().toList()) {
      Backbone backbone = on(engine, backbone(CONVOLUTIONAL));
      Map<String, double[]> before = values(backbone);
      train(backbone, ParameterGroups.ALL.withTrainOnly("head"), 2);
      for (NamedParameter parameter : backbone.parameters()) {
        String name = parameter.name();
        boolean moves =
            parameter.kind() != NamedParameter.Kind.TRAINABLE || name.startsWith("classifier");
        assertEquals(!moves, Arrays.equals(before.get(name), values(backbone, name)), name);
      }
      trained.put(engine.name(), backbone);
    }
    Backbone first = trained.values().iterator().next();
    for (Backbone other : trained.values()) {
      for (NamedParameter p : first.parameters()) {
        if (p.kind() != NamedParameter.Kind.STATISTIC) {
          continue;
        }
        INDArray expected = first.get(p.name()).castTo(DataType.DOUBLE);
        INDArray found = other.get(p.name()).castTo(DataType.DOUBLE);
        double difference = found.sub(expected).norm2Number().doubleValue();
        assertTrue(
            difference <= 1e-3 * (1 + expected.norm2Number().doubleValue()),
            p.name() + " differs by " + difference);
      }
    }
  }
}
