package io.dmyt.benchmarks;

import io.dmyt.training.TrainingOptions;
import java.util.Arrays;

/**
 * The training step that every side does.
 *
 * <p>Loss: the mean over the batch of ‖eᵢ − dᵢ‖₂ between each image's embedding and its dummy, as
 * in the DmyT loss. Dummy i is 1 in one half of the features and 0 in the other: the first half for
 * even i, the second for odd. Update: AdamW (<a href="https://arxiv.org/abs/1711.05101">Loshchilov
 * and Hutter 2017</a>) with decoupled weight decay on every parameter.
 */
final class Training {
  static final float LEARNING_RATE = 1e-4f;
  static final float BETA1 = 0.9f;
  static final float BETA2 = 0.999f;
  static final float EPSILON = 1e-8f;
  static final float WEIGHT_DECAY = 1e-2f;

  /** The same for our own training step, over the one epoch that there is. */
  static final TrainingOptions OPTIONS = new TrainingOptions(LEARNING_RATE, 1, WEIGHT_DECAY, 1);

  private Training() {}

  /** The dummies of a batch, [batch, features] row-major. */
  static float[] dummies(int batch, int features) {
    float[] dummies = new float[batch * features];
    int half = features / 2;
    for (int i = 0; i < batch; i++) {
      int from = i * features + (i % 2 == 0 ? 0 : half);
      Arrays.fill(dummies, from, from + half, 1);
    }
    return dummies;
  }
}
