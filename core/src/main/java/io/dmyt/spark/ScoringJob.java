package io.dmyt.spark;

import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Scores many images into a Parquet folder, in rounds. What a round has written stays, whatever
 * happens later; started again, the job leaves out what is there.
 *
 * <p>Images are opened by their paths in the tasks: their bytes never pass through Spark's rows.
 */
public final class ScoringJob {
  private static final String DONE = "dmyt_done";

  private final DetectorTransformer detector;
  private final int imagesInRound;

  /**
   * What a run of the job did.
   *
   * @param before images that were scored already
   * @param scored images of this run, those with an error included
   */
  public record Summary(long before, long scored) {}

  /**
   * @param imagesInRound about how many images are written at a time, at least 1
   */
  public ScoringJob(DetectorTransformer detector, int imagesInRound) {
    if (imagesInRound < 1) {
      throw new IllegalArgumentException(
          "a round must have at least 1 image, found " + imagesInRound);
    }
    this.detector = detector;
    this.imagesInRound = imagesInRound;
  }

  /**
   * Scores what isn't scored yet.
   *
   * @param images rows with a column of paths, each path once; other columns but the images' bytes
   *     are written too
   * @param folder Parquet, in any file system that Hadoop knows; made by the first round
   * @throws IOException if the folder's file system can't be reached
   */
  public Summary run(Dataset<Row> images, String folder) throws IOException {
    SparkSession spark = images.sparkSession();
    String path = detector.getOrDefault(detector.pathCol());
    Dataset<Row> left = images.drop(detector.getOrDefault(detector.contentCol()));
    long before = 0;
    if (isWritten(spark, folder)) {
      Dataset<Row> done = spark.read().parquet(folder).select(functions.col(path).as(DONE));
      before = done.count();
      left = left.join(done, functions.col(path).equalTo(functions.col(DONE)), "left_anti");
    }
    long count = left.count();
    long rounds = (count + imagesInRound - 1) / imagesInRound;
    Column round = functions.pmod(functions.xxhash64(functions.col(path)), functions.lit(rounds));
    int tasks = Math.max(1, spark.sparkContext().defaultParallelism());
    for (long i = 0; i < rounds; i++) {
      Dataset<Row> part = left.filter(round.equalTo(i)).repartition(tasks);
      detector.transform(part).write().mode(SaveMode.Append).parquet(folder);
    }
    return new Summary(before, count);
  }

  private static boolean isWritten(SparkSession spark, String folder) throws IOException {
    Path path = new Path(folder);
    FileSystem system = path.getFileSystem(spark.sessionState().newHadoopConf());
    return system.exists(path)
        && Arrays.stream(system.listStatus(path))
            .anyMatch(file -> file.getPath().getName().endsWith(".parquet"));
  }
}
