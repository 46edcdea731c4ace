package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.AcceleratedGraphTest;
import io.dmyt.engine.CoverageTest;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Tuning;
import io.dmyt.engine.Twins;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whatever is measured, the results are the same. */
@Requires(Requires.Machine.ONEDNN)
class TunerTest {
  private static final INDArray IMAGES = Twins.random(1, 4, 3, 25, 21);

  private static Stream<DynamicTest> everyLayer(Precision precision, Tuner.Stopwatch stopwatch)
      throws IOException {
    return CoverageTest.everyLayer(
        OneDnnTests.engine(StoragePolicy.of(precision), Tuning.in(), stopwatch), (twins, x) -> {});
  }

  @TestFactory
  Stream<DynamicTest> everyLayerByTheLastCandidate() throws IOException {
    return everyLayer(Precision.F32, Stopwatches.falling());
  }

  @TestFactory
  Stream<DynamicTest> everyLayerByTheLastCandidateInBfloat16() throws IOException {
    return everyLayer(Precision.BF16, Stopwatches.falling());
  }

  @TestFactory
  Stream<DynamicTest> everyLayerMeasured() throws IOException {
    return everyLayer(Precision.F32, null);
  }

  @TestFactory
  Stream<DynamicTest> everyLayerMeasuredInBfloat16() throws IOException {
    return everyLayer(Precision.BF16, null);
  }

  private static List<Emitter.Kernel> kernels(TestEngine engine) {
    List<Emitter.Kernel> all = new ArrayList<>();
    try (Twins twins = Twins.of(AcceleratedGraphTest.residual(), engine)) {
      for (boolean training : new boolean[] {false, true}) {
        all.addAll(OneDnnTests.kernels(twins, training, IMAGES));
      }
    }
    return all;
  }

  @Test
  void whatIsNotClearlyFasterLeavesTheRule() throws IOException {
    StoragePolicy policy = StoragePolicy.of(Precision.F32);
    assertEquals(
        kernels(OneDnnTests.engine(policy)),
        kernels(OneDnnTests.engine(policy, Tuning.in(), Stopwatches.rising())));
  }

  @Test
  void aChoiceIsKept() throws IOException {
    StoragePolicy policy = StoragePolicy.of(Precision.F32);
    Tuning tuning = Tuning.in();
    // First, so that oneDNN has the rule's primitives in its cache.
    List<Emitter.Kernel> rule = kernels(OneDnnTests.engine(policy));
    List<Emitter.Kernel> chosen =
        kernels(OneDnnTests.engine(policy, tuning, Stopwatches.falling()));
    assertFalse(chosen.equals(rule), "nothing but the rule's");
    assertEquals(chosen, kernels(OneDnnTests.engine(policy, tuning, Stopwatches.none())));
  }

  @Test
  void aSmallerBatchIsNotMeasured() throws IOException {
    Tuning tuning = Tuning.in();
    TestEngine engine =
        OneDnnTests.engine(StoragePolicy.of(Precision.F32), tuning, Stopwatches.falling());
    try (Twins twins = Twins.of(AcceleratedGraphTest.residual(), engine)) {
      twins.fast().output(IMAGES);
      int measured = tuning.used().size();
      assertTrue(measured > 0);
      twins.fast().output(Twins.random(1, 1, 3, 25, 21));
      assertEquals(measured, tuning.used().size(), "a batch of 1 after one of 4");
      twins.fast().output(Twins.random(1, 5, 3, 25, 21));
      assertTrue(measured < tuning.used().size(), "a batch of 5 after one of 4");
    }
  }

  @Test
  void whatTheRuleDecidesForLackOfTimeIsKeptAsWell() throws IOException {
    StoragePolicy policy = StoragePolicy.of(Precision.F32);
    Tuning tuning = Tuning.in();
    Images.Choice rule = new Images.Choice(policy.storage(), List.of());
    Tuner tuner = new Tuner(tuning, policy, "machine", Stopwatches.none(), 0);
    assertEquals(rule, tuner.choose("shape", rule, storage -> List.of()));
    assertEquals(1, tuning.used().size());
  }

  @Test
  void aDescriptionHasTheChoices() throws IOException {
    TestEngine engine = OneDnnTests.engine(StoragePolicy.of(Precision.F32), Tuning.in(), null);
    try (Twins twins = Twins.of(AcceleratedGraphTest.residual(), engine)) {
      twins.fast().output(IMAGES);
      String text = Engines.describe(twins.fast());
      assertTrue(text.contains(": inference[relu]: f32 "), text);
    }
  }
}
