package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.Detector;
import io.dmyt.PretrainedWeights;
import io.dmyt.cli.output.DownloadLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.hub.DownloadException;
import io.dmyt.hub.WeightsCache;
import io.dmyt.screening.PublishedDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Options that say which weights to start from. */
public final class PretrainedOptions {
  @Parameter(
      names = "--pretrained",
      description =
          "Weights to start from: auto (the ImageNet weights that timm has for the model,"
              + " fetched once), none (random weights), a published detector's name (dmyt detectors),"
              + " or a file or https:// address of a detector, safetensors or a PyTorch file")
  public String from = PretrainedWeights.AUTO;

  @Parameter(
      names = "--key",
      description =
          "Which network to take if the file of --pretrained holds several: its key, such as"
              + " student, or the prefix of its parameters' names")
  @Nullable String key;

  @Parameter(
      names = "--offline",
      description = "Never use the network: all weights must be in the cache already")
  boolean offline;

  @Parameter(
      names = "--accept-license",
      description =
          "Fetch a published detector whose licence forbids commercial use, which you accept")
  boolean acceptLicense;

  /** Refuses a damaged detector before anything is loaded. */
  public void requireSound() throws IOException {
    new PretrainedWeights(from).requireSound();
  }

  /**
   * The file to start from, fetched if need be.
   *
   * @return none for random weights
   */
  public Optional<Path> file(String model, Terminal terminal) throws IOException {
    Optional<PublishedDetector> published =
        from.contains(":") ? Optional.empty() : WeightsOptions.published(Path.of(from));
    if (published.isPresent()) {
      return Optional.of(WeightsOptions.fetch(published.get(), acceptLicense, offline, terminal));
    }
    WeightsCache cache = WeightsCache.ofEnvironment().withOffline(offline);
    List<String> notes =
        from.equals(PretrainedWeights.AUTO) ? PretrainedWeights.notes(model) : List.of();
    try (DownloadLine progress = new DownloadLine(terminal, notes)) {
      return new PretrainedWeights(from).file(model, cache, progress);
    } catch (DownloadException e) {
      throw new IOException(e.getMessage() + "; or pass --pretrained none", e);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          from.equals(PretrainedWeights.AUTO)
              ? e.getMessage() + ": pass --pretrained none, or a file"
              : "--pretrained: " + e.getMessage());
    }
  }

  /** Takes over the file's weights; the classifier too if it has as many outputs. */
  public void load(Path file, Detector detector, Terminal terminal) throws IOException {
    try {
      PretrainedWeights.Loaded loaded = PretrainedWeights.load(file, detector, key);
      terminal.say(
          "start        %s%s", loaded.origin(), loaded.classifier() ? ", with its classifier" : "");
    } catch (PretrainedWeights.WrongNetworkException e) {
      throw new UsageException(e.getMessage());
    }
  }
}
