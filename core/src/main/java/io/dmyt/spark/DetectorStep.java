package io.dmyt.spark;

import io.dmyt.engine.Precision;
import io.dmyt.internal.Sha256;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * What the steps that add a detector's findings to rows have in common.
 *
 * @param <S> the step's own type, which setters return
 */
abstract class DetectorStep<S extends DetectorStep<S>> extends Transformer
    implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  /** The most that Spark broadcasts as one array. */
  private static final int LARGEST = Integer.MAX_VALUE - 64;

  private final String uid;
  private final Param<String> detector;
  private final Param<String> pathCol;
  private final Param<String> contentCol;
  private final Param<String> engine;
  private final Param<String> precision;

  DetectorStep(String uid) {
    this.uid = uid;
    detector = new Param<>(this, "detector", "file of the trained detector");
    pathCol = new Param<>(this, "pathCol", "column with the files' paths");
    contentCol =
        new Param<>(
            this,
            "contentCol",
            "column with the files' bytes; where there is none, the paths are opened");
    engine = new Param<>(this, "engine", "what runs the network; empty for the best one");
    precision = oneOf("precision", "of the network: f32 or bf16", Precision.values());
    setDefault(pathCol, "path");
    setDefault(contentCol, "content");
    setDefault(engine, "");
    setDefault(precision, word(Precision.F32));
  }

  /** This step. */
  abstract S self();

  /** The columns that are added, behind those that the rows keep. */
  abstract StructType with(StructType kept);

  /**
   * What happens to the rows of a partition.
   *
   * @param columns where paths and bytes are
   * @throws IOException if a file that it needs can't be read
   */
  abstract MapPartitionsFunction<Row, Row> function(
      SharedDetectorFile file, RowColumns columns, SparkSession spark) throws IOException;

  final Param<String> oneOf(String name, String what, Enum<?>[] values) {
    String[] words = Arrays.stream(values).map(DetectorStep::word).toArray(String[]::new);
    return new Param<>(
        this, name, what + " (" + String.join(", ", words) + ")", ParamValidators.inArray(words));
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <E extends Enum<E>> E value(Class<E> type, String word) {
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

  /**
   * Sets {@link #detector()}, which must be given.
   *
   * @param file its path or address
   */
  public S setDetector(String file) {
    set(detector, file);
    return self();
  }

  /** The column with the files' paths, {@code path} by default. */
  public Param<String> pathCol() {
    return pathCol;
  }

  /** Sets {@link #pathCol()}. */
  public S setPathCol(String column) {
    set(pathCol, column);
    return self();
  }

  /** The column with the files' bytes, {@code content} by default; the rows may lack it. */
  public Param<String> contentCol() {
    return contentCol;
  }

  /** Sets {@link #contentCol()}. */
  public S setContentCol(String column) {
    set(contentCol, column);
    return self();
  }

  /** The engine's name, {@code onednn} or {@code dl4j}; the best one by default. */
  public Param<String> engine() {
    return engine;
  }

  /**
   * Sets {@link #engine()}.
   *
   * @param name of the engine; empty for the best one of each executor
   */
  public S setEngine(String name) {
    set(engine, name);
    return self();
  }

  /** {@code f32} (default) or {@code bf16}. */
  public Param<String> precision() {
    return precision;
  }

  /**
   * Sets {@link #precision()}.
   *
   * @throws IllegalArgumentException for another name
   */
  public S setPrecision(String name) {
    set(precision, name);
    return self();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if no detector is given, the column with the paths is missing,
   *     or one that would be added is there already
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
              "column %s with the files' paths is missing; the columns are %s: call setPathCol with"
                  + " the right one",
              getOrDefault(pathCol), String.join(", ", names)));
    }
    StructType kept = new StructType();
    for (String name : names) {
      if (!name.equals(getOrDefault(contentCol))) {
        kept = kept.add(schema.apply(name));
      }
    }
    return with(kept);
  }

  static StructType added(StructType schema, String name, DataType type) {
    if (List.of(schema.fieldNames()).contains(name)) {
      throw new IllegalArgumentException(
          Text.format("there is a column %s already: rename it first", name));
    }
    return schema.add(name, type, true);
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the detector's file, or another that is needed, can't be read
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    return prepared(dataset.schema(), dataset.sparkSession()).apply(dataset.toDF());
  }

  /**
   * The step for any number of tables with the same columns, whose files are broadcast once.
   *
   * @throws UncheckedIOException as {@link #transform}
   */
  UnaryOperator<Dataset<Row>> prepared(StructType from, SparkSession spark) {
    StructType schema = transformSchema(from);
    try {
      List<String> names = List.of(from.fieldNames());
      RowColumns columns =
          new RowColumns(
              names.indexOf(getOrDefault(pathCol)), names.indexOf(getOrDefault(contentCol)));
      MapPartitionsFunction<Row, Row> function = function(shared(spark), columns, spark);
      return rows -> rows.mapPartitions(function, Encoders.row(schema));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /** Broadcasts the detector's file. */
  SharedDetectorFile shared(SparkSession spark) throws IOException {
    byte[] bytes = bytes(getOrDefault(detector), spark);
    MessageDigest digest = Sha256.begin();
    digest.update(bytes);
    return new SharedDetectorFile(
        Sha256.hex(digest),
        getOrDefault(engine),
        value(Precision.class, getOrDefault(precision)),
        broadcast(bytes, spark));
  }

  static Broadcast<byte[]> broadcast(byte[] bytes, SparkSession spark) {
    return JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(bytes);
  }

  /** A file's content, from any file system that Hadoop knows. */
  static byte[] bytes(String name, SparkSession spark) throws IOException {
    Path file = new Path(name);
    FileSystem system = file.getFileSystem(spark.sessionState().newHadoopConf());
    long length = system.getFileStatus(file).getLen();
    if (length > LARGEST) {
      throw new IOException(
          file
              + " has "
              + length
              + " bytes, more than Spark can broadcast (at most "
              + LARGEST
              + ")");
    }
    try (FSDataInputStream in = system.open(file)) {
      return ((InputStream) in).readAllBytes();
    }
  }
}
