package io.dmyt.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;

import io.dmyt.engine.Operation;
import io.dmyt.internal.Address;
import java.util.List;

/**
 * Emits global response normalisation: oneDNN's products and sums over all pixels, and between them
 * a step on one number for each channel, of which the rest of the formula consists.
 */
final class ResponseNormEmitter {
  private final ProgramBuilder program;
  private final Emitter emit;
  private final Images images;
  private final int node;
  private final Operation.ResponseNorm op;
  private final int examples;
  private final int channels;

  ResponseNormEmitter(ProgramBuilder program, int node, Operation.ResponseNorm op) {
    this.program = program;
    this.emit = program.emit();
    this.images = program.images();
    this.node = node;
    this.op = op;
    long[] d = program.shape(node);
    examples = Math.toIntExact(d[0]);
    channels = Math.toIntExact(d[1]);
  }

  /** One number for each example and channel. */
  private Format points() {
    return Format.plain(program.scope(), examples, channels, 1, 1);
  }

  void emit() {
    int from = program.input(node);
    Weights weights = program.weights();
    Tensor x = program.value(from);
    Tensor squares = sums(x, x);
    Tensor gamma = weights.of(op.gamma());
    Tensor factors = emit.tensor(points());
    emit.run("response", () -> factors(squares, gamma, factors), squares, gamma, factors);
    Tensor beta = images.stored(weights.of(Weights.pixel(op.beta())));
    Tensor scaled = images.binary(dnnl_binary_mul, x, factors);
    program.store(node, images.binary(dnnl_binary_add, scaled, beta));
    program.onBackward(
        node,
        dy -> {
          emit.reorder(
              Sequences.batchSum(program, dy, true), weights.gradient(Weights.pixel(op.beta())));
          Tensor along = sums(dy, x);
          Tensor dGamma = weights.gradient(op.gamma());
          Tensor shares = emit.tensor(points());
          emit.run(
              "response, gradient",
              () -> gradients(squares, gamma, along, dGamma, shares),
              squares,
              gamma,
              along,
              dGamma,
              shares);
          if (program.learns(from)) {
            Tensor scaledGradient = images.binary(dnnl_binary_mul, dy, factors);
            Tensor ofLengths = images.binary(dnnl_binary_mul, x, shares);
            program.gradient(from, images.total(List.of(scaledGradient, ofLengths)));
          }
        });
  }

  /** The sums of products over all pixels, floats in the order of examples and channels. */
  private Tensor sums(Tensor a, Tensor b) {
    Tensor product = images.binary(dnnl_binary_mul, a, b);
    return emit.inArena(emit.in(points(), images.spatialSum(product)));
  }

  /** Channels' lengths, and what they are divided by. */
  private record Lengths(double[] of, double divisor) {}

  private Lengths lengths(float[] squares, int example) {
    double[] lengths = new double[channels];
    double sum = 0;
    for (int c = 0; c < channels; c++) {
      lengths[c] = Math.sqrt(squares[example * channels + c]);
      sum += lengths[c];
    }
    return new Lengths(lengths, sum / channels + op.eps());
  }

  /** What each channel's pixels are multiplied by: 1 + γ n. */
  private void factors(Tensor squares, Tensor gamma, Tensor factors) {
    float[] sums = read(squares);
    float[] weight = Address.read(gamma.address(), channels);
    float[] found = new float[sums.length];
    for (int e = 0; e < examples; e++) {
      Lengths lengths = lengths(sums, e);
      for (int c = 0; c < channels; c++) {
        double share = lengths.of()[c] / lengths.divisor();
        found[e * channels + c] = (float) (1 + weight[c] * share);
      }
    }
    Address.write(factors.address(), found);
  }

  /**
   * The gradient of γ, and what each pixel is multiplied by for the part of its gradient that goes
   * through the lengths.
   *
   * @param along by channel, the sum of the pixels times the result's gradient
   */
  private void gradients(Tensor squares, Tensor gamma, Tensor along, Tensor dGamma, Tensor shares) {
    float[] sums = read(squares);
    float[] weight = Address.read(gamma.address(), channels);
    float[] given = read(along);
    double[] ofGamma = new double[channels];
    float[] found = new float[sums.length];
    for (int e = 0; e < examples; e++) {
      Lengths lengths = lengths(sums, e);
      double divisor = lengths.divisor();
      double ofDivisor = 0;
      for (int c = 0; c < channels; c++) {
        double d = given[e * channels + c];
        ofGamma[c] += d * lengths.of()[c] / divisor;
        ofDivisor -= d * weight[c] * lengths.of()[c] / (divisor * divisor);
      }
      for (int c = 0; c < channels; c++) {
        double ofLength = given[e * channels + c] * weight[c] / divisor + ofDivisor / channels;
        // A channel of zeros has length 0, to which PyTorch gives the gradient 0.
        found[e * channels + c] = lengths.of()[c] == 0 ? 0 : (float) (ofLength / lengths.of()[c]);
      }
    }
    Address.write(shares.address(), found);
    float[] total = new float[channels];
    for (int c = 0; c < channels; c++) {
      total[c] = (float) ofGamma[c];
    }
    Address.write(dGamma.address(), total);
  }

  private float[] read(Tensor points) {
    return Address.read(points.address(), (long) examples * channels);
  }
}
