/**
 * Detectors on a Spark cluster: {@link io.dmyt.spark.DetectorTransformer} adds verdicts or
 * embeddings to the rows of a {@code Dataset}, {@link io.dmyt.spark.VideoTransformer} does so for
 * videos, and {@link io.dmyt.spark.ScoringJob} writes them to Parquet in rounds, so that a job that
 * was stopped goes on where it was. {@link io.dmyt.spark.SparkRounds} trains. A program that has
 * nothing else to do with Spark uses {@link io.dmyt.spark.SparkCluster}.
 *
 * <p>It needs Spark 3.5 for Scala 2.12, which a cluster has on its class path; this library does
 * not bring it.
 */
@NullMarked
package io.dmyt.spark;

import org.jspecify.annotations.NullMarked;
