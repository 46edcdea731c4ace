package sample;

import static sample.OnSpark.require;
import static sample.OnSpark.url;

import io.dmyt.spark.DetectorTransformer;
import io.dmyt.spark.VideoTransformer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Files that no task may fail of: each becomes a row with its reason, beside a good one. */
final class PoisonedFiles {
  private static final Path FOLDER = Path.of("poisoned").toAbsolutePath();

  /** Where the width stands in a PNG file, and where the checksum of its first block. */
  private static final int WIDTH = 16;

  private static final int CHECKSUM = 29;

  private PoisonedFiles() {}

  static void run(SparkSession spark, Path weights, Path good) throws IOException {
    Map<String, String> reasons = new LinkedHashMap<>();
    reasons.put(url(good), "");
    write(good).forEach((name, reason) -> reasons.put(url(FOLDER.resolve(name)), reason));
    reasons.put("file:///nowhere/a.png", "does not exist");
    reasons.put(url(FOLDER), "can't be read");
    reasons.put("nofilesystem://host/a.png", "No FileSystem for scheme");
    reasons.put("", "not a path");
    reasons.put("/", "can't be read");
    reasons.put("file:///a\0b.png", "a");
    List<Row> rows = reasons.keySet().stream().map(RowFactory::create).toList();
    Dataset<Row> paths =
        spark.createDataFrame(rows, new StructType().add("path", DataTypes.StringType));
    DetectorTransformer detector = 
        new DetectorTransformer().setDetector(url(weights)).setVideos("file-name");
    for (int partitions : new int[] {1, 3}) {
      List<Row> scored = detector.transform(paths.repartition(partitions)).collectAsList();
      require(scored.size() == rows.size(), scored.size() + " rows");
      for (Row row : scored) {
        String expected = reasons.get(row.<String>getAs("path"));
        String error = row.getAs("error");
        require(
            expected.isEmpty() ? error == null : error != null && error.contains(expected),
            row.getAs("path") + ": " + error);
        require(row.isNullAt(row.fieldIndex("p_fake")) == (error != null), "a score of " + row);
      }
    }
    videos(spark, weights, paths);
  }

  /** The same for videos, by their paths and with bytes. */
  private static void videos(SparkSession spark, Path weights, Dataset<Row> paths) {
    VideoTransformer step =
        new VideoTransformer().setDetector(url(weights)).setFindFaces(false);
    Dataset<Row> files =
        paths.filter("path not like '%video%'").filter("path not like '%vast.png'");
    Dataset<Row> bytes = files.withColumn("content", functions.lit("no video").cast("binary"));
    for (Dataset<Row> videos : List.of(files, bytes)) {
      List<Row> judged = step.transform(videos).collectAsList();
      require(judged.size() == files.count(), judged.size() + " videos");
      for (Row row : judged) {
        String error = row.getAs("error");
        require(error != null && !error.isEmpty(), "of " + row.getAs("path") + ": " + error);
        require(row.isNullAt(row.fieldIndex("verdict")), "a verdict of " + row);
      }
    }
  }

  /** Names of files, and what is said of them. */
  private static Map<String, String> write(Path good) throws IOException {
    Files.createDirectories(FOLDER);
    byte[] picture = Files.readAllBytes(good);
    Map<String, String> reasons = new LinkedHashMap<>();
    Files.write(FOLDER.resolve("empty.png"), new byte[0]);
    reasons.put("empty.png", "the file is empty");
    Files.write(FOLDER.resolve("cut.png"), Arrays.copyOf(picture, picture.length / 2));
    reasons.put("cut.png", "truncated PNG");
    Files.write(FOLDER.resolve("vast.png"), vast(picture));
    reasons.put("vast.png", "pixels");
    try (RandomAccessFile large = new RandomAccessFile(FOLDER.resolve("large.png").toFile(), "rw")) {
      large.setLength(2L << 30);
    }
    reasons.put("large.png", "an eighth of the executor's heap");
    Files.writeString(FOLDER.resolve("text.png"), "no picture");
    reasons.put("text.png", "neither JPEG nor PNG");
    return reasons;
  }

  /** The picture, said to be of 60,000 by 60,000 pixels. */
  private static byte[] vast(byte[] picture) {
    ByteBuffer bytes = ByteBuffer.wrap(picture.clone());
    bytes.putInt(WIDTH, 60_000).putInt(WIDTH + 4, 60_000);
    CRC32 sum = new CRC32();
    sum.update(bytes.array(), WIDTH - 4, CHECKSUM - WIDTH + 4);
    return bytes.putInt(CHECKSUM, (int) sum.getValue()).array();
  }
}
