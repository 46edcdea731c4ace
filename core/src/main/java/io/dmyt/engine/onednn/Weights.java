package io.dmyt.engine.onednn;

import io.dmyt.engine.BatchNormVectors;
import io.dmyt.engine.Operation;
import io.dmyt.engine.Parameter;
import io.dmyt.engine.StandardizedWeights;
import io.dmyt.engine.onednn.Emitter.Phase;
import io.dmyt.internal.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A network's parameters and their gradients as tensors of a program. */
final class Weights {
  private final Parameters parameters;
  private final BatchNormVectors vectors;
  private final StandardizedWeights standardized;
  private final Predicate<Parameter> learns;
  private final Emitter emit;
  private final List<Program.Target> targets = new ArrayList<>();

  /**
   * @param learns whether a parameter's gradient is of use
   */
  Weights(Parameters parameters, Predicate<Parameter> learns, Emitter emit) {
    this.parameters = parameters;
    this.learns = learns;
    this.vectors = new BatchNormVectors(parameters::read);
    this.standardized = new StandardizedWeights(parameters::read);
    this.emit = emit;
  }

  /** The tensors over gradients that have been asked for. */
  List<Program.Target> targets() {
    return targets;
  }

  /** A vector as an image of one pixel. */
  static Parameter pixel(Parameter vector) {
    long length = vector.length();
    return new Parameter(
        vector.offset(), new long[] {1, length, 1, 1}, new long[] {length, 1, 1, 1});
  }

  /** A parameter where the network has it. */
  Tensor of(Parameter p) {
    return emit.elsewhere(format(p)).at(parameters.address(p));
  }

  /**
   * A convolution's weights as the network has them, or a copy if they lie apart or are
   * standardised.
   */
  Tensor of(Operation.Convolution c) {
    if (c.standard() != null) {
      Tensor all = emit.tensor(format(c.weights()));
      emit.run("standardise", () -> Address.write(all.address(), standardized.of(c)), all);
      return all;
    }
    if (c.parts().isEmpty()) {
      return of(c.weights());
    }
    Tensor all = emit.tensor(Format.plain(emit.scope(), c.weights().dims()));
    for (int group = 0; group < c.parts().size(); group++) {
      emit.reorder(of(c.parts().get(group)), group(all, c, group));
    }
    return all;
  }

  private Tensor group(Tensor all, Operation.Convolution c, int group) {
    long[] offsets = {group, 0, 0, 0, 0};
    return emit.over(all.format().part(emit.scope(), c.parts().get(group).dims(), offsets), all);
  }

  /**
   * A parameter's gradient where the network has it; one that is of no use, and is computed only
   * because a primitive gives it with another, goes to the arena.
   */
  Tensor gradient(Parameter p) {
    if (!learns.test(p)) {
      return emit.tensor(format(p));
    }
    Tensor t = emit.elsewhere(format(p));
    targets.add(new Program.Target(t, p));
    return t;
  }

  /** The gradient of a convolution's row-major weights as the matrix (out, all else). */
  Tensor gradientMatrix(Parameter p) {
    long[] dims = {p.dims()[0], p.length() / p.dims()[0]};
    return gradient(new Parameter(p.offset(), dims, Parameter.rowMajorStrides(dims)));
  }

  /** The gradient of a vector as the matrix (1, length). */
  Tensor gradientRow(Parameter vector) {
    long length = vector.length();
    return gradient(new Parameter(vector.offset(), new long[] {1, length}, new long[] {length, 1}));
  }

  /** Where the gradient of a convolution's weights is to be written, {@link #spread} afterwards. */
  Tensor gradient(Operation.Convolution c) {
    return c.parts().isEmpty() && c.standard() == null
        ? gradient(c.weights())
        : emit.tensor(format(c.weights()));
  }

  /**
   * Writes the gradient of weights that lie apart to where the network has each group's, and that
   * of standardised weights to where it has what they are made from.
   */
  void spread(Operation.Convolution c, Tensor gradient) {
    if (c.standard() != null) {
      destandardize(c, c.standard(), gradient);
    }
    for (int group = 0; group < c.parts().size(); group++) {
      emit.reorder(group(gradient, c, group), gradient(c.parts().get(group)));
    }
  }

  private void destandardize(
      Operation.Convolution c, Operation.Standardization standard, Tensor gradient) {
    Tensor dw = gradient(c.weights());
    Tensor dGain = standard.gain() == null ? null : gradient(standard.gain());
    List<Tensor> used = new ArrayList<>(List.of(gradient, dw));
    if (dGain != null) {
      used.add(dGain);
    }
    emit.run(
        "standardise, gradient",
        () -> {
          float[] dy = Address.read(gradient.address(), c.weights().length());
          StandardizedWeights.Gradients found = standardized.gradients(c, dy);
          Address.write(dw.address(), found.weights());
          if (dGain != null) {
            Address.write(dGain.address(), found.gain());
          }
        },
        used.toArray(Tensor[]::new));
  }

  /** Weights in a format of their own, batch norm folded in if there is one behind. */
  Tensor folded(Operation.Convolution c, Operation.@Nullable BatchNorm norm, Format format) {
    emit.into(Phase.PREPARE);
    Tensor weights = emit.kept(format);
    if (norm == null) {
      emit.reorder(of(c), weights);
    } else {
      Tensor scaled = emit.tensor(format(c.weights()));
      emit.run(
          "fold", () -> Address.write(scaled.address(), vectors.foldedWeights(c, norm)), scaled);
      emit.reorder(scaled, weights);
    }
    emit.into(Phase.FORWARD);
    return weights;
  }

  /** A convolution's bias, batch norm folded in if there is one behind. */
  Tensor foldedBias(Operation.Convolution c, Operation.@Nullable BatchNorm norm, Format format) {
    emit.into(Phase.PREPARE);
    Tensor bias = emit.kept(format);
    emit.run("fold", () -> Address.write(bias.address(), vectors.foldedBias(c, norm)), bias);
    emit.into(Phase.FORWARD);
    return bias;
  }

  /** Batch norm's running variance, whatever the layer keeps. */
  Tensor runningVariance(Operation.BatchNorm norm, Format format) {
    if (!norm.logStd()) {
      return of(norm.variance());
    }
    emit.into(Phase.PREPARE);
    Tensor variance = emit.kept(format);
    emit.run(
        "running variance",
        () -> Address.write(variance.address(), vectors.runningVariance(norm)),
        variance);
    emit.into(Phase.FORWARD);
    return variance;
  }

  /** Emits the step that moves batch norm's running statistics towards a batch's. */
  void moveStatistics(Operation.BatchNorm norm, Tensor mean, Tensor variance) {
    emit.run(
        "running statistics",
        () -> {
          float[] batchMean = Address.read(mean.address(), norm.mean().length());
          Address.write(
              parameters.gradientAddress(norm.mean()), vectors.meanUpdate(norm, batchMean));
          float[] batchVariance = Address.read(variance.address(), norm.variance().length());
          Address.write(
              parameters.gradientAddress(norm.variance()),
              vectors.varianceUpdate(norm, batchVariance));
        },
        mean,
        variance);
  }

  private Format format(Parameter p) {
    return Format.strided(emit.scope(), p.dims(), p.strides());
  }
}
