package io.dmyt.data;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * What names a sample in every output, and tells it from the others.
 *
 * @param source the path of the picture or of the video, or whatever else a sample's owner calls it
 * @param time of a video's frame, from the video's start; nothing of a picture
 */
public record SampleId(String source, Optional<Duration> time) {

  /** Stands for bytes that are no characters. */
  private static final char REPLACEMENT = '\uFFFD';

  public SampleId {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(time, "time");
  }

  /** Names a picture. */
  public static SampleId of(String source) {
    return new SampleId(source, Optional.empty());
  }

  /**
   * Names the picture in a file by its path. A name on the way with bytes that are no characters in
   * the file system's encoding is percent-encoded, so that two files never have the same id.
   */
  public static SampleId of(Path file) {
    if (file.toString().indexOf(REPLACEMENT) < 0) {
      return of(file.toString());
    }
    String root = file.getRoot() == null ? "" : file.getRoot().toString();
    StringJoiner path = new StringJoiner(file.getFileSystem().getSeparator(), root, "");
    file.forEach(name -> path.add(readable(name)));
    return of(path.toString());
  }

  /** Names a frame of a video. */
  public static SampleId frame(String video, Duration time) {
    return new SampleId(video, Optional.of(time));
  }

  /** Java replaces such bytes by one and the same character; only the URI still has them. */
  private static String readable(Path name) {
    String text = name.toString();
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    String uri = name.toAbsolutePath().toUri().getRawPath().replaceFirst("/$", "");
    return uri.substring(uri.lastIndexOf('/') + 1);
  }

  /** The name as it is below a folder; unchanged where it is not below it. */
  public String below(Path folder) {
    String name = toString();
    String prefix = of(folder).source() + folder.getFileSystem().getSeparator();
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  /** The source; of a frame with its time in seconds, as a media fragment: {@code a.mp4#t=3.04}. */
  @Override
  public String toString() {
    return time.map(
            t ->
                source
                    + "#t="
                    + BigDecimal.valueOf(t.toNanos(), 9).stripTrailingZeros().toPlainString())
        .orElse(source);
  }
}
