package io.dmyt.training;

import io.dmyt.backbone.BatchNormStatistics;
import io.dmyt.internal.Text;
import io.dmyt.optim.Gradients;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Computes a batch in as many parts as memory asks for, whose gradients add up to the batch's.
 * Batch norm sees each part by itself, and a loss that compares images compares those of a part.
 */
final class BatchParts {
  private final TrainingStep step;
  private final LossProbe probe;
  private final Gradients gradients;
  private final BatchNormStatistics statistics;
  private int parts = 1;

  BatchParts(
      TrainingStep step, LossProbe probe, Gradients gradients, BatchNormStatistics statistics) {
    this.step = step;
    this.probe = probe;
    this.gradients = gradients;
    this.statistics = statistics;
  }

  /**
   * Takes a step by a batch, in more parts from then on if there is not enough memory.
   *
   * @return the loss; NaN if it or its gradient is not finite, and no step is taken then
   * @throws OutOfMemoryError if there is not enough for the smallest part
   */
  double run(INDArray images, INDArray labels) {
    int size = Math.toIntExact(images.size(0));
    while (true) {
      try {
        return tryRun(images, labels, size);
      } catch (OutOfMemoryError e) {
        gradients.forgetSum();
        step.clear();
        if (2 * parts > size) {
          throw e;
        }
        parts *= 2;
        System.gc(); // What the failed attempt holds is behind few bytes on the heap.
      }
    }
  }

  private double tryRun(INDArray images, INDArray labels, int size) {
    double sum = 0;
    boolean finite = true;
    List<INDArray> features = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int from = part * size / parts;
      int to = (part + 1) * size / parts;
      INDArray some = rows(images, from, to);
      step.computeGradient(some, rows(labels, from, to));
      statistics.correct(some.shape());
      finite &= Double.isFinite(probe.value()) && gradients.isFiniteAtInput();
      sum += probe.value() * (to - from);
      features.add(probe.detach());
      if (finite) {
        gradients.add();
      }
      step.clear();
    }
    probe.reattach(parts == 1 ? features.get(0) : Nd4j.vstack(features));
    if (parts > 1) {
      features.forEach(INDArray::close);
    }
    if (!finite) {
      gradients.forgetSum();
      return Double.NaN;
    }
    step.stepOfParts(size);
    return sum / size;
  }

  /** An error that says which batch would fit, if one does. */
  OutOfMemoryError explained(OutOfMemoryError error, INDArray images, INDArray labels) {
    int size = Math.toIntExact(images.size(0));
    for (int fits = size / 2; fits >= 1; fits /= 2) {
      try {
        step.clear();
        System.gc();
        step.computeGradient(rows(images, 0, fits), rows(labels, 0, fits));
        return new OutOfMemoryError(
            Text.format(
                "a batch of %d does not fit, one of %d does; --auto-batch computes it in parts",
                size, fits));
      } catch (OutOfMemoryError e) {
        // A smaller one, then.
      }
    }
    return error;
  }

  private static INDArray rows(INDArray array, int from, int to) {
    return from == 0 && to == array.size(0)
        ? array
        : array.get(NDArrayIndex.interval(from, to)).dup('c');
  }
}
