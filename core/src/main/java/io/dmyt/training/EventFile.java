package io.dmyt.training;

import io.dmyt.internal.Text;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.tensorflow.framework.Summary;

/**
 * Writes scalars for TensorBoard: a file of records, each its length, the length's checksum, an
 * event, and that one's checksum.
 *
 * <p>Lengths are little-endian, eight bytes; checksums are CRC-32C, rotated by 15 bits to the right
 * and shifted by 0xa282ead8. A record that a crash has cut short is passed over by readers.
 */
final class EventFile implements Closeable {
  private static final int MASK = 0xa282ead8;

  // Fields of tensorflow.Event, of which ND4J brings the summary alone.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int SESSION_LOG = 7;

  /**
   * tensorflow.SessionLog with status START: what an earlier file has from this step on is void.
   */
  private static final byte[] SESSION_START = {8, 1};

  private final OutputStream out;

  /**
   * Begins a file.
   *
   * @param folder made if missing
   * @param step that the next scalars come after
   */
  EventFile(Path folder, long step) throws IOException {
    Files.createDirectories(folder);
    Instant now = Instant.now();
    Path file =
        folder.resolve(
            Text.format("events.out.tfevents.%d.%09d.dmyt", now.getEpochSecond(), now.getNano()));
    out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    record(
        event(0, FILE_VERSION, "brain.Event:2".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    if (step > 0) {
      record(event(step + 1, SESSION_LOG, SESSION_START));
    }
    out.flush();
  }

  /** Writes scalars by their names, such as {@code train/loss}; flush makes them last. */
  void write(long step, Map<String, Double> scalars) throws IOException {
    Summary.Builder summary = Summary.newBuilder();
    scalars.forEach(
        (name, value) ->
            summary.addValue(
                Summary.Value.newBuilder().setTag(name).setSimpleValue(value.floatValue())));
    record(event(step, SUMMARY, summary.build().toByteArray()));
  }

  /** Writes an epoch's scalars, but for those that do not exist. */
  void write(long step, EpochResult epoch) throws IOException {
    write(step, scalars(epoch));
  }

  private static Map<String, Double> scalars(EpochResult e) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("learning_rate", e.learningRate());
    scalars.put("train/epoch_loss", e.trainLoss());
    scalars.put("train/accuracy", e.trainAccuracy());
    scalars.put("valid/loss", e.validLoss());
    scalars.put("valid/accuracy", e.validAccuracy());
    EmbeddingMetrics embeddings = e.embeddings();
    scalars.put("train/triplets", embeddings.triplets());
    scalars.put("train/same_class_distance", embeddings.sameDistance());
    scalars.put("train/different_class_distance", embeddings.differentDistance());
    scalars.put("valid/precision_at_1", embeddings.precisionAt1());
    scalars.put("valid/map_at_r", embeddings.mapAtR());
    scalars.values().removeIf(value -> Double.isNaN(value));
    return scalars;
  }

  void flush() throws IOException {
    out.flush();
  }

  private static byte[] event(long step, int field, byte[] content) throws IOException {
    double seconds = System.currentTimeMillis() / 1000.0;
    int size =
        CodedOutputStream.computeDoubleSize(WALL_TIME, seconds)
            + CodedOutputStream.computeInt64Size(STEP, step)
            + CodedOutputStream.computeByteArraySize(field, content);
    byte[] bytes = new byte[size];
    CodedOutputStream event = CodedOutputStream.newInstance(bytes);
    event.writeDouble(WALL_TIME, seconds);
    event.writeInt64(STEP, step);
    event.writeByteArray(field, content);
    event.checkNoSpaceLeft();
    return bytes;
  }

  private void record(byte[] event) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(event.length);
    out.write(length.array());
    out.write(checksum(length.array()));
    out.write(event);
    out.write(checksum(event));
  }

  private static byte[] checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int masked = Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(masked).array();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
