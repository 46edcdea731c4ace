package io.dmyt.hub;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches files over HTTPS into a folder, each once.
 *
 * <p>A file arrives under another name, {@code NAME.part}, and is moved to its own when its size
 * and SHA-256, known or announced by the server, are right, so that what stands in the folder is
 * whole. What was received before a connection broke is kept, also for the next process, and
 * completed if the server still has the same version (HTTP's {@code Range} with {@code If-Range}).
 * Failures that may pass are retried with growing pauses. Redirects are followed, though never away
 * from HTTPS. The proxy is the environment's, or else Java's. Thread-safe; of two that fetch the
 * same file at once, the second is refused.
 */
public final class Download {
  private static final Logger LOG = LoggerFactory.getLogger(Download.class);

  private static final int BUFFER = 1 << 16;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18})");

  private final Options options;
  private final SecureRequests requests;

  /**
   * How files are fetched.
   *
   * @param offline whether the network must not be touched
   * @param attempts how often in a row a passing failure may happen, 1 or more; an attempt that
   *     received something new counts as the first
   * @param pause before the second attempt; doubles with each
   * @param stall how long to wait for a connection, an answer, or the next bytes, more than 0
   */
  public record Options(boolean offline, int attempts, Duration pause, Duration stall) {
    /**
     * @throws IllegalArgumentException if a value is out of range
     */
    public Options {
      if (attempts < 1) {
        throw new IllegalArgumentException("attempts must be 1 or more, found " + attempts);
      }
      if (pause.isNegative()) {
        throw new IllegalArgumentException("pause must not be negative, found " + pause);
      }
      if (stall.isNegative() || stall.isZero()) {
        throw new IllegalArgumentException("stall must be more than 0, found " + stall);
      }
    }

    /** Online, 5 attempts, pauses from 1 s, 30 s without a byte taken for a failure. */
    public static Options defaults() {
      return new Options(false, 5, Duration.ofSeconds(1), Duration.ofSeconds(30));
    }

    /** The same, but never touching the network. */
    public Options withOffline(boolean offline) {
      return new Options(offline, attempts, pause, stall);
    }
  }

  /** Hears of received bytes, on the fetching thread. */
  @FunctionalInterface
  public interface Progress {
    /** Says nothing. */
    Progress NONE = (name, received, size) -> {};

    /**
     * Called before the network is touched for a file that is not there.
     *
     * @param folder where it goes
     */
    default void started(RemoteFile remote, Path folder) {}

    /**
     * Called when a transfer begins, after each 64 kB or so, and at its end.
     *
     * @param name the file's
     * @param received bytes so far, those of earlier attempts included
     * @param size in bytes, if known
     */
    void received(String name, long received, OptionalLong size);
  }

  /** Fetches with these options, through the proxy that the environment or Java names. */
  public Download(Options options) {
    this(options, new EnvironmentProxies(System::getenv, ProxySelector.getDefault()));
  }

  Download(Options options, ProxySelector proxies) {
    this.options = options;
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.stall())
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies)
            .build();
    requests = new SecureRequests(client, options.stall());
  }

  /**
   * The file in the folder, fetched if it is not there yet.
   *
   * @return its path, {@code folder/remote.name}
   * @throws DownloadException if it cannot be had
   */
  public Path fetch(RemoteFile remote, Path folder, Progress progress) throws DownloadException {
    Path target = folder.resolve(remote.name());
    try {
      if (Files.exists(target)) {
        if (remote.size().isEmpty() || Files.size(target) == remote.size().getAsLong()) {
          return target;
        }
        throw new IOException(
            Text.format(
                "%s is there, but %d bytes long, expected %d; remove it",
                target, Files.size(target), remote.size().getAsLong()));
      }
      if (options.offline()) {
        throw new IOException("it is not there, and nothing is downloaded offline");
      }
      progress.started(remote, folder);
      Files.createDirectories(folder);
      fetchLocked(remote, target, progress);
      return target;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DownloadException(remote, target, "interrupted", e);
    } catch (IOException | IllegalArgumentException e) {
      throw new DownloadException(remote, target, DownloadException.reason(e), e);
    }
  }

  private void fetchLocked(RemoteFile remote, Path target, Progress progress)
      throws IOException, InterruptedException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Path validator = target.resolveSibling(target.getFileName() + ".part.tag");
    try (FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      @Nullable FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        throw new IOException("another download of it is under way");
      }
      if (Files.exists(target)) {
        // Another download finished between the look and the lock.
        Files.deleteIfExists(part);
        return;
      }
      PartialFile received = new PartialFile(channel, validator);
      Optional<String> announced = receiveWithRetries(remote, received, progress);
      received.verify(remote.sha256().or(() -> announced));
      channel.force(true);
      // Under the lock, or another download might open the part and empty what becomes the target.
      AtomicFile.replace(part, target);
      Files.deleteIfExists(validator);
    }
  }

  /** Returns what SHA-256 the server announced, if it did. */
  private Optional<String> receiveWithRetries(
      RemoteFile remote, PartialFile part, Progress progress)
      throws IOException, InterruptedException {
    Duration pause = options.pause();
    int failures = 0;
    while (true) {
      long before = part.channel().size();
      try {
        return receive(remote, part, progress);
      } catch (IOException e) {
        boolean passing = e instanceof PassingException || e.getClass() != IOException.class;
        if (part.channel().size() > before) {
          failures = 0;
          pause = options.pause();
        }
        if (!passing || ++failures >= options.attempts()) {
          throw e;
        }
        LOG.info(
            "{}: {}; trying again in {} ms",
            remote.name(),
            DownloadException.reason(e),
            pause.toMillis());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        pause = pause.multipliedBy(2);
      }
    }
  }

  /** One attempt: asks for what is missing, appends it. */
  private Optional<String> receive(RemoteFile remote, PartialFile part, Progress progress)
      throws IOException, InterruptedException {
    Optional<String> tag = part.tag();
    long have = tag.isPresent() ? part.channel().size() : 0;
    SecureRequests.Answer answer = requests.get(remote.url(), have, tag);
    HttpResponse<InputStream> response = answer.response();
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      long start = 0;
      OptionalLong size = response.headers().firstValueAsLong("content-length");
      if (status == PARTIAL && have > 0) {
        Matcher range =
            CONTENT_RANGE.matcher(response.headers().firstValue("content-range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != have) {
          part.forget();
          throw new PassingException("the server sent another range than asked for");
        }
        start = have;
        size = OptionalLong.of(Long.parseLong(range.group(2)));
      } else if (status == RANGE_NOT_SATISFIABLE && have > 0) {
        part.forget();
        throw new PassingException("the server has no more than what is here already");
      } else if (PASSING.contains(status)) {
        throw new PassingException("HTTP status " + status);
      } else if (status != OK) {
        throw new IOException("HTTP status " + status);
      }
      if (remote.size().isPresent()) {
        if (size.isPresent() && size.getAsLong() != remote.size().getAsLong()) {
          part.forget();
          throw new IOException(
              Text.format(
                  "the server has %d bytes, expected %d",
                  size.getAsLong(), remote.size().getAsLong()));
        }
        size = remote.size();
      }
      if (start == 0) {
        part.begin(response);
      }
      copy(remote.name(), body, part.channel(), start, size, progress);
      return answer.sha256();
    }
  }

  private void copy(
      String name,
      InputStream body,
      FileChannel part,
      long start,
      OptionalLong size,
      Progress progress)
      throws IOException, InterruptedException {
    try (TimedReader reader = new TimedReader(name, body, options.stall())) {
      byte[] buffer = new byte[BUFFER];
      long at = start;
      progress.received(name, at, size);
      for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
        if (size.isPresent() && n > size.getAsLong() - at) {
          part.truncate(0);
          throw new IOException("the server sent more than " + size.getAsLong() + " bytes");
        }
        ByteBuffer received = ByteBuffer.wrap(buffer, 0, n);
        while (received.hasRemaining()) {
          at += part.write(received, at);
        }
        progress.received(name, at, size);
      }
      if (size.isPresent() && at < size.getAsLong()) {
        throw new PassingException(
            Text.format("the connection ended after %d of %d bytes", at, size.getAsLong()));
      }
    }
  }
}
