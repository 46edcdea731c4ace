package io.dmyt.spark;

import io.dmyt.data.VideoGrouping;
import io.dmyt.engine.Precision;
import io.dmyt.internal.Sha256;
import io.dmyt.internal.Text;
import io.dmyt.spark.ScoringOptions.Output;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Adds to rows of images what a detector says of them.
 *
 * <p>The images are those of Spark's {@code binaryFile} source, or files of any file system that
 * Hadoop knows, by their paths alone. Columns that are added: {@code p_fake} (0 real … 1 fake),
 * {@code verdict} ({@code fake} or {@code real}) and {@code class}, or {@code embedding}; {@code
 * video} if {@link #videos} says how frames belong together; and {@code error}, with the reason
 * where an image can't be read and the others are null. The column with the images' bytes goes; all
 * others stay, and so do the rows' number and order.
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
public final class DetectorTransformer extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  /** The most that Spark broadcasts as one array. */
  private static final int LARGEST = Integer.MAX_VALUE - 64;

  private final String uid;
  private final Param<String> detector;
  private final Param<String> output;
  private final Param<String> pathCol;
  private final Param<String> contentCol;
  private final Param<String> videos;
  private final Param<String> engine;
  private final Param<String> precision;
  private final IntParam batch;

  public DetectorTransformer() {
    this(Identifiable.randomUID("dmytDetector"));
  }

  /**
   * @param uid Spark's name of this step
   */
  public DetectorTransformer(String uid) {
    this.uid = uid;
    detector = new Param<>(this, "detector", "file of the trained detector");
    output = oneOf("output", "what is added to the rows: scores or embedding", Output.values());
    pathCol = new Param<>(this, "pathCol", "column with the images' paths");
    contentCol =
        new Param<>(
            this,
            "contentCol",
            "column with the images' bytes; where there is none, the paths are opened");
    videos = oneOf("videos", "what makes images the frames of a video", VideoGrouping.values());
    engine = new Param<>(this, "engine", "what runs the network; empty for the best one");
    precision = oneOf("precision", "of the network: f32 or bf16", Precision.values());
    batch = new IntParam(this, "batch", "images in a batch", ParamValidators.gtEq(1));
    setDefault(output, word(Output.SCORES));
    setDefault(pathCol, "path");
    setDefault(contentCol, "content");
    setDefault(videos, word(VideoGrouping.NONE));
    setDefault(engine, "");
    setDefault(precision, word(Precision.F32));
    setDefault(batch, 8);
  }

  private Param<String> oneOf(String name, String what, Enum<?>[] values) {
    String[] words = Arrays.stream(values).map(DetectorTransformer::word).toArray(String[]::new);
    return new Param<>(
        this, name, what + " (" + String.join(", ", words) + ")", ParamValidators.inArray(words));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <E extends Enum<E>> E value(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  @Override
  public String uid() {
    return uid;
  }

  // Parameters, which Spark finds by these methods.

  /** The file of the trained detector, in any file system that Hadoop knows. */
  public Param<String> detector() {
    return detector;
  }

  public DetectorTransformer setDetector(String file) {
    set(detector, file);
    return this;
  }

  /** What is added to the rows: {@code scores} (default) or {@code embedding}. */
  public Param<String> output() {
    return output;
  }

  public DetectorTransformer setOutput(String what) {
    set(output, what);
    return this;
  }

  /** The column with the images' paths, {@code path} by default. */
  public Param<String> pathCol() {
    return pathCol;
  }

  public DetectorTransformer setPathCol(String column) {
    set(pathCol, column);
    return this;
  }

  /** The column with the images' bytes, {@code content} by default; the rows may lack it. */
  public Param<String> contentCol() {
    return contentCol;
  }

  public DetectorTransformer setContentCol(String column) {
    set(contentCol, column);
    return this;
  }

  /** Frames' videos: {@code none} (default), {@code parent-folder} or {@code file-name}. */
  public Param<String> videos() {
    return videos;
  }

  public DetectorTransformer setVideos(String grouping) {
    set(videos, grouping);
    return this;
  }

  /** The engine's name, {@code onednn} or {@code dl4j}; the best one by default. */
  public Param<String> engine() {
    return engine;
  }

  public DetectorTransformer setEngine(String name) {
    set(engine, name);
    return this;
  }

  /** {@code f32} (default) or {@code bf16}. */
  public Param<String> precision() {
    return precision;
  }

  public DetectorTransformer setPrecision(String name) {
    set(precision, name);
    return this;
  }

  /** Images in a batch, 8 by default. */
  public IntParam batch() {
    return batch;
  }

  public DetectorTransformer setBatch(int images) {
    set(batch, images);
    return this;
  }

  // Work

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if no detector is given, the column with the paths lacks, or
   *     one that would be added is there already
   */
  @Override
  public StructType transformSchema(StructType schema) {
    if (!isDefined(detector)) {
      throw new IllegalArgumentException("no detector is given: call setDetector with its file");
    }
    List<String> names = List.of(schema.fieldNames());
    if (!names.contains(getOrDefault(pathCol))) {
      throw new IllegalArgumentException(
          Text.format(
              "there is no column %s with the images' paths, but %s: call setPathCol with the right one",
              getOrDefault(pathCol), String.join(", ", names)));
    }
    StructType result = new StructType();
    for (String name : names) {
      if (!name.equals(contentColumn(schema))) {
        result = result.add(schema.apply(name));
      }
    }
    if (value(VideoGrouping.class, getOrDefault(videos)) != VideoGrouping.NONE) {
      result = added(result, "video", DataTypes.StringType);
    }
    if (value(Output.class, getOrDefault(output)) == Output.SCORES) {
      result = added(result, "p_fake", DataTypes.DoubleType);
      result = added(result, "verdict", DataTypes.StringType);
      result = added(result, "class", DataTypes.StringType);
    } else {
      result = added(result, "embedding", DataTypes.createArrayType(DataTypes.FloatType, false));
    }
    return added(result, "error", DataTypes.StringType);
  }

  private static StructType added(StructType schema, String name, DataType type) {
    if (List.of(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException(
          Text.format("there is a column %s already: rename it first", name));
    }
    return schema.add(name, type, true);
  }

  /** The column with the images' bytes; empty if the rows have none. */
  private String contentColumn(StructType schema) {
    String name = getOrDefault(contentCol);
    return List.of(schema.fieldNames()).contains(name) ? name : "";
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the detector's file can't be read
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    byte[] bytes;
    try {
      bytes = read(dataset);
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
    MessageDigest digest = Sha256.begin();
    digest.update(bytes);
    ScoringOptions options =
        new ScoringOptions(
            Sha256.hex(digest),
            value(Output.class, getOrDefault(output)),
            getOrDefault(pathCol),
            contentColumn(dataset.schema()),
            (int) getOrDefault(batch),
            getOrDefault(engine),
            value(Precision.class, getOrDefault(precision)),
            value(VideoGrouping.class, getOrDefault(videos)));
    Broadcast<byte[]> file =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext()).broadcast(bytes);
    return dataset.toDF().mapPartitions(new RowScorer(options, file), Encoders.row(schema));
  }

  private byte[] read(Dataset<?> dataset) throws IOException {
    Path file = new Path(getOrDefault(detector));
    FileSystem system = file.getFileSystem(dataset.sparkSession().sessionState().newHadoopConf());
    long length = system.getFileStatus(file).getLen();
    if (length > LARGEST) {
      throw new IOException(
          file + " has " + length + " bytes, more than Spark broadcasts (" + LARGEST + ")");
    }
    try (FSDataInputStream in = system.open(file)) {
      return ((InputStream) in).readAllBytes();
    }
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
