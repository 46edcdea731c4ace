package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.backbone.layer.LayerSweep;
import io.dmyt.engine.AcceleratedGraphTest;
import io.dmyt.engine.CoverageTest;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Placement;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.SummandsTest;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Which of oneDNN's kernels run, in every layout. */
@Requires(Requires.Machine.ONEDNN)
class OneDnnGraphTest {
  private static final INDArray IMAGES = Twins.random(1, 4, 3, 25, 21);
  private static final INDArray LABELS = AcceleratedGraphTest.labels(4, 3);

  @TestFactory
  Stream<DynamicTest> everyLayerChannelsLast() {
    return everyLayer(StoragePolicy.of(Precision.F32, Layout.NHWC));
  }

  @TestFactory
  Stream<DynamicTest> everyLayerInBlocks() {
    return everyLayer(StoragePolicy.of(Precision.F32, Layout.NCHW8C));
  }

  /** The blocks of a CPU with AVX-512. */
  @TestFactory
  Stream<DynamicTest> everyLayerInWideBlocks() {
    return Dnnl.avx512()
        ? everyLayer(StoragePolicy.of(Precision.F32, Layout.NCHW16C))
        : Stream.empty();
  }

  /** On a CPU without instructions for it, values are stored in bfloat16 all the same. */
  @TestFactory
  Stream<DynamicTest> everyLayerInBfloat16() {
    return everyLayer(StoragePolicy.of(Precision.BF16));
  }

  private static Stream<DynamicTest> everyLayer(StoragePolicy policy) {
    TestEngine engine = OneDnnTests.engine(policy);
    return Stream.of(
            CoverageTest.everyLayer(engine, OneDnnGraphTest::assertNoReferenceKernel),
            LayerSweep.everyLayer(engine, OneDnnGraphTest::assertNoReferenceKernel),
            SummandsTest.everySum(engine))
        .flatMap(Function.identity());
  }

  private static void assertNoReferenceKernel(Twins twins, INDArray features) {
    for (boolean training : new boolean[] {false, true}) {
      for (Emitter.Kernel kernel : OneDnnTests.kernels(twins, training, features)) {
        assertFalse(kernel.implementation().startsWith("ref"), kernel::toString);
      }
    }
  }

  @Test
  void runsOnTheFastPath() {
    try (Twins twins =
        Twins.of(
            AcceleratedGraphTest.residual(), OneDnnTests.engine(StoragePolicy.of(Precision.F32)))) {
      assertNoReferenceKernel(twins, IMAGES);
      twins.fast().output(IMAGES);
      twins.fast().fit(new DataSet(IMAGES, LABELS));
      Map<String, Placement> placed =
          Engines.placements(twins.fast()).stream()
              .collect(Collectors.toMap(Placement::vertex, Function.identity()));
      assertEquals("in conv1", placed.get("bn1").inInference());
      assertEquals("in conv1", placed.get("relu1").inInference());
      assertEquals("in bn1", placed.get("relu1").inTraining());
      assertEquals("in conv3", placed.get("add2").inInference());
      assertEquals("", placed.get("add2").inTraining());
    }
  }

  @Test
  void describesExactlyWhatRunsWhere() {
    try (Twins twins =
        Twins.of(
            AcceleratedGraphTest.residual(), OneDnnTests.engine(StoragePolicy.of(Precision.F32)))) {
      assertTrue(
          Engines.placements(twins.stock()).stream()
              .allMatch(p -> p.equals(new Placement(p.vertex(), false, "", null, null))));
      Placement unused = new Placement("bn1", true, "batch norm", null, null);
      assertEquals(unused, Engines.placements(twins.fast()).get(1));
      twins.fast().output(IMAGES);
      twins.fast().fit(new DataSet(IMAGES, LABELS));
      assertEquals(
          """
          vertex                   runs in as                               in inference             in training
          conv1                    oneDNN  convolution
          bn1                      oneDNN  batch norm                       in conv1
          relu1                    oneDNN  relu                             in conv1                 in bn1
          pool                     oneDNN  pooling
          dw                       oneDNN  convolution in 12 groups
          skip                     oneDNN  convolution
          pw                       oneDNN  convolution
          skipbn                   oneDNN  batch norm                       in skip
          bn2                      oneDNN  batch norm                       in pw
          add                      oneDNN  sum                              in pw
          relu2                    oneDNN  relu                             in pw
          conv3                    oneDNN  convolution
          bn3                      oneDNN  batch norm                       in conv3
          add2                     oneDNN  sum                              in conv3
          relu3                    oneDNN  relu                             in conv3
          gap                      oneDNN  global pooling
          out                      DL4J    is a OutputLayer
          images are stored in %s
          """
              .formatted(StoragePolicy.of(Precision.F32).storage()),
          Engines.describe(twins.fast()).replace(System.lineSeparator(), "\n"));
    }
  }
}
