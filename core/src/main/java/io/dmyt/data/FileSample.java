package io.dmyt.data;

import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A picture in a file.
 *
 * @param path where it is; opened through this path itself, as names that aren't valid in the
 *     platform's encoding don't survive as text
 */
record FileSample(Path path) implements Sample {
  private static final long MAX_FILE_BYTES = 1L << 29;

  @Override
  public SampleId id() {
    return SampleId.of(path);
  }

  @Override
  public OptionalLong size() {
    try {
      return OptionalLong.of(Files.size(path));
    } catch (IOException e) {
      return OptionalLong.empty(); // Opening it says why.
    }
  }

  @Override
  public SampleContent open() {
    try {
      long size = Files.size(path);
      if (size > MAX_FILE_BYTES) {
        throw bad(
            Text.format("%d bytes; at most %d are read of one image", size, MAX_FILE_BYTES), null);
      }
      return new EncodedImage(Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      throw bad("no such file", e);
    } catch (AccessDeniedException e) {
      throw bad("no permission to read it", e);
    } catch (IOException e) {
      throw bad("can't be read: " + e.getMessage(), e);
    }
  }

  private BadImageException bad(String reason, @Nullable IOException cause) {
    return new BadImageException(id().toString(), reason, cause);
  }
}
