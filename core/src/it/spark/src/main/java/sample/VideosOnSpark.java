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
import io.dmyt.metric.VideoScore;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.VideoDetector;
import io.dmyt.screening.VideoResult;
import io.dmyt.spark.ScoringJob;
import io.dmyt.spark.ScreenedVideos;
import io.dmyt.spark.SparkCluster;
import io.dmyt.spark.VideoTransformer;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoException;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    VideoResult expected = judged(weights, clip, ScreeningOptions.DEFAULT);

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

    results(spark, weights, clip);
  }

  /** For a program that wants the results alone: in the videos' order, and with every number. */
  private static void results(SparkSession spark, Path weights, Path clip) throws IOException {
    List<Path> videos = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      // More than are under way at once.
      videos.addAll(List.of(clip, FOLDER.resolve("broken.mp4"), Path.of("/nowhere/c.mp4")));
    }
    SparkCluster.Scoring scoring = new SparkCluster.Scoring(weights, "", "f32", 8);
    ScreeningOptions faces =
        ScreeningOptions.DEFAULT
            .withFrames(FrameSelection.perSecond(5))
            .withScore(VideoScore.MAX)
            .withMinFrames(2);
    ScreeningOptions whole =
        ScreeningOptions.DEFAULT.withFrames(FrameSelection.every(2)).withFindsFaces(false);
    try (SparkCluster cluster = SparkCluster.connect(spark.sparkContext().master(), "sample", 0)) {
      for (ScreeningOptions options : List.of(faces, whole)) {
        VideoResult expected = judged(weights, clip, options);
        require(expected.read() == 3, "looked at " + expected.read() + " frames");
        try (ScreenedVideos screened =
            cluster.screen(scoring, options, Optional.of(MODEL), videos)) {
          for (int i = 0; i < videos.size(); i += 3) {
            same(screened.next(), expected);
            refused(screened, videos.get(i + 1), "not a video that can be read");
            refused(screened, videos.get(i + 2), "/nowhere/c.mp4 does not exist");
          }
        }
      }
    }
  }

  private static void refused(ScreenedVideos screened, Path video, String reason)
      throws IOException {
    try {
      screened.next();
    } catch (VideoException e) {
      require(e.file().equals(video.toString()), e.file() + " in the place of " + video);
      require(e.reason().contains(reason), "of " + video + ": " + e.reason());
      return;
    }
    throw new AssertionError(video + " has a result");
  }

  /** All but the pictures; scores within 1e-5, and the rest to the last bit. */
  private static void same(VideoResult found, VideoResult expected) {
    require(found.video().equals(expected.video()), found.video());
    require(found.info().equals(expected.info()), found.info() + " in the place of " + expected.info());
    require(found.damage().equals(expected.damage()), "damage " + found.damage());
    require(found.chosen() == expected.chosen() && found.read() == expected.read(), "frames");
    require(found.cuts() == expected.cuts(), found.cuts() + " cuts");
    require(found.verdict() == expected.verdict(), "verdict " + found.verdict());
    require(found.faces().size() == expected.faces().size(), found.faces().size() + " faces");
    for (int i = 0; i < found.faces().size(); i++) {
      FaceTrack face = found.faces().get(i);
      FaceTrack other = expected.faces().get(i);
      require(face.number() == other.number(), "face " + face.number());
      require(face.reason().equals(other.reason()), "reason " + face.reason());
      near(face.score().value(), other.score().value());
      near(face.score().low(), other.score().low());
      near(face.score().high(), other.score().high());
      require(face.sightings().size() == other.sightings().size(), "sightings of face " + i);
      for (int k = 0; k < face.sightings().size(); k++) {
        Sighting seen = face.sightings().get(k);
        Sighting before = other.sightings().get(k);
        require(seen.frame() == before.frame() && seen.time().equals(before.time()), "" + seen);
        require(seen.face().equals(before.face()), seen + " in the place of " + before);
        require(seen.skipped().equals(before.skipped()), "" + seen);
        near(seen.fakeProbability(), before.fakeProbability());
      }
    }
  }

  private static void near(double found, double expected) {
    require(
        Double.isNaN(expected) ? Double.isNaN(found) : Math.abs(found - expected) <= 1e-5,
        found + " in the place of " + expected);
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

  /** By a single process. */
  private static VideoResult judged(Path weights, Path clip, ScreeningOptions options)
      throws IOException {
    try (Detector detector =
            Detector.load(weights, Engines.best(ExecutionOptions.DEFAULT.withThreads(1)));
        FaceDetector faces = new YuNet(MODEL)) {
      VideoResult result = new VideoDetector(detector, faces, options).predict(clip);
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
