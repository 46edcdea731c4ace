package io.dmyt.screening;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.ModelFile;
import io.dmyt.PreprocessingKind;
import io.dmyt.backbone.PublishedNames;
import io.dmyt.checkpoint.Checkpoints;
import io.dmyt.data.FaceCrop;
import io.dmyt.hub.Download;
import io.dmyt.hub.PublishedDetectors;
import io.dmyt.hub.WeightsCache;
import io.dmyt.internal.Json;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A detector that others have trained and published, made one of this library's.
 *
 * <pre>{@code
 * PublishedDetector gend = PublishedDetector.find("gend-clip-l14").orElseThrow();
 * Path file = gend.fetch(WeightsCache.ofEnvironment(), Download.Progress.NONE);
 * try (Detector detector = Detector.load(file)) {
 *   …
 * }
 * }</pre>
 *
 * @param entry what is known of it
 */
public record PublishedDetector(PublishedDetectors.Entry entry) {
  private static final String FOLDER = "detectors";
  private static final String UNIT_LENGTH = "LinearNorm";
  private static final String PLAIN = "linear";
  private static final String CONFIGURATION = "config.json";
  private static final String REAL = "real";

  /** All of them. */
  public static List<PublishedDetector> all() {
    return PublishedDetectors.entries().values().stream().map(PublishedDetector::new).toList();
  }

  /** The one of that name, if there is one. */
  public static Optional<PublishedDetector> find(String name) {
    return Optional.ofNullable(PublishedDetectors.entries().get(name)).map(PublishedDetector::new);
  }

  /** Where it is kept once it has been fetched. */
  public Path cached(WeightsCache cache) {
    return cache.folder().resolveSibling(FOLDER).resolve(entry.name() + ".safetensors");
  }

  /**
   * A detector's file for this library; fetched, checked and converted if it isn't there.
   *
   * @throws io.dmyt.hub.DownloadException if the published file can't be had
   * @throws IllegalArgumentException if that isn't this detector
   */
  public Path fetch(WeightsCache cache, Download.Progress progress) throws IOException {
    Path converted = cached(cache);
    if (!Files.exists(converted)) {
      Optional<Path> configuration =
          entry.head().isPresent()
              ? Optional.empty()
              : Optional.of(cache.published(entry.configuration(), progress));
      Path published = cache.published(entry.file(), progress);
      try (ModelFile model = open(published, configuration)) {
        model.toBackbone();
        model.write(converted);
      }
    }
    return converted;
  }

  /**
   * Opens the published file, or another one of the same kind.
   *
   * @param file as its authors saved it; a {@code config.json} beside it says which head it has
   * @throws IllegalArgumentException if the configuration knows another head
   * @throws io.dmyt.checkpoint.CheckpointException if it can't be read
   */
  public ModelFile open(Path file) throws IOException {
    Path configuration = file.toAbsolutePath().resolveSibling(CONFIGURATION);
    boolean tells = !PLAIN.equals(entry.head().orElse("")) && Files.isRegularFile(configuration);
    return open(file, tells ? Optional.of(configuration) : Optional.empty());
  }

  private ModelFile open(Path file, Optional<Path> configuration) throws IOException {
    String network = network(configuration);
    PublishedNames names = PublishedNames.valueOf(entry.naming());
    return ModelFile.ofDetector(names.toTimm(Checkpoints.open(file)), spec(network));
  }

  /** The network with the head that the configuration names; GenD's own where there is none. */
  private String network(Optional<Path> configuration) throws IOException {
    if (configuration.isEmpty()) {
      return entry.network();
    }
    String head = head(configuration.get());
    return switch (head) {
      case UNIT_LENGTH -> entry.network();
      case PLAIN -> PublishedDetectors.withPlainHead(entry.network());
      default ->
          throw new IllegalArgumentException(
              Text.format(
                  "%s: expected the head %s or %s, found %s",
                  configuration.get(), UNIT_LENGTH, PLAIN, Quoted.of(head)));
    };
  }

  private static String head(Path file) throws IOException {
    try {
      return Json.mapper().readTree(file.toFile()).path("head").asText("");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(Text.format("%s: %s", file, Json.fault(e)), e);
    }
  }

  /** What it is: faces aligned as DeepfakeBench has them, real before fake. */
  private DetectorSpec spec(String network) {
    return new DetectorSpec(
        network,
        List.of(REAL, "fake"),
        REAL,
        PreprocessingKind.of(entry).withFaces(FaceCrop.aligned()),
        LossKind.CROSS_ENTROPY,
        null,
        null);
  }
}
