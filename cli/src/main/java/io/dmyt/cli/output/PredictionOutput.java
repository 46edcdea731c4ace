package io.dmyt.cli.output;

import io.dmyt.Prediction;
import io.dmyt.VideoVerdict;
import io.dmyt.data.BadImageException;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.Closeable;
import java.io.IOException;

/** Where predictions go, one after the other. */
public interface PredictionOutput extends Closeable {
  void image(Prediction prediction) throws IOException;

  void bad(BadImageException file) throws IOException;

  /** Called after all images. */
  void video(VideoVerdict video) throws IOException;

  /** Called for each video that was judged by the faces in it. */
  void screened(VideoResult video) throws IOException;

  /** Called for a file that is named as a video and is none. */
  void badVideo(VideoException file) throws IOException;

  /** Everything was said. Closing without it leaves no file. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;
}
