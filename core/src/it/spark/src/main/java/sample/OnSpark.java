package sample;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.Prediction;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.loss.Dummies;
import io.dmyt.spark.DetectorTransformer;
import io.dmyt.spark.ScoringJob;
import java.awt.Color;
import java.awt.Graphics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Scores a folder of images on a cluster of two workers, and holds the results to those of a single
 * process: whole, in a saved pipeline, with an executor killed in mid-job, and in two runs.
 */
public final class OnSpark {
  private static final Path FACES = Path.of("faces").toAbsolutePath();
  private static final Path WEIGHTS = Path.of("detector.zip").toAbsolutePath();
  private static final int VIDEOS = 4;
  private static final int FRAMES = 12;

  /** Minutes after which a job hangs. */
  private static final int PATIENCE = 5;

  private OnSpark() {}

  public static void main(String[] arguments) throws Exception {
    draw();
    saveUntrained();
    Map<String, Double> expected = expected();
    try (Cluster cluster = new Cluster(2)) {
      SparkSession spark =
          SparkSession.builder()
              .master(cluster.url())
              .config("spark.ui.enabled", "false")
              .config("spark.driver.host", "127.0.0.1")
              .config("spark.executor.memory", "600m")
              .config(
                  "spark.executor.extraJavaOptions",
                  "-Dorg.bytedeco.javacpp.maxbytes=2g -Dorg.bytedeco.javacpp.maxphysicalbytes=0")
              .config("spark.sql.shuffle.partitions", "4")
              .getOrCreate();
      Dataset<Row> images =
          spark.read().format("binaryFile").option("recursiveFileLookup", "true").load(url(FACES));
      pipeline(images, expected);
      partitions(images, expected);
      embeddings(images);
      twice(images);
      refusals(images);
      PoisonedFiles.run(spark, WEIGHTS, FACES.resolve(name(0, 0)));
      VideosOnSpark.run(spark, WEIGHTS);
      job(spark, images, cluster, expected);
      TrainingOnSpark.run(spark, cluster);
      spark.stop();
    }
    // ND4J leaves threads behind that are no daemons.
    System.exit(0);
  }

  /** The README's example: scored in a pipeline that was saved and loaded, grouped by video. */
  private static void pipeline(Dataset<Row> images, Map<String, Double> expected)
      throws IOException {
    DetectorTransformer detector =
        new DetectorTransformer().setDetector(url(WEIGHTS)).setVideos("parent-folder");
    new Pipeline().setStages(new PipelineStage[] {detector}).write().overwrite().save("pipeline");

    Dataset<Row> scored = Pipeline.load("pipeline").fit(images).transform(images);
    Dataset<Row> videos =
        scored.groupBy("video").agg(functions.avg("p_fake").as("p_fake"), functions.count("*"));

    requireEqual(expected, scored);
    List<Row> rows = videos.collectAsList();
    require(rows.size() == VIDEOS + 1, rows.size() + " videos");
    Row broken = scored.filter("path like '%broken%'").first();
    require(broken.isNullAt(broken.fieldIndex("p_fake")), "a broken image has a score");
    require(
        !broken.getString(broken.fieldIndex("error")).isEmpty(), "a broken image has no reason");
  }

  private static void partitions(Dataset<Row> images, Map<String, Double> expected) {
    DetectorTransformer detector = new DetectorTransformer().setDetector(url(WEIGHTS)).setBatch(3);
    for (int partitions : new int[] {1, 5}) {
      requireEqual(expected, detector.transform(images.repartition(partitions)));
    }
  }

  private static void embeddings(Dataset<Row> images) throws IOException {
    Row row =
        new DetectorTransformer()
            .setDetector(url(WEIGHTS))
            .setOutput("embedding")
            .transform(images.filter("path like '%video1/3.png'"))
            .first();
    List<Float> embedding = row.getList(row.fieldIndex("embedding"));
    require(embedding.size() == 1024, embedding.size() + " numbers");
    double sum = 0;
    for (float value : embedding) {
      require(!Float.isNaN(value), "an embedding is not a number");
      sum += Math.abs(value);
    }
    require(sum > 0, "an embedding is 0");
  }

  /**
   * Two steps in a row with the same detector. DL4J's own layers serve one task at a time, which must
   * not wait for itself.
   */
  static void twice(Dataset<Row> images) throws Exception {
    DetectorTransformer scores =
        new DetectorTransformer().setDetector(url(WEIGHTS)).setEngine("dl4j");
    DetectorTransformer embeddings =
        new DetectorTransformer()
            .setDetector(url(WEIGHTS))
            .setEngine("dl4j")
            .setOutput("embedding");
    Dataset<Row> few = images.filter("path like '%video1%'").coalesce(1);
    Dataset<Row> both = embeddings.transform(scores.transform(few).drop("error"));
    List<Row> rows =
        CompletableFuture.supplyAsync(both::collectAsList).get(PATIENCE, TimeUnit.MINUTES);
    require(rows.size() == FRAMES, rows.size() + " rows");
    for (Row row : rows) {
      require(!row.isNullAt(row.fieldIndex("p_fake")), "no score in " + row);
      require(!row.isNullAt(row.fieldIndex("embedding")), "no embedding in " + row);
    }
  }

