package io.dmyt.spark;

import io.dmyt.face.FaceCascade;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.YuNet;
import io.dmyt.screening.VideoDetector;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Judges the videos of a task, one after the other. Faces are found by one detector, made for the
 * first video; the one that scores them is borrowed for each video.
 */
final class VideoJudge implements Closeable {
  private final VideoWork work;
  private @Nullable FaceDetector faces;

  VideoJudge(VideoWork work) {
    this.work = work;
  }

  /**
   * Judges a video, as {@link VideoDetector} does.
   *
   * @param content its bytes, if they are there already
   * @throws VideoException if the file is no video, or can't be had
   */
  VideoResult predict(String path, byte @Nullable [] content) throws IOException {
    if (faces == null) {
      faces = finder();
    }
    int threads = Math.max(1, TaskContext.get().cpus());
    try (LocalFile video = LocalFile.of(path, content);
        SharedDetectors.Lease lease = work.detector().lease(threads)) {
      return new VideoDetector(lease.detector(), faces, work.options()).predict(video.file());
    } catch (LocalFile.UnreadableException e) {
      throw new VideoException(path, e.reason());
    }
  }

  private FaceDetector finder() throws IOException {
    byte[] bytes = work.faceModel().value();
    if (bytes.length == 0) {
      return new FaceCascade();
    }
    Path model = Files.createTempFile("dmyt-faces-", ".onnx");
    try {
      Files.write(model, bytes);
      return new YuNet(model);
    } finally {
      Files.delete(model);
    }
  }

  @Override
  public void close() {
    if (faces != null) {
      faces.close();
    }
  }
}
