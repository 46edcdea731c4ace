package io.dmyt.screening;

import io.dmyt.face.FaceCascade;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.YuNet;
import io.dmyt.hub.Download;
import io.dmyt.hub.DownloadException;
import io.dmyt.hub.FaceModel;
import io.dmyt.hub.RemoteFile;
import io.dmyt.hub.WeightsCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The face detector that is to be had. */
public final class FaceDetectors {
  private FaceDetectors() {}

  /**
   * A face detector and what is to be said of it.
   *
   * @param detector the caller closes it
   * @param model YuNet's file; nothing for the cascade
   * @param note why it is the weaker one; nothing if it isn't
   */
  public record Choice(FaceDetector detector, Optional<Path> model, Optional<String> note) {}

  /**
   * YuNet from a file, or as it is published, fetched once; where it can't be had, the cascade that
   * comes with OpenCV.
   *
   * @param model YuNet's file; nothing for the published one
   * @throws IOException if the given file isn't one
   */
  public static Choice choose(Optional<Path> model, WeightsCache cache, Download.Progress progress)
      throws IOException {
    return choose(model, FaceModel.YUNET, cache, progress);
  }

  static Choice choose(
      Optional<Path> model, RemoteFile yunet, WeightsCache cache, Download.Progress progress)
      throws IOException {
    if (model.isPresent()) {
      return new Choice(new YuNet(model.get()), model, Optional.empty());
    }
    Path fetched;
    try {
      fetched = cache.published(yunet, progress);
    } catch (DownloadException e) {
      return new Choice(
          new FaceCascade(),
          Optional.empty(),
          Optional.of(
              "faces are found by OpenCV's cascade, which misses many that YuNet would find: "
                  + e.getMessage()));
    }
    return new Choice(new YuNet(fetched), Optional.of(fetched), Optional.empty());
  }
}
