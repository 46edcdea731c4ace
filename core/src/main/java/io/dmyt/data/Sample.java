package io.dmyt.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A picture to look at: in a file, in memory, or a frame of a video.
 *
 * <p>Whoever works on samples opens each of them once and hands on {@link #opened}, so that
 * hashing, decoding, explaining and reporting share what was read. Samples must be safe for use by
 * several threads.
 */
public interface Sample {
  /** Its name, unlike that of any other sample in use. */
  SampleId id();

  /** What it belongs to with others that are much alike: its video; by itself its own name. */
  default String group() {
    return id().toString();
  }

  /** How many bytes will be read, if that is known beforehand. */
  default OptionalLong size() {
    return OptionalLong.empty();
  }

  /**
   * Reads it.
   *
   * @throws IOException if it can't be read
   * @throws BadImageException if it is known to be no picture
   */
  SampleContent open() throws IOException;

  /** The same sample with its content, which need not be read again. */
  default Sample opened(SampleContent content) {
    return new OpenedSample(this, content);
  }

  /** The same sample as a member of a group. */
  default Sample withGroup(String group) {
    return new GroupedSample(this, group);
  }

  /** A picture in a file, in no group. */
  static Sample of(Path file) {
    return new FileSample(file);
  }

  /**
   * A picture in memory.
   *
   * @param name what to call it, unlike any other sample
   */
  static Sample of(String name, SampleContent content) {
    return new MemorySample(SampleId.of(name), content);
  }
}