  private static void refusals(Dataset<Row> images) {
    refused(new DetectorTransformer(), images, "no detector is given: call setDetector");
    DetectorTransformer detector = new DetectorTransformer().setDetector(url(WEIGHTS));
    refused(detector, images.drop("path"), "column path with the files' paths is missing");
    refused(
        detector, images.withColumn("p_fake", functions.lit(0)), "there is a column p_fake already");
    refused(
        new DetectorTransformer().setDetector(url(Path.of("missing.zip").toAbsolutePath())),
        images,
        "missing.zip does not exist");
  }

  private static void refused(DetectorTransformer detector, Dataset<Row> images, String message) {
    try {
      detector.transform(images);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      require(e.getMessage().contains(message), "the message is " + e.getMessage());
      return;
    }
    throw new AssertionError("nothing says that " + message);
  }

  /** First some images, then all of them while an executor dies, then all of them again. */
  private static void job(
      SparkSession spark, Dataset<Row> images, Cluster cluster, Map<String, Double> expected)
      throws IOException {
    DetectorTransformer detector = new DetectorTransformer().setDetector(url(WEIGHTS)).setBatch(4);
    ScoringJob job = new ScoringJob(detector, 15);
    String folder = url(Path.of("scores").toAbsolutePath());
    Dataset<Row> paths = images.select("path");
    ScoringJob.Summary first = job.run(paths.filter("path like '%video0%'"), folder);
    require(first.equals(new ScoringJob.Summary(0, FRAMES)), "the first run did " + first);

    AtomicBoolean killed = new AtomicBoolean();
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onTaskEnd(SparkListenerTaskEnd end) {
                if (killed.compareAndSet(false, true)) {
                  cluster.killAnExecutor();
                }
              }
            });
    ScoringJob.Summary second = job.run(paths, folder);
    require(killed.get(), "no executor was killed");
    require(
        second.equals(new ScoringJob.Summary(FRAMES, expected.size() - FRAMES)),
        "the second run did " + second);
    requireEqual(expected, spark.read().parquet(folder));
    ScoringJob.Summary third = job.run(paths, folder);
    require(third.equals(new ScoringJob.Summary(expected.size(), 0)), "the third did " + third);
  }

  /** The same images with the same P(fake), and none where it can't be read. */
  private static void requireEqual(Map<String, Double> expected, Dataset<Row> scored) {
    Map<String, Double> actual = new TreeMap<>();
    List<Row> rows = scored.select("path", "p_fake").collectAsList();
    for (Row row : rows) {
      String name = FACES.relativize(Path.of(URI.create(row.getString(0)).getPath())).toString();
      actual.put(name, row.isNullAt(1) ? -1 : row.getDouble(1));
    }
    require(rows.size() == expected.size(), rows.size() + " rows");
    require(actual.keySet().equals(expected.keySet()), "other images: " + actual.keySet());
    actual.forEach(
        (name, value) ->
            require(
                Math.abs(value - expected.get(name)) <= 1e-5,
                name + ": " + value + " in the place of " + expected.get(name)));
  }

  /** By a single process, one image after the other; -1 where there is none. */
  private static Map<String, Double> expected() throws IOException {
    Map<String, Double> expected = new HashMap<>();
    try (Detector detector =
        Detector.load(WEIGHTS, Engines.best(ExecutionOptions.DEFAULT.withThreads(1)))) {
      for (int video = 0; video < VIDEOS; video++) {
        for (int frame = 0; frame < FRAMES; frame++) {
          String name = name(video, frame);
          Prediction p = detector.predict(List.of(FACES.resolve(name))).get(0);
          expected.put(name, p.fakeProbability());
        }
      }
    }
    require(expected.values().stream().distinct().count() > FRAMES, "all images score the same");
    expected.put("broken.png", -1.0);
    return new TreeMap<>(expected);
  }

  private static String name(int video, int frame) {
    return "video" + video + "/" + frame + ".png";
  }

  static void draw() throws IOException {
    Random random = new Random(1);
    for (int video = 0; video < VIDEOS; video++) {
      Files.createDirectories(FACES.resolve("video" + video));
      for (int frame = 0; frame < FRAMES; frame++) {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics graphics = image.getGraphics();
        for (int i = 0; i < 20; i++) {
          graphics.setColor(new Color(random.nextInt(1 << 24)));
          graphics.fillOval(random.nextInt(64), random.nextInt(64), 30, 30);
        }
        graphics.dispose();
        ImageIO.write(image, "png", FACES.resolve(name(video, frame)).toFile());
      }
    }
    Files.writeString(FACES.resolve("broken.png"), "no picture");
  }

  static void saveUntrained() throws IOException {
    List<String> classes = List.of("fake", "real");
    try (Detector detector =
        Detector.create(
            new DetectorSpec(
                "mobilenetv3_small_100",
                classes,
                "real",
                Preprocessing.imageNet(64),
                LossKind.DMYT,
                Dummies.of(classes, 1024),
                null),
            1)) {
      detector.save(WEIGHTS);
    }
  }

  static String url(Path file) {
    return file.toUri().toString();
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
