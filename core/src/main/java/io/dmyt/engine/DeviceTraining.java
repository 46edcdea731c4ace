package io.dmyt.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network whose parameters, gradients and moments stay in an engine's own memory from one step of
 * training to the next. While it is open, the graph's arrays of parameters and of the updater's
 * state are stale until {@link #publish}, its gradients are not written at all, and what somebody
 * else writes to them is not seen.
 */
public interface DeviceTraining extends AutoCloseable {

  /**
   * Neighbouring parameters that are updated in the same way.
   *
   * @param from the first one in the flat parameters
   * @param moments Adam's first moments, then its second ones, as the updater keeps them; null for
   *     parameters from which the gradient itself is subtracted, as from running statistics
   */
  record Block(long from, long length, @Nullable INDArray moments) {}

  /**
   * Neighbouring parameters that DL4J computes with, as the engine does not run their vertex. After
   * each step they are written to the graph's array, and before it their gradients are read.
   *
   * @param from the first one in the flat parameters
   */
  record Shared(long from, long length) {}

  /**
   * What makes running variances unbiased: with f = n / (n − 1) the step g becomes {@code f · g −
   * (1 − decay) · (f − 1) · variance}.
   *
   * @param from the first variance in the flat parameters
   * @param factor f
   * @param decay of the running statistics, in [0, 1]
   */
  record Correction(long from, long length, double factor, double decay) {}

  /**
   * AdamW's numbers, see <i>Decoupled Weight Decay Regularization</i> (Loshchilov and Hutter, ICLR
   * 2019).
   *
   * @param step counted from 1
   * @param gradientScale what gradients are multiplied with first
   */
  record AdamW(
      double rate,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      long step,
      double gradientScale) {}

  /** Takes a step along the gradients of the last way back. */
  void step(AdamW numbers, List<Correction> corrections);

  /** Writes parameters and moments to the graph's own arrays. */
  void publish();

  /** Publishes, and leaves the parameters to the graph's arrays again. Twice does no harm. */
  @Override
  void close();
}
