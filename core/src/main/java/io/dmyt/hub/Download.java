package io.dmyt.hub;

import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Quoted;
import io.dmyt.internal.Reason;
import io.dmyt.internal.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches files over HTTPS into a folder, each once.
 *
 * <p>A file arrives under another name, {@code NAME.part}, and is moved to its own when its size
 * and SHA-256 are right, so that what stands in the folder is whole. What was received before a
 * connection broke is kept, also for the next process, and completed if the server still has the
 * same version (HTTP's {@code Range} with {@code If-Range}). Failures that may pass are retried
 * with growing pauses. Redirects are followed, though never away from HTTPS. The proxy is the
 * environment's, or else Java's. Thread-safe; of two that fetch the same file at once, the second
 * is refused.
 */
public final class Download {
  private static final Logger LOG = LoggerFactory.getLogger(Download.class);

  private static final int REDIRECTS = 5;
  private static final int BUFFER = 1 << 16;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final Set<Integer> REDIRECTED = Set.of(301, 302, 303, 307, 308);
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18})");
  private static final int LONGEST_VALIDATOR = 500;

  private final Options options;
  private final HttpClient client;

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
    /** Checks the values. */
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

  /** A failure that another attempt may not meet. */
  private static final class PassingException extends IOException {
    private static final long serialVersionUID = 1;

    PassingException(String message) {
      super(message);
    }
  }

  /** Fetches with these options, through the proxy that the environment or Java names. */
  public Download(Options options) {
    this(options, new EnvironmentProxies(System::getenv, ProxySelector.getDefault()));
  }

  Download(Options options, ProxySelector proxies) {
    this.options = options;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(options.stall())
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies)
            .build();
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
            "%s is there, but %d bytes long, expected %d; remove it"
                .formatted(target, Files.size(target), remote.size().getAsLong()));
      }
      if (options.offline()) {
        throw new IOException("it is not there, and offline the network is not touched");
      }
      progress.started(remote, folder);
      Files.createDirectories(folder);
      fetchLocked(remote, target, progress);
      return target;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(remote, target, "interrupted", e);
    } catch (IOException | IllegalArgumentException e) {
      throw failure(remote, target, reason(e), e);
    }
  }

  private static DownloadException failure(
      RemoteFile remote, Path target, String why, Exception cause) {
    return new DownloadException(
        "cannot fetch %s: %s; or put the file from %s at %s"
            .formatted(remote.name(), Quoted.line(why), Quoted.line("" + remote.url()), target),
        cause);
  }

  private static String reason(Exception e) {
    if (e instanceof HttpTimeoutException) {
      return "no answer in time";
    }
    if (e instanceof FileSystemException file) {
      return Reason.withFile(file);
    }
    boolean plain = e.getClass() == IOException.class || e instanceof PassingException;
    String message = e.getMessage();
    boolean ours = plain || e instanceof IllegalArgumentException;
    return message != null && ours ? message : e.toString();
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
      receiveWithRetries(remote, channel, validator, progress);
      verify(remote, channel, validator);
      channel.force(true);
      // Under the lock, or another download might open the part and empty what becomes the target.
      AtomicFile.replace(part, target);
      Files.deleteIfExists(validator);
    }
  }

  private void receiveWithRetries(
      RemoteFile remote, FileChannel part, Path validator, Progress progress)
      throws IOException, InterruptedException {
    Duration pause = options.pause();
    int failures = 0;
    while (true) {
      long before = part.size();
      try {
        receive(remote, part, validator, progress);
        return;
      } catch (IOException e) {
        boolean passing = e instanceof PassingException || e.getClass() != IOException.class;
        if (part.size() > before) {
          failures = 0;
          pause = options.pause();
        }
        if (!passing || ++failures >= options.attempts()) {
          throw e;
        }
        LOG.info("{}: {}; trying again in {} ms", remote.name(), reason(e), pause.toMillis());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        pause = pause.multipliedBy(2);
      }
    }
  }

  /** One attempt: asks for what is missing, appends it. */
  private void receive(RemoteFile remote, FileChannel part, Path validator, Progress progress)
      throws IOException, InterruptedException {
    Optional<String> tag = readTag(validator);
    long have = tag.isPresent() ? part.size() : 0;
    HttpResponse<InputStream> response = request(remote.url(), have, tag);
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      long start = 0;
      OptionalLong size = response.headers().firstValueAsLong("content-length");
      if (status == PARTIAL && have > 0) {
        Matcher range =
            CONTENT_RANGE.matcher(response.headers().firstValue("content-range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != have) {
          forget(part, validator);
          throw new PassingException("the server sent another range than asked for");
        }
        start = have;
        size = OptionalLong.of(Long.parseLong(range.group(2)));
      } else if (status == RANGE_NOT_SATISFIABLE && have > 0) {
        forget(part, validator);
        throw new PassingException("the server has no more than what is here already");
      } else if (PASSING.contains(status)) {
        throw new PassingException("HTTP status " + status);
      } else if (status != OK) {
        throw new IOException("HTTP status " + status);
      }
      if (remote.size().isPresent()) {
        if (size.isPresent() && size.getAsLong() != remote.size().getAsLong()) {
          forget(part, validator);
          throw new IOException(
              "the server has %d bytes, expected %d"
                  .formatted(size.getAsLong(), remote.size().getAsLong()));
        }
        size = remote.size();
      }
      if (start == 0) {
        part.truncate(0);
        writeTag(validator, response);
      }
      copy(remote.name(), body, part, start, size, progress);
    }
  }

  private HttpResponse<InputStream> request(URI first, long have, Optional<String> tag)
      throws IOException, InterruptedException {
    URI url = first;
    for (int i = 0; i <= REDIRECTS; i++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(url)
              .timeout(options.stall())
              .header("Accept-Encoding", "identity");
      if (have > 0) {
        request.header("Range", "bytes=" + have + "-").header("If-Range", tag.orElseThrow());
      }
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (!REDIRECTED.contains(response.statusCode())) {
        return response;
      }
      response.body().close();
      String location = response.headers().firstValue("location").orElse("");
      URI next;
      try {
        next = url.resolve(location);
        RemoteFile.requireSecure(next);
      } catch (IllegalArgumentException e) {
        throw new IOException("refused a redirect: " + e.getMessage(), e);
      }
      if (location.isEmpty()
          || ("https".equalsIgnoreCase(url.getScheme()) && !"https".equals(next.getScheme()))) {
        throw new IOException("refused a redirect to " + Quoted.of(location));
      }
      url = next;
    }
    throw new IOException("more than " + REDIRECTS + " redirects");
  }

  private void copy(
      String name,
      InputStream body,
      FileChannel part,
      long start,
      OptionalLong size,
      Progress progress)
      throws IOException, InterruptedException {
    ExecutorService reader =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "download " + name);
              thread.setDaemon(true);
              return thread;
            });
    try {
      byte[] buffer = new byte[BUFFER];
      long at = start;
      progress.received(name, at, size);
      for (int n = read(reader, body, buffer); n >= 0; n = read(reader, body, buffer)) {
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
            "the connection ended after %d of %d bytes".formatted(at, size.getAsLong()));
      }
    } finally {
      reader.shutdownNow();
    }
  }

  /** A read that gives up: HttpClient's own timeout ends with the headers. */
  private int read(ExecutorService reader, InputStream body, byte[] buffer)
      throws IOException, InterruptedException {
    Future<Integer> read = reader.submit(() -> body.read(buffer));
    try {
      return read.get(options.stall().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new PassingException("no byte for " + options.stall().toSeconds() + " s");
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new PassingException("the connection broke: " + cause.getMessage());
    }
  }

  private static void forget(FileChannel part, Path validator) throws IOException {
    part.truncate(0);
    Files.deleteIfExists(validator);
  }

  private static Optional<String> readTag(Path validator) throws IOException {
    if (!Files.exists(validator) || Files.size(validator) > LONGEST_VALIDATOR) {
      return Optional.empty();
    }
    String tag = new String(Files.readAllBytes(validator), StandardCharsets.ISO_8859_1).strip();
    return tag.isEmpty() || tag.chars().anyMatch(Character::isISOControl)
        ? Optional.empty()
        : Optional.of(tag);
  }

  /** Keeps what tells this version from others: a strong ETag, else the date. */
  private static void writeTag(Path validator, HttpResponse<?> response) throws IOException {
    Optional<String> tag =
        response
            .headers()
            .firstValue("etag")
            .filter(etag -> !etag.startsWith("W/"))
            .or(() -> response.headers().firstValue("last-modified"))
            .filter(text -> text.length() <= LONGEST_VALIDATOR);
    if (tag.isPresent()) {
      Files.writeString(validator, tag.get(), StandardCharsets.ISO_8859_1);
    } else {
      Files.deleteIfExists(validator);
    }
  }

  private static void verify(RemoteFile remote, FileChannel part, Path validator)
      throws IOException {
    if (remote.sha256().isEmpty()) {
      return;
    }
    String expected = remote.sha256().get();
    String found = sha256(part);
    if (!found.startsWith(expected)) {
      forget(part, validator);
      throw new IOException(
          "its SHA-256 begins with %s, expected %s"
              .formatted(found.substring(0, expected.length()), expected));
    }
  }

  private static String sha256(FileChannel file) throws IOException {
    MessageDigest digest = Sha256.begin();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = 0; file.read(buffer, at) >= 0; buffer.clear()) {
      at += buffer.position();
      digest.update(buffer.flip());
    }
    return Sha256.hex(digest);
  }
}
