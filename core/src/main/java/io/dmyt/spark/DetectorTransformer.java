package io.dmyt.spark;

import io.dmyt.data.VideoGrouping;
import io.dmyt.spark.ScoringOptions.Output;
import org.apache.spark.api.java.function.MapPartitionsFunction;
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
import org.apache.spark.sql.types.StructType;

/**
 * Adds to rows of images what a detector says of them.
 *
 * <p>The images are those of Spark's {@code binaryFile} source, or files of any file system that
 * Hadoop knows, by their paths alone. Columns that are added: {@code p_fake} (0 real … 1 fake),
 * {@code verdict} ({@code fake} or {@code real}) and {@code class}, with {@code details} also
 * {@code probabilities} of all classes and {@code distances} to the rule's references; or {@code
 * embedding}; {@code video} if {@link #videos} says how frames belong together; and {@code error},
 * with the reason where an image can't be read and the others are null. The column with the images'
 * bytes goes; all others stay, and so do the rows' number and order.
 *
 * <p>The detector's file is broadcast. An executor loads it once, its tasks share the parameters,
 * and each computes with as many threads as {@code spark.task.cpus} gives it.
 *
 * <pre>{@code
 * Dataset<Row> images = spark.read().format("binaryFile").load("hdfs:///faces/*.jpg");
 * new DetectorTransformer().setDetector("hdfs:///detector.zip").transform(images)
 *     .write().parquet("hdfs:///verdicts");
 * }</pre>
 */
public final class DetectorTransformer extends DetectorStep<DetectorTransformer> {
  private static final long serialVersionUID = 1L;

  private final Param<String> output;
  private final Param<String> videos;
  private final IntParam batch;

  /** A step with a name that Spark draws. */
  public DetectorTransformer() {
    this(Identifiable.randomUID("dmytDetector"));
  }

  /**
   * @param uid Spark's name of this step
   */
  public DetectorTransformer(String uid) {
    super(uid);
    output = oneOf("output", "what is added to the rows", Output.values());
    videos = oneOf("videos", "what makes images the frames of a video", VideoGrouping.values());
    batch = new IntParam(this, "batch", "images in a batch", ParamValidators.gtEq(1));
    setDefault(output, word(Output.SCORES));
    setDefault(videos, word(VideoGrouping.NONE));
    setDefault(batch, 8);
  }

  @Override
  DetectorTransformer self() {
    return this;
  }

  // Parameters, which Spark finds by these methods.

  /** What is added to the rows: {@code scores} (default), {@code details} or {@code embedding}. */
  public Param<String> output() {
    return output;
  }

  /**
   * Sets {@link #output()}.
   *
   * @throws IllegalArgumentException for another word
   */
  public DetectorTransformer setOutput(String what) {
    set(output, what);
    return this;
  }

  /** Frames' videos: {@code none} (default), {@code parent-folder} or {@code file-name}. */
  public Param<String> videos() {
    return videos;
  }

  /**
   * Sets {@link #videos()}.
   *
   * @throws IllegalArgumentException for another word
   */
  public DetectorTransformer setVideos(String grouping) {
    set(videos, grouping);
    return this;
  }

  /** Images in a batch, 8 by default. */
  public IntParam batch() {
    return batch;
  }

  /**
   * Sets {@link #batch()}.
   *
   * @throws IllegalArgumentException below 1
   */
  public DetectorTransformer setBatch(int images) {
    set(batch, images);
    return this;
  }

  // Work

  @Override
  StructType with(StructType kept) {
    StructType result = kept;
    if (grouping() != VideoGrouping.NONE) {
      result = added(result, "video", DataTypes.StringType);
    }
    Output what = value(Output.class, getOrDefault(output));
    if (what == Output.EMBEDDING) {
      result = added(result, "embedding", DataTypes.createArrayType(DataTypes.FloatType, false));
    } else {
      result = added(result, "p_fake", DataTypes.DoubleType);
      result = added(result, "verdict", DataTypes.StringType);
      result = added(result, "class", DataTypes.StringType);
    }
    if (what == Output.DETAILS) {
      result =
          added(result, "probabilities", DataTypes.createArrayType(DataTypes.DoubleType, false));
      result = added(result, "distances", DataTypes.createArrayType(DataTypes.DoubleType, false));
    }
    return added(result, "error", DataTypes.StringType);
  }

  private VideoGrouping grouping() {
    return value(VideoGrouping.class, getOrDefault(videos));
  }

  @Override
  MapPartitionsFunction<Row, Row> function(
      SharedDetectorFile file, RowColumns columns, SparkSession spark) {
    return new RowScorer(
        file,
        new ScoringOptions(
            value(Output.class, getOrDefault(output)),
            columns,
            (int) getOrDefault(batch),
            grouping()));
  }

  @Override
  public DetectorTransformer copy(ParamMap extra) {
    return (DetectorTransformer) defaultCopy(extra);
  }

  /** Reads what {@link #write} wrote; {@code Pipeline.load} finds it by its name. */
  public static MLReader<DetectorTransformer> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a step that was saved alone. */
  public static DetectorTransformer load(String path) {
    return read().load(path);
  }
}
