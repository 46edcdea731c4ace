package io.dmyt.spark;

import io.dmyt.hub.Download;
import io.dmyt.hub.DownloadException;
import io.dmyt.hub.FaceModel;
import io.dmyt.hub.WeightsCache;
import io.dmyt.metric.VideoScore;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.video.FrameSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to rows of videos what a detector says of the faces in them, as {@link
 * io.dmyt.screening.VideoDetector} does.
 *
 * <p>A video is named by its path in any file system that Hadoop knows, or comes with its bytes, as
 * from Spark's {@code binaryFile} source. FFmpeg reads files: what lies elsewhere is copied to the
 * executor's temporary folder while it is looked at. Columns that are added:
 *
 * <ul>
 *   <li>{@code p_fake} (0 real … 1 fake), {@code low} and {@code high}: the score and its interval
 *   <li>{@code verdict}: {@code fake}, {@code real} or {@code none}; {@code reason}: why none
 *   <li>{@code faces}: for each face {@code face} (from 1), {@code from} and {@code to} in seconds,
 *       {@code seen} and {@code scored} in so many frames, {@code p_fake}, {@code low}, {@code
 *       high}, {@code verdict}, {@code reason}
 *   <li>{@code error}: why the file can't be read as a video; the others are null then
 * </ul>
 *
 * <p>All other columns stay but the one with the bytes, and so do the rows' number and order. The
 * detector is shared as by {@link DetectorTransformer}.
 */
public final class VideoTransformer extends DetectorStep<VideoTransformer> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(VideoTransformer.class);

  private final IntParam frames;
  private final Param<String> videoScore;
  private final BooleanParam findFaces;
  private final Param<String> faceModel;

  /** A step with a name that Spark draws. */
  public VideoTransformer() {
    this(Identifiable.randomUID("dmytVideos"));
  }

  /**
   * @param uid Spark's name of this step
   */
  public VideoTransformer(String uid) {
    super(uid);
    frames =
        new IntParam(
            this, "frames", "frames to look at, evenly spaced; 0 for all", ParamValidators.gtEq(0));
    videoScore = oneOf("videoScore", "how a face's frames make its score", VideoScore.values());
    findFaces = new BooleanParam(this, "findFaces", "whether to score faces, or whole frames");
    faceModel =
        new Param<>(this, "faceModel", "YuNet's file; empty for the published one, fetched once");
    setDefault(frames, (int) ScreeningOptions.DEFAULT.frames().value());
    setDefault(videoScore, word(VideoScore.MEAN));
    setDefault(findFaces, true);
    setDefault(faceModel, "");
  }

  @Override
  VideoTransformer self() {
    return this;
  }

  // Parameters, which Spark finds by these methods.

  /** How many frames of a video are looked at, evenly spaced; 0 for all. 32 by default. */
  public IntParam frames() {
    return frames;
  }

  /**
   * Sets {@link #frames()}.
   *
   * @throws IllegalArgumentException below 0
   */
  public VideoTransformer setFrames(int count) {
    set(frames, count);
    return this;
  }

  /** {@code mean} (default), {@code median}, {@code max} or {@code top-k}. */
  public Param<String> videoScore() {
    return videoScore;
  }

  /**
   * Sets {@link #videoScore()}.
   *
   * @throws IllegalArgumentException for another word
   */
  public VideoTransformer setVideoScore(String name) {
    set(videoScore, name);
    return this;
  }

  /** Whether faces are found and scored (default), or whole frames. */
  public BooleanParam findFaces() {
    return findFaces;
  }

  /** Sets {@link #findFaces()}. */
  public VideoTransformer setFindFaces(boolean find) {
    set(findFaces, find);
    return this;
  }

  /**
   * The file of the face detector YuNet, in any file system that Hadoop knows. Where none is given
   * the driver takes the published one, fetched once; where it can't be had, OpenCV's cascade finds
   * the faces, which is said in the log.
   */
  public Param<String> faceModel() {
    return faceModel;
  }

  /**
   * Sets {@link #faceModel()}.
   *
   * @param file its path or address; empty for the published one
   */
  public VideoTransformer setFaceModel(String file) {
    set(faceModel, file);
    return this;
  }

  // Work

  @Override
  StructType with(StructType kept) {
    StructType face =
        new StructType()
            .add("face", DataTypes.IntegerType, false)
            .add("from", DataTypes.DoubleType, false)
            .add("to", DataTypes.DoubleType, false)
            .add("seen", DataTypes.IntegerType, false)
            .add("scored", DataTypes.IntegerType, false);
    StructType found = kept;
    for (StructField field : verdict()) {
      found = added(found, field.name(), field.dataType());
      face = face.add(field);
    }
    found = added(found, "faces", DataTypes.createArrayType(face, false));
    return added(found, "error", DataTypes.StringType);
  }

  /** What is said of a face and of a video. */
  private static List<StructField> verdict() {
    return List.of(
        DataTypes.createStructField("p_fake", DataTypes.DoubleType, true),
        DataTypes.createStructField("low", DataTypes.DoubleType, true),
        DataTypes.createStructField("high", DataTypes.DoubleType, true),
        DataTypes.createStructField("verdict", DataTypes.StringType, true),
        DataTypes.createStructField("reason", DataTypes.StringType, true));
  }

  @Override
  MapPartitionsFunction<Row, Row> function(
      SharedDetectorFile file, RowColumns columns, SparkSession spark) throws IOException {
    int count = (int) getOrDefault(frames);
    ScreeningOptions options =
        ScreeningOptions.DEFAULT
            .withFrames(count == 0 ? FrameSelection.all() : FrameSelection.evenly(count))
            .withScore(value(VideoScore.class, getOrDefault(videoScore)))
            .withFindsFaces((boolean) getOrDefault(findFaces));
    return new VideoScorer(columns, new VideoWork(file, options, broadcast(model(spark), spark)));
  }

  /** The face detector's file; empty for OpenCV's cascade. */
  private byte[] model(SparkSession spark) throws IOException {
    if (!(boolean) getOrDefault(findFaces)) {
      return new byte[0];
    }
    String given = getOrDefault(faceModel);
    if (!given.isEmpty()) {
      return bytes(given, spark);
    }
    try {
      return Files.readAllBytes(
          WeightsCache.ofEnvironment().published(FaceModel.YUNET, Download.Progress.NONE));
    } catch (DownloadException e) {
      LOG.warn(
          "faces are found by OpenCV's cascade, which misses many that YuNet would find: {}",
          e.getMessage());
      return new byte[0];
    }
  }

  @Override
  public VideoTransformer copy(ParamMap extra) {
    return (VideoTransformer) defaultCopy(extra);
  }

  /** Reads what {@link #write} wrote; {@code Pipeline.load} finds it by its name. */
  public static MLReader<VideoTransformer> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a step that was saved alone. */
  public static VideoTransformer load(String path) {
    return read().load(path);
  }
}
