package io.dmyt.loss;

import io.dmyt.internal.QuietDerivatives;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss's graph and its derivative, built once and run many times.
 *
 * <p>It computes in double precision: the difference of two distances near 30, as embeddings of
 * size 2,048 have them, loses too many digits in single precision (1.4e-5 of the loss), and a
 * batch's embeddings are too few for it to take longer.
 *
 * <p>Not thread-safe: ND4J's graphs keep the arrays of a run in their operations.
 */
final class Terms {
  private static final String INPUT = "layerInput";
  private static final String LABELS = "labels";

  private final SameDiff graph = SameDiff.create();
  private final String score;

  /** What one run of the graph gives: scores [batch] and, if asked for, their sum's gradient. */
  record Result(INDArray scores, @Nullable INDArray gradient) {}

  /** How a loss is written as a graph, as {@code SameDiffLoss.defineLoss}. */
  interface Definition {
    SDVariable define(SameDiff graph, SDVariable input, SDVariable labels);
  }

  Terms(Definition definition) {
    SDVariable input = graph.placeHolder(INPUT, DataType.DOUBLE);
    SDVariable labels = graph.placeHolder(LABELS, DataType.DOUBLE);
    SDVariable perExample = definition.define(graph, input, labels);
    score = perExample.name();
    perExample.sum().markAsLoss();
    QuietDerivatives.of(graph, INPUT);
  }

  Result run(INDArray input, INDArray labels, boolean withGradient) {
    Map<String, INDArray> values = Map.of(INPUT, input, LABELS, labels);
    if (!withGradient) {
      return new Result(graph.outputSingle(values, score), null);
    }
    OutAndGrad both = graph.calculateGradientsAndOutputs(values, List.of(score), List.of(INPUT));
    INDArray scores = Objects.requireNonNull(both.getOutputs().get(score), score);
    return new Result(scores, both.getGradients().get(INPUT));
  }
}
