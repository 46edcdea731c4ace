package io.dmyt.cli.command;

import io.dmyt.cli.output.DownloadLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.hub.CacheFolder;
import io.dmyt.hub.Download;
import io.dmyt.hub.DownloadException;
import io.dmyt.hub.RemoteFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * Public weights on this machine: fetched once, then kept.
 *
 * <p>{@code $DMYT_CACHE} names the folder and {@code $DMYT_MIRROR} an address that has the
 * published files under their names; the system properties {@code dmyt.cache} and {@code
 * dmyt.mirror} go before them.
 */
public final class WeightsCache {
  private static final Download.Options ONLINE =
      new Download.Options(false, 3, Duration.ofSeconds(1), Duration.ofSeconds(30));

  private final Path folder;
  private final String mirror;

  public WeightsCache() {
    String own = System.getProperty("dmyt.cache");
    folder = (own == null ? CacheFolder.get() : Path.of(own)).resolve("weights");
    mirror = System.getProperty("dmyt.mirror", System.getenv("DMYT_MIRROR"));
  }

  /** Whether a published file is here. */
  boolean has(RemoteFile published) {
    return Files.exists(folder.resolve(published.name()));
  }

  /** A published file, fetched if it is not here. */
  public Path published(RemoteFile file, boolean offline, Terminal terminal)
      throws DownloadException {
    RemoteFile source = mirror == null || mirror.isBlank() ? file : file.on(mirror);
    return fetch(source, folder, offline, terminal);
  }

  /** The file at an address; another address has another file, though its name be the same. */
  public Path at(RemoteFile file, boolean offline, Terminal terminal) throws DownloadException {
    byte[] address = file.url().toString().getBytes(StandardCharsets.UTF_8);
    Path own = folder.resolve(UUID.nameUUIDFromBytes(address).toString());
    return fetch(file, own, offline, terminal);
  }

  private static Path fetch(RemoteFile file, Path folder, boolean offline, Terminal terminal)
      throws DownloadException {
    if (!offline && Files.notExists(folder.resolve(file.name()))) {
      terminal.say("Fetching %s to %s", file.url(), folder);
    }
    try (DownloadLine progress = new DownloadLine(terminal)) {
      return new Download(ONLINE.withOffline(offline)).fetch(file, folder, progress);
    }
  }
}
