package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.Detector;
import io.dmyt.ModelFile;
import io.dmyt.backbone.Backbones;
import io.dmyt.cli.command.WeightsCache;
import io.dmyt.cli.output.Terminal;
import io.dmyt.hub.DownloadException;
import io.dmyt.hub.RemoteFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Options that say which weights to start from. */
public final class PretrainedOptions {
  static final String AUTO = "auto";
  public static final String NONE = "none";

  @Parameter(
      names = "--pretrained",
      description =
          "Where to start from: auto (the ImageNet weights that timm has for the model, fetched"
              + " once), none (random weights), or a file or https:// address of a detector,"
              + " safetensors or a PyTorch file")
  public String from = AUTO;

  @Parameter(
      names = "--offline",
      description = "Never touch the network: what would be fetched must be here already")
  boolean offline;

  /**
   * The file to start from, fetched if need be.
   *
   * @return none for random weights
   */
  public Optional<Path> file(String model, Terminal terminal) throws IOException {
    WeightsCache cache = new WeightsCache();
    try {
      if (from.equals(NONE)) {
        return Optional.empty();
      } else if (from.equals(AUTO)) {
        return Optional.of(cache.published(published(model), offline, terminal));
      } else if (from.matches("(?i)https?://.*")) {
        return Optional.of(cache.at(address(), offline, terminal));
      }
      return Optional.of(Path.of(from));
    } catch (DownloadException e) {
      throw new IOException(e.getMessage() + "; or pass --pretrained none", e);
    }
  }

  private static RemoteFile published(String model) {
    return Backbones.publishedWeights(model)
        .orElseThrow(
            () ->
                new UsageException(
                    "no weights of %s are published: pass --pretrained none, or a file"
                        .formatted(model)));
  }

  private RemoteFile address() {
    try {
      return RemoteFile.of(from);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--pretrained: " + e.getMessage());
    }
  }

  /** Takes over the file's weights; the classifier too if it has as many outputs. */
  public static void load(Path file, Detector detector, Terminal terminal) throws IOException {
    String model = detector.spec().backbone();
    try (ModelFile given = ModelFile.open(file)) {
      String holds = given.backbone().orElse(model);
      if (!holds.equals(model)) {
        throw new UsageException("%s holds %s, --model is %s".formatted(file, holds, model));
      }
      boolean classifier = detector.backbone().loadPretrained(given.weights());
      terminal.say(
          "start        %s%s", given.weights().origin(), classifier ? ", with its classifier" : "");
    }
  }
}
