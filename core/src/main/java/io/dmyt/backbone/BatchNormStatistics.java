package io.dmyt.backbone;

import io.dmyt.internal.Address;
import io.dmyt.internal.HeldNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes DL4J's batch normalisation keep its running statistics as PyTorch does.
 *
 * <p>In training both normalise with the biased variance of the n = batch · height · width values
 * of a channel. For the running variance PyTorch takes the unbiased one, n / (n − 1) as large; DL4J
 * keeps to the biased one. Between computing the gradient and the update, DL4J holds the step g =
 * (1 − decay) · (running − biased) in the place of the variance's gradient, to be subtracted. With
 * f = n / (n − 1), {@link #correct} replaces it by f · g − (1 − decay) · (f − 1) · running, so that
 * running becomes decay · running + (1 − decay) · unbiased.
 */
public final class BatchNormStatistics {
  private record Norm(String vertex, Layer layer, double decay, INDArray variance, INDArray step) {}

  private final ComputationGraph graph;
  private final List<Norm> norms = new ArrayList<>();
  private final HeldNumbers numbers = new HeldNumbers();
  private int height;
  private int width;
  private @Nullable ActivationSizes sizes;

  private BatchNormStatistics(ComputationGraph graph) {
    this.graph = graph;
  }

  /**
   * For the batch normalisations of a graph.
   *
   * @throws IllegalStateException if the graph has not yet made room for gradients, which its
   *     updater does: {@code graph.getUpdater(true)}
   */
  public static BatchNormStatistics of(ComputationGraph graph) {
    BatchNormStatistics statistics = new BatchNormStatistics(graph);
    for (Layer layer : graph.getLayers()) {
      if (layer.conf().getLayer() instanceof BatchNormalization conf) {
        INDArray gradients = layer.getGradientsViewArray();
        if (gradients == null) {
          throw new IllegalStateException("the graph has no gradients yet");
        }
        String key = BatchNormalizationParamInitializer.GLOBAL_VAR;
        INDArray step =
            Objects.requireNonNull(
                conf.initializer().getGradientsFromFlattened(layer.conf(), gradients).get(key));
        statistics.norms.add(
            new Norm(conf.getLayerName(), layer, conf.getDecay(), layer.getParam(key), step));
      }
    }
    return statistics;
  }

  /**
   * What becomes of the pending update of a layer's running variances.
   *
   * @param from the first variance in the graph's flat parameters
   * @param factor f
   */
  public record Correction(long from, long length, double factor, double decay) {}

  /**
   * Corrects the pending update of every running variance and counts the batch. To be called once
   * between {@code computeGradientAndScore} and the update.
   *
   * @param shape of the network's input: [batch, channels, height, width]
   * @throws IllegalArgumentException if a channel has one value only, which has no variance
   */
  public void correct(long... shape) {
    for (Norm norm : norms) {
      double factor = factor(norm, shape);
      INDArray excess = numbers.product(norm.variance, (1 - norm.decay) * (factor - 1));
      numbers.multiply(norm.step, factor);
      norm.step.subi(excess);
      excess.close();
    }
    count();
  }

  /**
   * The same corrections for somebody else to make, and counts the batch.
   *
   * @param shape of the network's input: [batch, channels, height, width]
   * @throws IllegalArgumentException if a channel has one value only, which has no variance
   */
  public List<Correction> corrections(long... shape) {
    List<Correction> all = new ArrayList<>();
    for (Norm norm : norms) {
      long bytes = Address.of(norm.variance) - Address.of(graph.params());
      all.add(
          new Correction(
              bytes / norm.variance.dataType().width(),
              norm.variance.length(),
              factor(norm, shape),
              norm.decay));
    }
    count();
    return all;
  }

  private double factor(Norm norm, long[] shape) {
    if (sizes == null || shape[2] != height || shape[3] != width) {
      height = Math.toIntExact(shape[2]);
      width = Math.toIntExact(shape[3]);
      sizes = new ActivationSizes(graph.getConfiguration(), height, width);
    }
    long n = shape[0] * sizes.of(norm.vertex).area();
    if (n < 2) {
      throw new IllegalArgumentException(
          norm.vertex + ": batch normalisation needs more than one value per channel in training");
    }
    return n / (n - 1.0);
  }

  private void count() {
    for (Norm norm : norms) {
      norm.layer.conf().setIterationCount(norm.layer.conf().getIterationCount() + 1);
    }
  }
}
