package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.SmallTransformers;
import io.dmyt.backbone.layer.Normalization;
import io.dmyt.engine.Engines;
import io.dmyt.engine.FrozenParameters;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.Twins;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Parameters that don't learn cost no gradient, and change none of the others'. */
@Requires(Requires.Machine.ONEDNN)
class FrozenParametersTest {
  private static final StoragePolicy POLICY = StoragePolicy.of(Precision.F32, Layout.NHWC);

  private static boolean isNorm(ComputationGraph graph, GraphVertex vertex) {
    return graph.getConfiguration().getVertices().get(vertex.getVertexName())
        instanceof Normalization;
  }

  /** All but layer norms and the head. */
  private static FrozenParameters allButNorms(ComputationGraph graph) {
    FrozenParameters frozen = FrozenParameters.NONE;
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.numParams() > 0
          && !vertex.getVertexName().equals("head")
          && !isNorm(graph, vertex)) {
        frozen = frozen.and(vertex.params().offset() - graph.params().offset(), vertex.numParams());
      }
    }
    return frozen;
  }

  private static long count(List<Emitter.Kernel> kernels, String action) {
    return kernels.stream().filter(k -> k.action().endsWith(action)).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "vit_clip", "swin", "dinov3"})
  void normsLearnAsIfAllDid(String name) {
    int size = SmallTransformers.imageSize(name);
    INDArray images = Twins.random(1, 3, 3, size, size);
    try (Twins twins =
        Twins.of(SmallTransformers.classifiers().get(name), OneDnnTests.engine(POLICY))) {
      ComputationGraph fast = twins.fast();
      twins.sameGradients(images, Nd4j.eye(3));
      Engines.freeze(fast, allButNorms(fast));
      fast.getFlattenedGradients().assign(7);
      fast.setInputs(images);
      fast.setLabels(Nd4j.eye(3));
      fast.computeGradientAndScore();
      int norms = 0;
      for (GraphVertex vertex : fast.getVertices()) {
        boolean norm = isNorm(fast, vertex);
        if (norm || vertex.getVertexName().equals("head")) {
          Twins.close(
              vertex.getVertexName(),
              twins.stock().getVertex(vertex.getVertexName()).getGradientsViewArray(),
              vertex.getGradientsViewArray(),
              2e-4);
          norms += norm ? 1 : 0;
        } else if (vertex.numParams() > 0
            && Engines.placements(fast).stream()
                .anyMatch(p -> p.accelerated() && p.vertex().equals(vertex.getVertexName()))) {
          assertEquals(
              7 * vertex.numParams(),
              vertex.getGradientsViewArray().sumNumber().doubleValue(),
              vertex.getVertexName() + " was not written to");
        }
      }
      assertTrue(norms > 2, norms + " norms");
      Engines.freeze(fast, FrozenParameters.NONE);
      twins.sameGradients(images, Nd4j.eye(3));
    }
  }

  /**
   * A ViT of two blocks: 1 + 2 · 4 weights' gradients become none, 1 + 2 · 4 inputs' fewer by 1.
   */
  @Test
  void noWeightsGradientOfAFrozenLayerIsComputed() {
    int size = SmallTransformers.imageSize("vit");
    INDArray images = Twins.random(1, 3, 3, size, size);
    try (Twins twins =
        Twins.of(SmallTransformers.classifiers().get("vit"), OneDnnTests.engine(POLICY))) {
      List<Emitter.Kernel> before = OneDnnTests.kernels(twins, true, images);
      assertEquals(9, count(before, "weights' gradient"));
      assertEquals(8, count(before, "input's gradient"));
      assertEquals(5, count(before, "layer norm, gradients"));
      Engines.freeze(twins.fast(), allButNorms(twins.fast()));
      List<Emitter.Kernel> after = OneDnnTests.kernels(twins, true, images);
      assertEquals(0, count(after, "weights' gradient"));
      assertEquals(8, count(after, "input's gradient"));
      assertEquals(5, count(after, "layer norm, gradients"));
      assertTrue(after.size() < before.size() - 9, before.size() + " and " + after.size());
      FrozenParameters all = FrozenParameters.NONE.and(0, twins.fast().params().length());
      Engines.freeze(twins.fast(), all);
      List<Emitter.Kernel> none = OneDnnTests.kernels(twins, true, images);
      assertEquals(0, none.stream().filter(k -> k.action().contains("gradient")).count());
    }
  }
}
