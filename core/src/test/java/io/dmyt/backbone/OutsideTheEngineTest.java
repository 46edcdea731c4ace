package io.dmyt.backbone;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dmyt.engine.Engines;
import io.dmyt.engine.Placement;
import io.dmyt.engine.Requires;
import io.dmyt.engine.TestEngine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * How many vertices of every family's networks the best engine leaves to DL4J. Of each family the
 * network of fewest parameters is looked at, and the smallest ones with kinds of vertices that
 * those before lack.
 */
@Requires(Requires.Machine.FAST_ENGINE)
class OutsideTheEngineTest {

  /** By network, what is left besides the classifier. All other networks have nothing left. */
  private static final Map<String, String> LEFT =
      Map.of(
          // Convolutions whose weights belong to several blocks.
          "coat_lite_tiny", "32 is a SharedDepthwise, 32 is a SharedParameter",
          // What goes into a distilled network's two classifiers.
          "pit_ti_distilled_224", "1 is a HeadsInput",
          "vit_deit_tiny_distilled_patch16_224", "1 is a HeadsInput");

  @TestFactory
  Stream<DynamicTest> everyFamily() {
    return families().values().stream()
        .flatMap(List::stream)
        .map(name -> dynamicTest(name, () -> check(name)));
  }

  /** Names by family: the smallest network, and those with kinds of vertices that it lacks. */
  private static Map<String, List<String>> families() {
    Map<String, List<String>> names = new TreeMap<>();
    Map<String, Set<Class<?>>> kinds = new TreeMap<>();
    Backbones.models().values().stream()
        .sorted(Comparator.comparingLong(model -> model.spec().parameters()))
        .forEach(
            model -> {
              String family = model.spec().family();
              if (kinds.computeIfAbsent(family, f -> new HashSet<>()).addAll(kinds(model))) {
                names.computeIfAbsent(family, f -> new ArrayList<>()).add(model.spec().name());
              }
            });
    return names;
  }

  private static Set<Class<?>> kinds(Model model) {
    return Architecture.of(model, BackboneOptions.defaults())
        .configuration()
        .getVertices()
        .values()
        .stream()
        .map(OutsideTheEngineTest::kind)
        .collect(Collectors.toSet());
  }

  private static Class<?> kind(GraphVertex vertex) {
    return vertex instanceof LayerVertex layered
        ? layered.getLayerConf().getLayer().getClass()
        : vertex.getClass();
  }

  private static void check(String name) {
    BackboneOptions options = BackboneOptions.defaults().withClasses(2).withRandomWeights(false);
    ComputationGraph graph = Backbones.create(name, options).graph();
    Map<String, Long> left =
        Engines.placements(TestEngine.best().engine().accelerate(graph)).stream()
            .filter(place -> !place.accelerated())
            .collect(Collectors.groupingBy(Placement::as, TreeMap::new, Collectors.counting()));
    left.remove("is a OutputLayer");
    graph.close();
    String found =
        left.entrySet().stream()
            .map(reason -> reason.getValue() + " " + reason.getKey())
            .collect(Collectors.joining(", "));
    assertEquals(LEFT.getOrDefault(name, ""), found, name);
  }
}
