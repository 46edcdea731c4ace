package io.dmyt.spark;

import io.dmyt.data.VideoGrouping;
import io.dmyt.engine.Precision;
import java.io.Serializable;

/**
 * What a task has to know besides the detector.
 *
 * @param detector SHA-256 of the detector's file, in hexadecimal
 * @param output what is added to the rows
 * @param pathColumn the column with the images' paths
 * @param contentColumn the column with the images' bytes; empty where the paths are opened
 * @param batch images in a batch
 * @param engine the engine's name; empty for the best one on the executor
 * @param precision of the engine
 * @param videos how images belong together
 */
record ScoringOptions(
    String detector,
    Output output,
    String pathColumn,
    String contentColumn,
    int batch,
    String engine,
    Precision precision,
    VideoGrouping videos)
    implements Serializable {

  /** What is added to the rows. */
  enum Output {
    /** P(fake), verdict, class. */
    SCORES,
    /** The network's embedding. */
    EMBEDDING
  }
}
