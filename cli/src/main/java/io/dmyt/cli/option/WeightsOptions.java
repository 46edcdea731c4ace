package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.cli.output.DownloadLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.hub.DownloadException;
import io.dmyt.hub.WeightsCache;
import io.dmyt.internal.Text;
import io.dmyt.screening.PublishedDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Options that say which detector is meant. */
public final class WeightsOptions {
  @Parameter(
      names = {"-w", "--weights"},
      required = true,
      description =
          "File of the trained detector, or the name of a published one, fetched once (dmyt"
              + " detectors lists them)")
  public Path weights;

  @Parameter(
      names = "--accept-license",
      description =
          "Fetch a published detector whose licence forbids commercial use, which you accept")
  boolean acceptLicense;

  /**
   * Puts a file in the place of a published detector's name, fetched and converted if need be.
   *
   * @param offline whether the network must not be touched
   */
  public void fetch(Terminal terminal, boolean offline) throws IOException {
    Optional<PublishedDetector> published = published(weights);
    if (published.isPresent()) {
      weights = fetch(published.get(), acceptLicense, offline, terminal);
    }
  }

  /** Whether a published detector is meant. */
  public boolean namesPublished() {
    return published(weights).isPresent();
  }

  /** The published detector of that name; a file of the same name comes first. */
  public static Optional<PublishedDetector> published(Path weights) {
    return Files.exists(weights) ? Optional.empty() : PublishedDetector.find(weights.toString());
  }

  static Path fetch(
      PublishedDetector detector, boolean accepted, boolean offline, Terminal terminal)
      throws IOException {
    String name = detector.entry().name();
    String licence = detector.entry().licence();
    WeightsCache cache = WeightsCache.ofEnvironment().withOffline(offline);
    boolean fetched = Files.exists(detector.cached(cache));
    if (detector.entry().nonCommercial() && !accepted && !fetched) {
      throw new UsageException(
          Text.format(
              "the licence of %s (%s) forbids commercial use: pass --accept-license if you accept"
                  + " it",
              name, licence));
    }
    List<String> notes =
        List.of(Text.format("%s: licence %s, %s", name, licence, detector.entry().paper()));
    try (DownloadLine progress = new DownloadLine(terminal, notes)) {
      return detector.fetch(cache, progress);
    } catch (DownloadException e) {
      throw new IOException(
          Text.format(
              "%s; or convert a file that you have: dmyt convert FILE OUT.zip --as %s",
              e.getMessage(), name),
          e);
    }
  }
}
