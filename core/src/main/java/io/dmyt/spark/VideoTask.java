package io.dmyt.spark;

import io.dmyt.video.VideoException;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;

/** Judges a video, by its path, on an executor; what comes back are {@link VideoBytes}. */
record VideoTask(VideoWork work) implements Function<String, byte[]> {
  @Override
  public byte[] call(String path) throws IOException {
    try (VideoJudge judge = new VideoJudge(work)) {
      return VideoBytes.of(judge.predict(path, null));
    } catch (VideoException e) {
      return VideoBytes.of(e);
    }
  }
}
