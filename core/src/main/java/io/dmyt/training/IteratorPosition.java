package io.dmyt.training;

import io.dmyt.data.ImageFolderIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Where in an epoch an iterator stands. */
final class IteratorPosition {
  private IteratorPosition() {}

  /** As {@link TrainingState#position} has it, after so many batches. */
  static int of(DataSetIterator batches, int taken) {
    return batches instanceof ImageFolderIterator images ? images.position() : taken;
  }

  /** Begins an epoch, counted from 0, at a position. */
  static void set(DataSetIterator batches, int epoch, int position) {
    if (batches instanceof ImageFolderIterator images) {
      if (images.epoch() != epoch || images.position() != position) {
        images.reset(epoch, position);
      }
      return;
    }
    if (epoch > 0) {
      batches.reset();
    }
    for (int i = 0; i < position && batches.hasNext(); i++) {
      batches.next();
    }
  }
}
