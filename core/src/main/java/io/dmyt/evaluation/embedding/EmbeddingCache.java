package io.dmyt.evaluation.embedding;

import static io.dmyt.internal.Checks.require;

import io.dmyt.Detector;
import io.dmyt.Version;
import io.dmyt.data.SampleContent;
import io.dmyt.engine.Engine;
import io.dmyt.internal.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embeddings that were computed before, on disk: one file per network, an embedding per image.
 *
 * <p>The network is known by the SHA-256 of its weights, its name, the preprocessing, the engine
 * and the library's version; an image by that of its file's content. So nothing that has changed is
 * ever taken from here, wherever it lies and whatever it is called.
 *
 * <p>The folder is kept below a number of bytes: what other networks left goes first, the longest
 * unused before the others, and a network whose own file is full adds no more. Removing the folder
 * costs nothing but time.
 *
 * <p>Each embedding has a checksum; one that was damaged or not written whole counts as missing. A
 * file that another process writes to is only read. What cannot be written is logged once, and no
 * more is tried. Not safe from several threads.
 */
public final class EmbeddingCache implements Closeable {
  /** How many bytes the folder may hold: 2 GiB, a quarter of a million embeddings of Xception. */
  public static final long MAX_BYTES = 2L << 30;

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddingCache.class);
  private static final String ENDING = ".embeddings";
  private static final int DIGEST_BYTES = 32;
  private static final int PARAMETERS_AT_ONCE = 1 << 20;

  private final FileChannel file;
  private final @Nullable FileLock lock;
  private final long maxBytes;
  private final ByteBuffer entry;
  private final Map<Key, Long> positions = new HashMap<>();
  private long end;
  private boolean writable;

  /** An image, by the SHA-256 of its content and what is done to it. */
  public record Key(String digest) {}

  private EmbeddingCache(FileChannel file, @Nullable FileLock lock, int features, long maxBytes)
      throws IOException {
    this.file = file;
    this.lock = lock;
    this.maxBytes = maxBytes;
    writable = lock != null;
    entry =
        ByteBuffer.allocate(DIGEST_BYTES + features * Float.BYTES + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    readIndex();
  }

  /**
   * Opens a detector's cache.
   *
   * @param folder made if missing
   * @param engine that the detector runs on
   * @throws IOException if it cannot be read
   */
  public static EmbeddingCache open(Path folder, Detector detector, Engine engine)
      throws IOException {
    return open(folder, nameOf(detector, engine), detector.backbone().embeddingSize(), MAX_BYTES);
  }

  /**
   * Opens a cache by its name.
   *
   * @param folder made if missing
   * @param name that stands for everything that embeddings depend on but the image
   * @param features the length of an embedding
   * @param maxBytes of all caches in the folder: the oldest others are deleted to make room, and
   *     this one grows no further
   * @throws IOException if it cannot be read
   */
  public static EmbeddingCache open(Path folder, String name, int features, long maxBytes)
      throws IOException {
    Files.createDirectories(folder);
    Path own = folder.resolve(name + ENDING);
    makeRoom(folder, own, maxBytes);
    FileChannel file =
        FileChannel.open(
            own, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Files.setLastModifiedTime(own, FileTime.from(Instant.now()));
      return new EmbeddingCache(file, lock(file), features, maxBytes);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // This process has it open already.
    }
  }

  private static void makeRoom(Path folder, Path own, long maxBytes) throws IOException {
    List<Path> others;
    try (Stream<Path> files = Files.list(folder)) {
      others =
          files
              .filter(f -> f.toString().endsWith(ENDING) && !f.equals(own))
              .sorted(Comparator.comparing(f -> f.toFile().lastModified()))
              .toList();
    }
    long total = own.toFile().length() + others.stream().mapToLong(f -> f.toFile().length()).sum();
    for (Path other : others) {
      if (total <= maxBytes) {
        return;
      }
      long freed = other.toFile().length();
      Files.deleteIfExists(other);
      total -= freed;
    }
  }

  /** What a network is known by. */
  private static String nameOf(Detector detector, Engine engine) {
    MessageDigest digest = Sha256.begin();
    String description =
        String.join(
            "\n",
            Version.current(),
            detector.spec().backbone(),
            detector.spec().preprocessing().toString(),
            engine.name(),
            engine.options().precision().toString());
    digest.update(description.getBytes(StandardCharsets.UTF_8));
    INDArray parameters = detector.graph().params();
    INDArray flat = parameters.reshape(parameters.length());
    ByteBuffer bytes = ByteBuffer.allocate(PARAMETERS_AT_ONCE * Float.BYTES);
    for (long from = 0; from < flat.length(); from += PARAMETERS_AT_ONCE) {
      long to = Math.min(flat.length(), from + PARAMETERS_AT_ONCE);
      float[] part = flat.get(NDArrayIndex.interval(from, to)).toFloatVector();
      bytes.clear();
      bytes.asFloatBuffer().put(part);
      digest.update(bytes.limit(part.length * Float.BYTES));
    }
    return detector.spec().backbone() + "-" + Sha256.hex(digest).substring(0, 32);
  }

  /**
   * What an image is known by.
   *
   * @param edit what is done to it before the network sees it, in words; empty for nothing
   */
  public static Key keyOf(SampleContent image, String edit) {
    MessageDigest digest = Sha256.begin();
    image.addTo(digest);
    digest.update(edit.getBytes(StandardCharsets.UTF_8));
    return new Key(Sha256.hex(digest));
  }

  /** How many embeddings there are. */
  public int size() {
    return positions.size();
  }

  private void readIndex() throws IOException {
    ByteBuffer digest = ByteBuffer.allocate(DIGEST_BYTES);
    long size = file.size();
    for (end = 0; end + entry.capacity() <= size; end += entry.capacity()) {
      read(digest.clear(), end);
      positions.put(new Key(HexFormat.of().formatHex(digest.array())), end);
    }
  }

  private void read(ByteBuffer target, long from) throws IOException {
    while (target.hasRemaining()) {
      if (file.read(target, from + target.position()) < 0) {
        throw new IOException("the cache of embeddings ends early");
      }
    }
  }

  /** The embedding of an image, [features]; nothing if it isn't there or is damaged. */
  public Optional<float[]> get(Key key) {
    Long position = positions.get(key);
    if (position == null) {
      return Optional.empty();
    }
    try {
      read(entry.clear(), position);
    } catch (IOException e) {
      giveUp(e);
      return Optional.empty();
    }
    int checked = entry.capacity() - Integer.BYTES;
    if (entry.getInt(checked) != checksum(checked)) {
      positions.remove(key);
      return Optional.empty();
    }
    float[] embedding = new float[(checked - DIGEST_BYTES) / Float.BYTES];
    entry.position(DIGEST_BYTES).asFloatBuffer().get(embedding);
    return Optional.of(embedding);
  }

  /**
   * Keeps an embedding, if there is room and nobody else writes to this cache.
   *
   * @param embedding [features]
   * @throws IllegalArgumentException if it has another length than the cache's embeddings
   */
  public void put(Key key, float[] embedding) {
    int checked = entry.capacity() - Integer.BYTES;
    require(
        embedding.length * Float.BYTES == checked - DIGEST_BYTES,
        "an embedding of %d features, the cache holds some of %d",
        embedding.length,
        (checked - DIGEST_BYTES) / Float.BYTES);
    if (!writable || positions.containsKey(key) || end + entry.capacity() > maxBytes) {
      return;
    }
    entry.clear();
    entry.put(HexFormat.of().parseHex(key.digest()));
    entry.asFloatBuffer().put(embedding);
    entry.putInt(checked, checksum(checked));
    entry.clear();
    try {
      while (entry.hasRemaining()) {
        file.write(entry, end + entry.position());
      }
    } catch (IOException e) {
      giveUp(e);
      return;
    }
    positions.put(key, end);
    end += entry.capacity();
  }

  private int checksum(int bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(entry.array(), 0, bytes);
    return (int) checksum.getValue();
  }

  private void giveUp(IOException e) {
    LOG.warn("Stopped using the cache of embeddings: {}", e.getMessage());
    writable = false;
    positions.clear();
  }

  @Override
  public void close() throws IOException {
    try (file) {
      if (lock != null) {
        lock.release();
      }
    }
  }
}
