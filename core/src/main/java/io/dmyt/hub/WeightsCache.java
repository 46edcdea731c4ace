package io.dmyt.hub;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Public weights on this machine: fetched once, then kept.
 *
 * @param folder where they are kept; made when something is fetched
 * @param mirror the address of a folder that has the published files under their names, to fetch
 *     from instead of their own addresses
 * @param offline whether the network must not be touched: what is not there is an error
 */
public record WeightsCache(Path folder, Optional<String> mirror, boolean offline) {
  private static final Download.Options ONLINE =
      new Download.Options(false, 3, Duration.ofSeconds(1), Duration.ofSeconds(30));

  /**
   * The cache that the environment describes: {@code $DMYT_CACHE} names the folder that holds it
   * (see {@link CacheFolder}) and {@code $DMYT_MIRROR} the mirror; the system properties {@code
   * dmyt.cache} and {@code dmyt.mirror} take precedence.
   */
  public static WeightsCache ofEnvironment() {
    String own = System.getProperty("dmyt.cache");
    Path caches = own == null ? CacheFolder.get() : Path.of(own);
    String mirror = System.getProperty("dmyt.mirror", System.getenv("DMYT_MIRROR"));
    return new WeightsCache(
        caches.resolve("weights"), Optional.ofNullable(mirror).filter(m -> !m.isBlank()), false);
  }

  /** The same cache, touching the network or not. */
  public WeightsCache withOffline(boolean value) {
    return new WeightsCache(folder, mirror, value);
  }

  /** Whether a published file is here. */
  public boolean has(RemoteFile published) {
    return Files.exists(folder.resolve(published.name()));
  }

  /**
   * A published file, fetched if it is not here.
   *
   * @throws DownloadException if it can't be had
   * @throws IllegalArgumentException if the mirror is an address that nothing may be fetched from
   */
  public Path published(RemoteFile file, Download.Progress progress) throws DownloadException {
    return fetch(mirror.map(file::on).orElse(file), folder, progress);
  }

  /**
   * The file at an address, fetched if it is not here. Files of one name at two addresses are two
   * files.
   *
   * @throws DownloadException if it can't be had
   */
  public Path at(RemoteFile file, Download.Progress progress) throws DownloadException {
    byte[] address = file.url().toString().getBytes(StandardCharsets.UTF_8);
    Path own = folder.resolve(UUID.nameUUIDFromBytes(address).toString());
    return fetch(file, own, progress);
  }

  private Path fetch(RemoteFile file, Path to, Download.Progress progress)
      throws DownloadException {
    return new Download(ONLINE.withOffline(offline)).fetch(file, to, progress);
  }
}
