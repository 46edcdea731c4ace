package io.dmyt;

import io.dmyt.backbone.Backbones;
import io.dmyt.hub.Download;
import io.dmyt.hub.RemoteFile;
import io.dmyt.hub.TimmCatalogue;
import io.dmyt.hub.TimmWeights;
import io.dmyt.hub.WeightsCache;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a network's initial weights come from.
 *
 * @param source {@link #AUTO}, {@link #NONE}, an address ({@code https://…}), or the path of a
 *     file: a detector, safetensors or a PyTorch file
 */
public record PretrainedWeights(String source) {
  /** The ImageNet weights that are published for the network. */
  public static final String AUTO = "auto";

  /** Random weights. */
  public static final String NONE = "none";

  /**
   * Refuses a detector in a local file whose zip is damaged or not to be trusted, by what its
   * directory shows alone: before anything is loaded. Other files pass.
   *
   * @throws IOException if it is refused
   */
  public void requireSound() throws IOException {
    boolean local = !source.equals(NONE) && !source.equals(AUTO) && !isAddress();
    if (local && DetectorFile.isOne(Path.of(source))) {
      DetectorFile.requireSound(Path.of(source));
    }
  }

  private boolean isAddress() {
    return source.matches("(?i)https?://.*");
  }

  /**
   * The file, fetched if need be.
   *
   * @param model the network's name
   * @return nothing for random weights
   * @throws IllegalArgumentException if no weights of the network are published, or the address is
   *     none that may be fetched from
   * @throws io.dmyt.hub.DownloadException if the file can't be had
   */
  public Optional<Path> file(String model, WeightsCache cache, Download.Progress progress)
      throws IOException {
    if (source.equals(NONE)) {
      return Optional.empty();
    } else if (source.equals(AUTO)) {
      RemoteFile published =
          Backbones.publishedWeights(model)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          Text.format("no weights of %s are published", model)));
      return Optional.of(cache.published(published, progress));
    } else if (isAddress()) {
      return Optional.of(cache.at(RemoteFile.of(source), progress));
    }
    return Optional.of(Path.of(source));
  }

  /**
   * What somebody who fetches a network's published weights should know, a sentence each: that the
   * licence forbids commercial use, that they were trained with another activation function.
   */
  public static List<String> notes(String model) {
    List<String> notes = new ArrayList<>();
    TimmWeights.find(model)
        .filter(weights -> TimmCatalogue.find(model).isEmpty())
        .ifPresent(
            weights -> {
              if (weights.nonCommercial()) {
                notes.add(
                    Text.format(
                        "The licence of these weights (%s) forbids commercial use",
                        weights.licence()));
              }
              TimmWeights.trainedAs(weights.name())
                  .ifPresent(
                      other ->
                          notes.add(
                              Text.format(
                                  "These weights were trained with QuickGELU, %s has GELU: %s fits"
                                      + " them better",
                                  model, other)));
            });
    return notes;
  }

  /**
   * What was loaded.
   *
   * @param origin the file and its format, for people
   * @param classifier whether the classifier's weights were taken over too
   */
  public record Loaded(String origin, boolean classifier) {}

  /** The file says that it holds another network than the detector's. */
  public static final class WrongNetworkException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    WrongNetworkException(String message) {
      super(message);
    }
  }

  /**
   * Takes over a file's weights; the classifier's too if it has as many outputs as the detector's.
   *
   * @throws WrongNetworkException if the file says that it holds another network
   * @throws IllegalArgumentException if the weights do not fit the network
   * @throws io.dmyt.checkpoint.CheckpointException if the file is damaged, or holds several
   *     networks that fit equally well
   * @throws IOException if the file can't be read
   */
  public static Loaded load(Path file, Detector detector) throws IOException {
    return load(file, detector, null);
  }

  /**
   * The same of one of several networks in the file.
   *
   * @param key which of them; null if there is one
   * @see ModelFile#open(Path, String, String)
   */
  public static Loaded load(Path file, Detector detector, @Nullable String key) throws IOException {
    String model = detector.spec().backbone();
    try (ModelFile given = ModelFile.open(file, model, key)) {
      String holds = given.backbone().orElse(model);
      if (!holds.equals(model)) {
        throw new WrongNetworkException(
            Text.format("%s holds %s, --model is %s", file, holds, model));
      }
      boolean classifier = detector.backbone().loadPretrained(given.weights());
      return new Loaded(given.weights().origin().toString(), classifier);
    }
  }
}
