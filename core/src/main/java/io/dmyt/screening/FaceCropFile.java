package io.dmyt.screening;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.data.FaceCrop;
import io.dmyt.internal.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How the faces of a data set were cut out. */
public final class FaceCropFile {
  private FaceCropFile() {}

  /**
   * What {@link FaceDatasetWriter} left in a data set's folder.
   *
   * @return nothing for a data set that it didn't make
   * @throws IOException if the file is damaged
   */
  public static Optional<FaceCrop> read(Path dataset) throws IOException {
    Path file = dataset.resolve(FaceDatasetWriter.CROP_FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode crop = Json.mapper().readTree(file.toFile()).path("crop");
    try {
      return Optional.of(Json.mapper().treeToValue(crop, FaceCrop.class));
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(file + ": damaged: it doesn't say how faces were cut out", e);
    }
  }
}
