package io.dmyt.checkpoint;

import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.util.OptionalLong;

/** Refuses tensors whose values no trained network has. */
public final class SoundValues {
  private static final String VARIANCE = "running_var";

  private SoundValues() {}

  /**
   * Looks at every value.
   *
   * @param source where the tensor is from, for messages
   * @throws CheckpointException if one is not a number or infinite in single precision, or is a
   *     negative running variance
   */
  public static void require(String source, String name, Tensor tensor) {
    if (!tensor.dtype().isFloating()) {
      return;
    }
    OptionalLong broken = tensor.find(value -> !Float.isFinite((float) value));
    if (broken.isPresent()) {
      throw new CheckpointException(
          Text.format(
              "%s: tensor %s holds values that are not finite numbers, the first at index %d: the training that saved it had diverged, or the file is damaged",
              source, Quoted.of(name), broken.getAsLong()));
    }
    if (name.endsWith(VARIANCE)) {
      OptionalLong negative = tensor.find(value -> value < 0);
      if (negative.isPresent()) {
        throw new CheckpointException(
            Text.format(
                "%s: tensor %s holds negative variances, the first at index %d: the file is damaged",
                source, Quoted.of(name), negative.getAsLong()));
      }
    }
  }
}
