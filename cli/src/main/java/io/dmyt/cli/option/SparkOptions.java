package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.spark.SparkCluster;
import org.jspecify.annotations.Nullable;

/** The option that has a Spark cluster do the work. */
public class SparkOptions {
  @Parameter(
      names = "--spark",
      description =
          "Compute on a Spark cluster, by its master: local[2], spark://HOST:7077, yarn. Its"
              + " machines must find the files under the same paths")
  @Nullable String master;

  /** Whether a cluster is to do the work. */
  public boolean isGiven() {
    return master != null;
  }

  /**
   * To be called before any work is done for nothing.
   *
   * @throws IllegalStateException if a cluster is to do the work, and Spark isn't there
   */
  public void check() {
    if (!isGiven()) {
      return;
    }
    try {
      Class.forName("org.apache.spark.sql.SparkSession", false, getClass().getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "--spark needs Spark 3.5 for Scala 2.12: set SPARK_HOME to the folder where it is"
              + " installed, or run dmyt4j-spark.jar with spark-submit",
          e);
    }
  }

  /** Connects to the cluster, after {@link #check}. */
  public SparkCluster connect(EngineOptions engine) {
    return SparkCluster.connect(String.valueOf(master), "dmyt", engine.threads);
  }
}
