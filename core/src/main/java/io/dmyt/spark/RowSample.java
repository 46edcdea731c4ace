package io.dmyt.spark;

import io.dmyt.data.BadImageException;
import io.dmyt.data.EncodedImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleContent;
import io.dmyt.data.SampleId;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/**
 * The image of a row: the bytes that the row has, or what its path leads to in any file system that
 * Hadoop knows.
 */
final class RowSample implements Sample {
  /** No file may fill the heap, which would end the executor: at most so much of it. */
  private static final int SHARE_OF_HEAP = 8;

  private final SampleId id;
  private final String path;
  private final byte @Nullable [] content;

  /**
   * @param id unlike that of any other sample of its batch
   */
  RowSample(String id, String path, byte @Nullable [] content) {
    this.id = SampleId.of(id);
    this.path = path;
    this.content = content;
  }

  @Override
  public SampleId id() {
    return id;
  }

  @Override
  public SampleContent open() throws IOException {
    if (content != null) {
      return new EncodedImage(content);
    }
    try {
      Path file = new Path(path);
      FileSystem system = file.getFileSystem(SparkHadoopUtil.get().conf());
      long size = system.getFileStatus(file).getLen();
      long most = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
      if (size > most) {
        throw new BadImageException(
            id.toString(),
            Text.format(
                "%d bytes; at most %d are read of one image, an eighth of the executor's heap",
                size, most));
      }
      try (InputStream in = system.open(file)) {
        return new EncodedImage(in.readAllBytes());
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("not a path: " + e.getMessage(), e);
    }
  }
}
