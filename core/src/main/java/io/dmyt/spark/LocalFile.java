package io.dmyt.spark;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/**
 * A file as one of this machine, for libraries that read no others.
 *
 * @param file where it is
 * @param copied whether it is a copy, which is removed after use
 */
record LocalFile(Path file, boolean copied) implements Closeable {
  /** What a copy's name ends in too. Whatever else a name may be stays out of the copy's. */
  private static final Pattern ENDING = Pattern.compile("\\.[A-Za-z0-9]{1,8}$");

  /** Why a file can't be had, in a few words; it is that file's fault, and not the task's. */
  static final class UnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    UnreadableException(String reason, Throwable cause) {
      super(reason, cause);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /**
   * The file itself where it is local, else a copy in the temporary folder.
   *
   * @param content its bytes, if they are there already
   * @throws UnreadableException if there is no such file, or it can't be read
   */
  static LocalFile of(String path, byte @Nullable [] content) throws IOException {
    if (content != null) {
      return copy(path, to -> Files.write(to, content));
    }
    org.apache.hadoop.fs.Path source;
    try {
      source = new org.apache.hadoop.fs.Path(path);
      URI uri = source.toUri();
      if (uri.getScheme() == null || uri.getScheme().equals("file")) {
        Path local = Path.of(uri.getPath());
        if (Files.isRegularFile(local)) {
          return new LocalFile(local, false);
        }
      }
    } catch (IllegalArgumentException e) {
      throw new UnreadableException("not a path: " + e.getMessage(), e);
    }
    return copy(path, to -> fetch(source, to));
  }

  /** Writes a file's bytes. */
  private interface Source {
    void to(Path copy) throws IOException;
  }

  private static LocalFile copy(String path, Source source) throws IOException {
    Matcher ending = ENDING.matcher(path);
    Path copy = Files.createTempFile("dmyt-video-", ending.find() ? ending.group() : "");
    try {
      source.to(copy);
      return new LocalFile(copy, true);
    } catch (IOException | RuntimeException e) {
      Files.delete(copy);
      throw e;
    }
  }

  private static void fetch(org.apache.hadoop.fs.Path source, Path copy) throws IOException {
    try (InputStream in = source.getFileSystem(SparkHadoopUtil.get().conf()).open(source)) {
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UnreadableException(
          String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
  }

  @Override
  public void close() throws IOException {
    if (copied) {
      Files.delete(file);
    }
  }
}
