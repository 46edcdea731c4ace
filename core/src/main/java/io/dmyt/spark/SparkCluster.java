package io.dmyt.spark;

import io.dmyt.Prediction;
import io.dmyt.Predictor;
import io.dmyt.data.BadImageException;
import io.dmyt.data.Sample;
import io.dmyt.data.TooManyBadImagesException;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.screening.ScreeningOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A Spark cluster that scores and embeds images, and judges videos, for a program that has nothing
 * else to do with Spark: results come to the program, in the order of the files. Files are opened
 * by the executors, under the same paths.
 *
 * <p>Spark's own settings come from the system properties {@code spark.*}. To be used by one
 * thread.
 */
public final class SparkCluster implements AutoCloseable {
  private static final StructType PATHS = new StructType().add("path", DataTypes.StringType, false);

  /** Files whose results are on their way at once, at least: they are all that memory holds. */
  private static final int ROUND = 4096;

  /** The same for each task that runs at once, so that a large cluster isn't kept waiting. */
  private static final int ROUND_OF_TASK = 64;

  /** Pieces of a round for each task that runs at once: the last ones to finish are short. */
  private static final int PIECES = 4;

  private final SparkSession spark;
  private final boolean own;
  private final JavaSparkContext context;

  private SparkCluster(SparkSession spark, boolean own) {
    this.spark = spark;
    this.own = own;
    context = JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  /**
   * Connects to a cluster; a session that the program has already is used as it is. Unless {@code
   * spark.jars} says otherwise, executors that run elsewhere get the jars of this program's class
   * path, without Spark's own.
   *
   * @param master such as {@code local[2]}, {@code spark://host:7077} or {@code yarn}
   * @param name of the application, as Spark shows it
   * @param threads that compute in a task; 0 for what {@code spark.task.cpus} says
   * @throws IllegalStateException if Spark can't begin, such as by what is no master
   */
  public static SparkCluster connect(String master, String name, int threads) {
    SparkConf conf = new SparkConf().setMaster(master).setAppName(name);
    conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    conf.setIfMissing("spark.executorEnv.GOMP_SPINCOUNT", "500");
    conf.setIfMissing(
        "spark.executor.extraJavaOptions",
        "-Dorg.bytedeco.javacpp.maxbytes=2g -Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    if (threads > 0) {
      conf.set("spark.task.cpus", "" + threads);
    }
    if (!master.equals("local") && !master.startsWith("local[")) {
      conf.setIfMissing("spark.jars", jars());
    }
    boolean own = SparkSession.getDefaultSession().isEmpty();
    try {
      return new SparkCluster(SparkSession.builder().config(conf).getOrCreate(), own);
    } catch (Exception e) {
      // Spark throws checked exceptions that getOrCreate doesn't declare, and others of every kind.
      throw new IllegalStateException(
          "can't connect to Spark at "
              + master
              + ": "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  private static String jars() {
    String home = System.getenv("SPARK_HOME");
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(jar -> jar.endsWith(".jar"))
        .filter(jar -> home == null || !Path.of(jar).startsWith(home))
        .collect(Collectors.joining(","));
  }

  JavaSparkContext context() {
    return context;
  }

  /** How many tasks run at once. */
  public int parallelism() {
    return Math.max(1, context.defaultParallelism());
  }

  /**
   * How files are scored.
   *
   * @param detector its file
   * @param engine its name; empty for the best one on each executor
   * @param precision of the engine, {@code f32} or {@code bf16}
   * @param batch images in a batch; faces of a video come in batches of their own
   */
  public record Scoring(Path detector, String engine, String precision, int batch) {
    private DetectorTransformer step(String output) {
      return new DetectorTransformer()
          .setDetector(path(detector))
          .setEngine(engine)
          .setPrecision(precision)
          .setBatch(batch)
          .setOutput(output);
    }
  }

  /** As Hadoop names a local file: without escapes. */
  static String path(Path file) {
    return "file://" + file.toAbsolutePath();
  }

  /**
   * Scores images as {@link Predictor} does.
   *
   * @param samples in files, whose ids are their paths
   * @param output gets no images: the array that it is given is empty
   * @throws IOException if the output throws it
   */
  public Predictor.Summary predict(
      Scoring scoring, List<? extends Sample> samples, Predictor.Output output) throws IOException {
    int[] fakes = {0};
    List<BadImageException> bad = new ArrayList<>();
    inRounds(
        scoring.step("details"),
        samples,
        (sample, index, row) -> {
          String error = row.getAs("error");
          if (error != null) {
            bad.add(new BadImageException(sample.id().toString(), error));
            output.bad(bad.get(bad.size() - 1));
            return;
          }
          Prediction prediction =
              new Prediction(
                  sample.id(),
                  sample.group(),
                  row.<Double>getAs("p_fake"),
                  row.<String>getAs("verdict").equals("fake"),
                  row.getAs("class"),
                  row.getList(row.fieldIndex("probabilities")),
                  row.getList(row.fieldIndex("distances")));
          fakes[0] += prediction.fake() ? 1 : 0;
          output.batch(List.of(sample), Nd4j.empty(), List.of(prediction));
        });
    output.end();
    return new Predictor.Summary(samples.size() - bad.size(), fakes[0], bad);
  }

  /**
   * Embeds images as {@link Embedder#stream} does.
   *
   * @param samples in files, whose ids are their paths
   * @param limit how many may be bad
   * @throws TooManyBadImagesException if more are
   */
  public void embed(
      Scoring scoring,
      List<? extends Sample> samples,
      int limit,
      Embedder.Monitor monitor,
      Embedder.Sink sink)
      throws IOException {
    List<BadImageException> bad = new ArrayList<>();
    int[] done = {0};
    monitor.started("Images", samples.size());
    try {
      inRounds(
          scoring.step("embedding"),
          samples,
          (sample, index, row) -> {
            String error = row.getAs("error");
            if (error != null) {
              bad.add(new BadImageException(sample.id().toString(), error));
              if (bad.size() > limit) {
                throw new TooManyBadImagesException(limit, bad.get(bad.size() - 1));
              }
              return;
            }
            List<Float> values = row.getList(row.fieldIndex("embedding"));
            float[] embedding = new float[values.size()];
            for (int i = 0; i < embedding.length; i++) {
              embedding[i] = values.get(i);
            }
            sink.take(index, sample, embedding);
            monitor.progress(++done[0]);
          });
    } finally {
      monitor.finished();
    }
    monitor.embedded(samples.size(), bad, 0);
  }

  /**
   * Judges videos as {@link io.dmyt.screening.VideoDetector} does, but brings back no pictures: a
   * face's {@code strongest} and {@code shots} are empty.
   *
   * @param faceModel YuNet's file, which the executors are sent; nothing for OpenCV's cascade
   * @throws IOException if the detector's or YuNet's file can't be read
   */
  public ScreenedVideos screen(
      Scoring scoring, ScreeningOptions options, Optional<Path> faceModel, List<Path> videos)
      throws IOException {
    byte[] model =
        options.findsFaces() && faceModel.isPresent()
            ? Files.readAllBytes(faceModel.get())
            : new byte[0];
    VideoWork work =
        new VideoWork(
            scoring.step("scores").shared(spark), options, DetectorStep.broadcast(model, spark));
    return new ScreenedVideos(this, new VideoTask(work), videos);
  }

  private interface Found {
    void row(Sample sample, int index, Row row) throws IOException;
  }

  private void inRounds(DetectorStep<?> step, List<? extends Sample> samples, Found found)
      throws IOException {
    UnaryOperator<Dataset<Row>> prepared = step.prepared(PATHS, spark);
    for (int from = 0; from < samples.size(); ) {
      int tasks = parallelism();
      int to = Math.min(samples.size(), from + Math.max(ROUND, ROUND_OF_TASK * tasks));
      List<Row> paths = new ArrayList<>();
      for (Sample sample : samples.subList(from, to)) {
        paths.add(RowFactory.create(path(Path.of(sample.id().source()))));
      }
      List<Row> rows = rows(prepared, paths, Math.min(paths.size(), PIECES * tasks));
      for (int i = 0; i < rows.size(); i++) {
        found.row(samples.get(from + i), from + i, rows.get(i));
      }
      from = to;
    }
  }

  private List<Row> rows(UnaryOperator<Dataset<Row>> step, List<Row> paths, int pieces) {
    Dataset<Row> files =
        spark.createDataset(context.parallelize(paths, pieces).rdd(), Encoders.row(PATHS));
    try {
      return step.apply(files).collectAsList();
    } catch (Exception e) {
      // Spark throws checked exceptions that collectAsList doesn't declare.
      throw ClusterFailure.of("looking at " + paths.size() + " files", e);
    }
  }

  /** Disconnects, unless the program had the session before. */
  @Override
  public void close() {
    if (own) {
      spark.stop();
    }
  }
}
