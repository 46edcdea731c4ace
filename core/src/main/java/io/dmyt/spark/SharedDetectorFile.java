package io.dmyt.spark;

import io.dmyt.engine.Precision;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * A detector's file on its way to the executors.
 *
 * @param sha256 of the file, in hexadecimal
 * @param engine its name; empty for the best one on the executor
 * @param precision of the engine
 * @param bytes the file
 */
record SharedDetectorFile(
    String sha256, String engine, Precision precision, Broadcast<byte[]> bytes)
    implements Serializable {

  /**
   * A detector for one task.
   *
   * @param threads that compute
   * @throws IOException if it can't be loaded
   */
  SharedDetectors.Lease lease(int threads) throws IOException {
    return SharedDetectors.lease(
        new SharedDetectors.Key(sha256, engine, precision, threads), bytes::value);
  }
}
