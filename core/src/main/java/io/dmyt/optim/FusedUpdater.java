package io.dmyt.optim;

import io.dmyt.internal.Address;
import io.dmyt.optim.Sweep.Span;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.UpdaterBlock.ParamState;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * DL4J's updater of a graph, with the same state. Where all parameters have Adam, with weight decay
 * or none, or no updater, the gradients become their updates in one pass over memory, by DL4J's
 * formula; what else there is to configure is left to DL4J.
 */
public final class FusedUpdater extends ComputationGraphUpdater {
  private static final long serialVersionUID = 1L;

  /**
   * @param state to be used itself, not a copy, or null for a new one
   */
  public FusedUpdater(ComputationGraph graph, @Nullable INDArray state) {
    super(graph, state);
  }

  @Override
  public synchronized void update(
      Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr manager) {
    if (Address.of(gradient.gradient()) != Address.of(getFlattenedGradientsView()) || !known()) {
      super.update(gradient, iteration, epoch, batchSize, manager);
      return;
    }
    List<Span> spans = new ArrayList<>();
    for (UpdaterBlock block : getUpdaterBlocks()) {
      IUpdater config = block.getGradientUpdater().getConfig();
      for (ParamState p : block.getLayersAndVariablesInBlock()) {
        boolean mean = isMiniBatch() && p.getLayer().updaterDivideByMinibatch(p.getParamName());
        if (config instanceof Adam adam) {
          spans.add(span(block, p, adam, mean ? 1f / batchSize : 1, iteration, epoch));
        } else if (mean) {
          p.getGradView().divi(batchSize);
        }
      }
    }
    Sweep.run(spans, Sweep.Writes.GRADIENTS);
  }

  /** Whether no layer asks for anything that this class does not do. */
  boolean known() {
    for (Trainable layer : getOrderedLayers()) {
      GradientNormalization normalization = layer.getConfig().getGradientNormalization();
      if (normalization != null && normalization != GradientNormalization.None) {
        return false;
      }
    }
    for (UpdaterBlock block : getUpdaterBlocks()) {
      Class<?> updater = block.getGradientUpdater().getConfig().getClass();
      boolean adam = updater == Adam.class;
      if ((!adam && updater != NoOp.class) || block.isPretrainUpdaterBlock()) {
        return false;
      }
      for (ParamState p : block.getLayersAndVariablesInBlock()) {
        List<Regularization> all = regularization(p);
        boolean decays = adam && all.stream().allMatch(r -> r.getClass() == WeightDecay.class);
        if (!all.isEmpty() && !decays) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<Regularization> regularization(ParamState p) {
    List<Regularization> all = p.getLayer().getConfig().getRegularizationByParam(p.getParamName());
    return all == null ? List.of() : all;
  }

  private static Span span(
      UpdaterBlock block, ParamState p, Adam adam, float scale, int iteration, int epoch) {
    long length = p.getParamOffsetEnd() - (long) p.getParamOffsetStart();
    long before = p.getParamOffsetStart() - (long) block.getParamOffsetStart();
    long all = block.getParamOffsetEnd() - (long) block.getParamOffsetStart();
    long mean = Address.of(block.getUpdaterView()) + before * Float.BYTES;
    double rate = adam.getLearningRate(iteration, epoch);
    double decay = 0;
    for (Regularization r : regularization(p)) {
      WeightDecay d = (WeightDecay) r;
      decay += d.getCoeff().valueAt(iteration, epoch) * (d.isApplyLR() ? rate : 1);
    }
    return new Span(
        Address.of(p.getParamView()),
        Address.of(p.getGradView()),
        mean,
        mean + all * Float.BYTES,
        length,
        new AdamStep(adam, rate, scale, (float) decay, iteration + 1));
  }

  /** Turns gradients into what is to be subtracted from the parameters. */
  private static final class AdamStep implements Sweep.Step {
    private final float scale;
    private final float decay;
    private final float beta1;
    private final float rest1;
    private final float beta2;
    private final float rest2;
    private final float epsilon;
    private final float rate;

    AdamStep(Adam adam, double rate, float scale, float decay, int step) {
      this.scale = scale;
      this.decay = decay;
      beta1 = (float) adam.getBeta1();
      rest1 = (float) (1 - adam.getBeta1());
      beta2 = (float) adam.getBeta2();
      rest2 = (float) (1 - adam.getBeta2());
      epsilon = (float) adam.getEpsilon();
      double correction = 1 - Math.pow(adam.getBeta2(), step);
      this.rate = (float) (rate * Math.sqrt(correction) / (1 - Math.pow(adam.getBeta1(), step)));
    }

    @Override
    public void update(int n, float[] p, float[] g, float[] m, float[] v) {
      for (int i = 0; i < n; i++) {
        float gradient = g[i] * scale;
        float first = beta1 * m[i] + rest1 * gradient;
        float second = beta2 * v[i] + rest2 * gradient * gradient;
        m[i] = first;
        v[i] = second;
        float root = (float) Math.sqrt(second);
        g[i] = rate * first / (root + epsilon) + decay * p[i];
      }
    }
  }
}
