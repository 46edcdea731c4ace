package io.dmyt.spark;

import io.dmyt.data.EncodedImage;
import io.dmyt.data.Sample;
import io.dmyt.data.SampleContent;
import io.dmyt.data.SampleId;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/**
 * The image of a row: the bytes that the row has, or what its path leads to in any file system that
 * Hadoop knows.
 */
final class RowSample implements Sample {
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
      try (InputStream in = file.getFileSystem(SparkHadoopUtil.get().conf()).open(file)) {
        return new EncodedImage(in.readAllBytes());
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("not a path: " + e.getMessage(), e);
    }
  }
}
