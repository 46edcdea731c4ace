package sample;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.substring_index;
import static sample.OnSpark.require;
import static sample.OnSpark.url;

import io.dmyt.Detector;
import io.dmyt.data.ImageDecoder;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.RgbImage;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.YuNet;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.screening.VideoDetector;
import io.dmyt.screening.VideoResult;
import io.dmyt.spark.ScoringJob;
import io.dmyt.spark.VideoTransformer;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Judges videos on the cluster as a single process does: by their paths, and with their bytes. */
final class VideosOnSpark {
  private static final Path FOLDER = Path.of("videos").toAbsolutePath();
  private static final Path FACES = Path.of(System.getProperty("faces"));
  private static final Path MODEL = FACES.resolve("yunet.onnx");

  private VideosOnSpark() {}

  static void run(SparkSession spark, Path weights) throws IOException {
    Path clip = FOLDER.resolve("a face.mp4");
    film(clip);
    Files.writeString(FOLDER.resolve("broken.mp4"), "no video");
    VideoResult expected = expected(weights, clip);

    Dataset<Row> files = spark.read().format("binaryFile").load(url(FOLDER));
    VideoTransformer step =
        new VideoTransformer().setDetector(url(weights)).setFaceModel(url(MODEL));
    check(step.transform(files).collectAsList(), expected);
    check(step.transform(files.select("path").repartition(2)).collectAsList(), expected);

    // In a job, saved and loaded, with a video that isn't there.
    step.write().overwrite().save("video-step");
    Dataset<Row> paths =
        files.select("path").union(files.selectExpr("'file:///nowhere/c.mp4' as path").limit(1));
    String folder = url(Path.of("video-scores").toAbsolutePath());
    ScoringJob.Summary summary =
        new ScoringJob(VideoTransformer.load("video-step"), 2).run(paths, folder);
    require(summary.equals(new ScoringJob.Summary(0, 3)), "the job did " + summary);
    List<Row> written =
        spark.read().parquet(folder).orderBy(substring_index(col("path"), "/", -1)).collectAsList();
    check(written.subList(0, 2), expected);
    String missing = written.get(2).getAs("error");
    require(missing.contains("/nowhere/c.mp4 does not exist"), "of a missing video: " + missing);
  }

  private static void check(List<Row> unordered, VideoResult expected) {
    List<Row> rows =
        unordered.stream().sorted((a, b) -> path(a).compareTo(path(b))).toList();
    require(rows.size() == 2, rows.size() + " videos");
    Row judged = rows.get(0);
    require(judged.isNullAt(judged.fieldIndex("error")), path(judged) + ": " + judged.getAs("error"));
    require(judged.isNullAt(judged.fieldIndex("reason")), "no verdict: " + judged.getAs("reason"));
    double p = judged.<Double>getAs("p_fake");
    require(
        Math.abs(p - expected.score().value()) <= 1e-5,
        "P(fake) " + p + " in the place of " + expected.score());
    require(
        judged.getAs("verdict").equals(expected.verdict().label()), judged.getAs("verdict"));
    List<Row> faces = judged.getList(judged.fieldIndex("faces"));
    require(faces.size() == 1, faces.size() + " faces");
    require(faces.get(0).<Integer>getAs("scored") == expected.faces().get(0).scored(), "frames");
    require(Math.abs(faces.get(0).<Double>getAs("p_fake") - p) == 0, "the face has another score");
    Row broken = rows.get(1);
    require(broken.isNullAt(broken.fieldIndex("verdict")), "a broken video has a verdict");
    require(!broken.<String>getAs("error").isEmpty(), "a broken video has no reason");
  }

  private static String path(Row row) {
    return row.getAs("path");
  }

  private static VideoResult expected(Path weights, Path clip) throws IOException {
    try (Detector detector =
            Detector.load(weights, Engines.best(ExecutionOptions.DEFAULT.withThreads(1)));
        FaceDetector faces = new YuNet(MODEL)) {
      VideoResult result =
          new VideoDetector(detector, faces, ScreeningOptions.DEFAULT).predict(clip);
      require(result.faces().size() == 1, "found " + result.faces().size() + " faces");
      return result;
    }
  }

  private static void film(Path file) throws IOException {
    Files.createDirectories(FOLDER);
    RgbImage frame;
    try (ImageDecoder decoder = new ImageDecoder(Preprocessing.imageNet(64))) {
      frame = decoder.rgb(FACES.resolve("astronaut.jpg"));
    }
    try (VideoWriter writer =
        new VideoWriter(file, frame.width(), frame.height(), VideoFormat.of(file))) {
      for (int i = 0; i < 6; i++) {
        writer.write(frame, Duration.ofMillis(100L * i));
      }
      writer.finish();
    }
  }
}
