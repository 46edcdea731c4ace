package io.dmyt.engine.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.engine.Engines;
import io.dmyt.engine.Precision;
import io.dmyt.engine.Requires;
import io.dmyt.engine.TestEngine;
import io.dmyt.engine.Twins;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which kernels a policy leads to. */
@Requires(Requires.Machine.ONEDNN)
class StoragePolicyTest {

  private static Twins twins(int channels, StoragePolicy policy) {
    return Twins.of(configuration(channels), OneDnnTests.engine(policy));
  }

  private static ComputationGraphConfiguration configuration(int channels) {
    return new NeuralNetConfiguration.Builder()
        .graphBuilder()
        .addInputs("in")
        .addLayer("stem", convolution(3, channels, 3), "in")
        .addLayer(
            "norm", new BatchNormalization.Builder().nIn(channels).nOut(channels).build(), "stem")
        .addLayer("relu", new ActivationLayer(Activation.RELU), "norm")
        .addLayer(
            "depthwise",
            new DepthwiseConvolution2D.Builder(3, 3)
                .stride(2, 2)
                .nIn(channels)
                .nOut(channels)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build(),
            "relu")
        .addLayer("point", convolution(channels, 2 * channels, 1), "depthwise")
        .setOutputs("point")
        .build();
  }

  private static ConvolutionLayer convolution(int in, int out, int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nIn(in)
        .nOut(out)
        .hasBias(false)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static Map<String, Set<String>> implementations(Twins twins, boolean training) {
    INDArray x = Twins.random(1, 2, 3, 20, 20);
    return OneDnnTests.kernels(twins, training, x).stream()
        .collect(
            Collectors.groupingBy(
                Emitter.Kernel::action,
                Collectors.mapping(Emitter.Kernel::implementation, Collectors.toSet())));
  }

  @Test
  void noImageIsCopiedWhenChannelsFillBlocks() {
    try (Twins twins = twins(16, StoragePolicy.of(Precision.F32, Layout.NCHW8C))) {
      long copies =
          OneDnnTests.kernels(twins, false, Twins.random(1, 2, 3, 20, 20)).stream()
              .filter(k -> k.action().equals("reorder"))
              .count();
      assertEquals(3 + 1, copies, "three convolutions' weights, and the output");
    }
  }

  @Test
  void everyPrimitiveOfTrainingIsCompiledForThisProcessor() {
    for (Layout layout : List.of(Layout.NHWC, Layout.NCHW8C)) {
      for (int channels : List.of(16, 20)) {
        try (Twins twins = twins(channels, StoragePolicy.of(Precision.F32, layout))) {
          Map<String, Set<String>> found = implementations(twins, true);
          for (String action :
              List.of(
                  "convolution",
                  "convolution, weights' gradient",
                  "convolution, input's gradient",
                  "convolution in " + channels + " groups",
                  "convolution in " + channels + " groups, weights' gradient",
                  "convolution in " + channels + " groups, input's gradient")) {
            assertTrue(found.containsKey(action), action);
            for (String implementation : found.get(action)) {
              assertTrue(implementation.contains("avx"), action + ": " + implementation);
            }
          }
        }
      }
    }
  }

  /** Batch norm's threads don't spin, and no shape of the networks here meets a slow kernel. */
  @Test
  void batchNormAndDepthwiseGradientsAreFastWhateverTheChannels() {
    List<StoragePolicy> policies = new ArrayList<>();
    policies.add(StoragePolicy.of(Precision.F32));
    if (Dnnl.bf16Instructions()) {
      policies.add(StoragePolicy.of(Precision.BF16));
    }
    for (StoragePolicy policy : policies) {
      for (int channels : List.of(16, 20, 24)) {
        try (Twins twins = twins(channels, policy)) {
          implementations(twins, true)
              .forEach(
                  (action, names) -> {
                    for (String name : names) {
                      String what = "%s, %d channels, %s: %s";
                      assertFalse(
                          Dnnl.slow(name)
                              || name.startsWith("bnorm_jit")
                              || name.startsWith("brgconv_strided"),
                          what.formatted(policy.storage(), channels, action, name));
                    }
                  });
        }
      }
    }
  }

  /** In bfloat16, in either layout; that they equal DL4J's is OneDnnGraphTest's matter. */
  @Test
  void weightGradientsOfPointwiseConvolutionsAreProducts() {
    Assumptions.assumeTrue(Dnnl.bf16Instructions(), "no instructions for bfloat16");
    for (Layout layout : List.of(Layout.NHWC, Layout.NCHW16C)) {
      for (int channels : List.of(16, 20)) {
        try (Twins twins = twins(channels, StoragePolicy.of(Precision.BF16, layout))) {
          Set<String> found =
              OneDnnTests.kernels(twins, true, Twins.random(1, 2, 3, 20, 20)).stream()
                  .filter(k -> k.vertex().equals("point"))
                  .filter(k -> k.action().endsWith("weights' gradient"))
                  .map(Emitter.Kernel::implementation)
                  .collect(Collectors.toSet());
          assertEquals(1, found.size(), found::toString);
          assertTrue(
              found.stream().allMatch(i -> i.contains("gemm") || i.contains("amx")),
              found::toString);
        }
      }
    }
  }

  /** Groups 0 to 3 of four, in the order in which the network's parameters have them. */
  private static ComputationGraphConfiguration groups(int... order) {
    ComputationGraphConfiguration.GraphBuilder graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .addLayer("stem", convolution(3, 32, 3), "in");
    for (int g : order) {
      graph
          .addVertex("in" + g, new SubsetVertex(8 * g, 8 * g + 7), "stem")
          .addLayer("group" + g, convolution(8, 8, 3), "in" + g);
    }
    return graph
        .addVertex("merged", new MergeVertex(), "group0", "group1", "group2", "group3")
        .setOutputs("merged")
        .build();
  }

  @Test
  void convolutionsOfSubsetsAreOneConvolutionInGroups() {
    StoragePolicy policy = StoragePolicy.of(Precision.F32);
    try (Twins twins = Twins.of(groups(0, 1, 2, 3), OneDnnTests.engine(policy))) {
      INDArray x = Twins.random(1, 2, 3, 20, 20);
      assertEquals(
          List.of("convolution", "convolution in 4 groups"),
          OneDnnTests.kernels(twins, false, x).stream()
              .map(Emitter.Kernel::action)
              .filter(action -> action.startsWith("convolution"))
              .toList());
      twins.sameOutput(x);
      Twins.close(
          "a group by itself",
          twins.stock().feedForward(x, false).get("group2"),
          twins.fast().feedForward(x, false).get("group2"),
          1e-5);
    }
    try (Twins twins = Twins.of(groups(2, 0, 3, 1), OneDnnTests.engine(policy))) {
      twins.sameOutput(Twins.random(1, 2, 3, 20, 20));
    }
  }

  @Test
  void imagesLieInBlocksAsWideAsTheRegisters_inSinglePrecisionWithAvx512ChannelsLast() {
    Layout blocks = Dnnl.avx512() ? Layout.NCHW16C : Layout.NCHW8C;
    for (Precision precision : Precision.values()) {
      StoragePolicy policy = StoragePolicy.of(precision);
      boolean last = precision == Precision.F32 && Dnnl.avx512();
      assertEquals(last ? Layout.NHWC : blocks, policy.storage().layout());
      assertEquals(policy.storage(), policy.candidates().get(0));
    }
  }

  @Test
  void networksWithDepthwiseConvolutionsAreInferredInBlocks() {
    Assumptions.assumeTrue(Dnnl.avx512(), "blocks everywhere without AVX-512");
    assertEquals(
        "images are stored in f32 nchw16c in inference, in f32 nhwc in training",
        stored(configuration(16)));
    assertEquals("images are stored in f32 nhwc", stored(groups(0, 1, 2, 3)));
  }

  /** How this CPU's policy stores a network's images; its results are DL4J's. */
  private static String stored(ComputationGraphConfiguration configuration) {
    try (Twins twins = Twins.of(configuration, TestEngine.best())) {
      twins.sameOutput(Twins.random(1, 2, 3, 20, 20));
      return Engines.describe(twins.fast())
          .lines()
          .filter(line -> line.startsWith("images are stored"))
          .collect(Collectors.joining());
    }
  }

  @Test
  void bfloat16FallsBackToSinglePrecision() {
    StoragePolicy policy = StoragePolicy.of(Precision.BF16);
    assertEquals(Precision.BF16, policy.storage().precision());
    assertEquals(
        List.of(Precision.BF16, Precision.BF16, Precision.F32, Precision.F32),
        policy.candidates().stream().map(Storage::precision).toList());
    assertFalse(policy.single().stream().anyMatch(k -> k.precision() == Precision.BF16));
  }

  /** bfloat16 has 8 significant bits, single precision 24. */
  @Test
  void valuesAreRoundedToBfloat16() {
    double single = error(Precision.F32);
    assertTrue(single < 1e-5, "single precision errs by " + single);
    double half = error(Precision.BF16);
    assertTrue(half > 1e-4 && half < 2e-2, "bfloat16 errs by " + half);
  }

  /** The output's distance from DL4J's, relative to its size. */
  private static double error(Precision precision) {
    try (Twins twins = twins(16, StoragePolicy.of(precision))) {
      INDArray x = Twins.random(1, 2, 3, 20, 20);
      INDArray expected = twins.stock().output(x)[0];
      INDArray found = twins.fast().output(x)[0];
      return found.sub(expected).norm2Number().doubleValue() / expected.norm2Number().doubleValue();
    }
  }
}
