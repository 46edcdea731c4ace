package io.dmyt.spark;

import io.dmyt.data.VideoGrouping;
import java.io.Serializable;

/**
 * What a task that scores images has to know besides the detector.
 *
 * @param output what is added to the rows
 * @param columns where paths and bytes are
 * @param batch images in a batch
 * @param videos how images belong together
 */
record ScoringOptions(Output output, RowColumns columns, int batch, VideoGrouping videos)
    implements Serializable {

  /** What is added to the rows. */
  enum Output {
    /** P(fake), verdict, class. */
    SCORES,
    /** The same, and each class's probability and each reference's distance. */
    DETAILS,
    /** The network's embedding. */
    EMBEDDING
  }
}
