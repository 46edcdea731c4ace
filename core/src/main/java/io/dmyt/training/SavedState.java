package io.dmyt.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dmyt.Attachment;
import io.dmyt.Version;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import io.dmyt.internal.ZipArchive;
import io.dmyt.internal.ZipDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a run's state has beside the detector.
 *
 * @param data the training images' fingerprint
 * @param average the moving average of the parameters, if there is one
 */
record SavedState(TrainingState state, String data, @Nullable INDArray average) {
  static final String STATE = Attachment.PREFIX + "state.json";
  private static final String AVERAGE = Attachment.PREFIX + "average.bin";
  private static final int FORMAT = 1;
  private static final int LARGEST = 64 << 20;

  /** What the entry holds. */
  private record Entry(int format, String library, String data, TrainingState state) {}

  /** The entries of the detector's file that hold it. */
  Map<String, Attachment> attachments() {
    byte[] json =
        Json.write(new Entry(FORMAT, Version.current(), data, state))
            .getBytes(StandardCharsets.UTF_8);
    Map<String, Attachment> attachments = new LinkedHashMap<>();
    attachments.put(STATE, out -> out.write(json));
    INDArray parameters = average;
    if (parameters != null) {
      attachments.put(AVERAGE, out -> StateArrays.write(parameters, out));
    }
    return attachments;
  }

  /**
   * Reads it.
   *
   * @throws IOException if it can't be read, or another version has written it in another form
   */
  static SavedState read(Path file) throws IOException {
    try (ZipArchive zip = ZipArchive.open(file)) {
      ZipDirectory.Entry entry =
          Objects.requireNonNull(zip.entry(STATE), "its presence was checked");
      Entry stored = Json.mapper().readValue(zip.bytes(entry, LARGEST), Entry.class);
      if (stored.format() != FORMAT) {
        throw new IOException(
            Text.format(
                "%s was saved by version %s, whose runs this version can't go on with",
                file, stored.library()));
      }
      ZipDirectory.Entry parameters = zip.entry(AVERAGE);
      return new SavedState(
          stored.state(),
          stored.data(),
          parameters == null ? null : StateArrays.read(zip, parameters));
    } catch (JsonProcessingException e) {
      throw new IOException(Text.format("%s: %s", file, Json.fault(e)), e);
    }
  }
}
