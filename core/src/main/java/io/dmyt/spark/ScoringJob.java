package io.dmyt.spark;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Scores many images or videos into a Parquet folder, in rounds. What a round has written stays,
 * whatever happens later; started again, the job leaves out what is there.
 *
 * <p>Files are opened by their paths in the tasks: their bytes never pass through Spark's rows.
 */
public final class ScoringJob {
  private static final String DONE = "dmyt_done";

  private final DetectorStep<?> detector;
  private final int filesInRound;

  /**
   * What a run of the job did.
   *
   * @param before files that were scored already
   * @param scored files of this run, those with an error included
   */
  public record Summary(long before, long scored) {}

  /**
   * @param imagesInRound about how many images are written at a time, at least 1
   */
  public ScoringJob(DetectorTransformer detector, int imagesInRound) {
    this((DetectorStep<?>) detector, imagesInRound);
  }

  /**
   * @param videosInRound about how many videos are written at a time, at least 1
   */
  public ScoringJob(VideoTransformer detector, int videosInRound) {
    this((DetectorStep<?>) detector, videosInRound);
  }

  private ScoringJob(DetectorStep<?> detector, int filesInRound) {
    if (filesInRound < 1) {
      throw new IllegalArgumentException(
          "a round must have at least 1 file, found " + filesInRound);
    }
    this.detector = detector;
    this.filesInRound = filesInRound;
  }

  /**
   * Scores what isn't scored yet.
   *
   * @param files rows with a column of paths, each path once; other columns but the files' bytes
   *     are written too
   * @param folder Parquet, in any file system that Hadoop knows; made by the first round
   * @throws IOException if the folder's file system can't be reached
   */
  public Summary run(Dataset<Row> files, String folder) throws IOException {
    SparkSession spark = files.sparkSession();
    String path = detector.getOrDefault(detector.pathCol());
    Dataset<Row> left = files.drop(detector.getOrDefault(detector.contentCol()));
    long before = 0;
    if (isWritten(spark, folder)) {
      Dataset<Row> done = spark.read().parquet(folder).select(functions.col(path).as(DONE));
      before = done.count();
      left = left.join(done, functions.col(path).equalTo(functions.col(DONE)), "left_anti");
    }
    long count = left.count();
    long rounds = (count + filesInRound - 1) / filesInRound;
    Column round = functions.pmod(functions.xxhash64(functions.col(path)), functions.lit(rounds));
    int tasks = Math.max(1, spark.sparkContext().defaultParallelism());
    UnaryOperator<Dataset<Row>> step = detector.prepared(left.schema(), spark);
    for (long i = 0; i < rounds; i++) {
      Dataset<Row> part = left.filter(round.equalTo(i)).repartition(tasks);
      step.apply(part).write().mode(SaveMode.Append).parquet(folder);
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
