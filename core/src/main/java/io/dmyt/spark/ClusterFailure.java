package io.dmyt.spark;

import org.apache.spark.SparkException;

/** What failed on the cluster, in one line: Spark's own message is a page. */
final class ClusterFailure {
  private ClusterFailure() {}

  /**
   * What to throw.
   *
   * @param what failed, such as {@code a round of steps}
   * @return the exception itself where it is unchecked and not Spark's
   */
  static RuntimeException of(String what, Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null && !(cause instanceof SparkException)) {
      cause = cause.getCause();
    }
    if (!(cause instanceof SparkException) && e instanceof RuntimeException own) {
      return own;
    }
    String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    return new IllegalStateException(what + " failed on the cluster: " + message, e);
  }
}
