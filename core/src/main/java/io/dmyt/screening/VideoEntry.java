package io.dmyt.screening;

import io.dmyt.data.Split;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A video of a data set.
 *
 * @param file the video
 * @param name its path below the data set, without its ending, for folders and tables
 * @param className its class
 * @param source what it was made from: a fake and its real have the same
 * @param split where it belongs, if the data set says so
 */
public record VideoEntry(
    Path file, String name, String className, String source, Optional<Split> split) {

  VideoEntry in(Split value) {
    return new VideoEntry(file, name, className, source, Optional.of(value));
  }

  VideoEntry from(String value) {
    return new VideoEntry(file, name, className, value, split);
  }
}
