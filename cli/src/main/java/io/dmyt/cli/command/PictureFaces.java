package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.cli.option.FacesMode;
import io.dmyt.cli.option.VideoOptions;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Sample;
import io.dmyt.face.FaceDetector;
import io.dmyt.screening.FaceSample;
import io.dmyt.screening.VideoDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the faces in pictures where that is asked for.
 *
 * @param finder null where pictures are scored as they are
 */
record PictureFaces(@Nullable FaceDetector finder, Detector detector) implements AutoCloseable {
  /** By itself, in pictures that are named one by one, for a detector that says how. */
  static PictureFaces of(
      FacesMode mode, List<Path> inputs, Detector detector, VideoOptions options, Terminal terminal)
      throws IOException {
    boolean crops = inputs.stream().anyMatch(Files::isDirectory);
    boolean wanted =
        mode == FacesMode.ON
            || (mode == FacesMode.AUTO
                && !crops
                && detector.spec().preprocessing().faces() != null);
    if (!wanted) {
      return new PictureFaces(null, detector);
    }
    FaceDetector finder = options.faces(terminal).detector();
    terminal.say(
        "pictures     the largest face, found by %s, cut out: %s",
        finder.name(), VideoDetector.crop(detector));
    return new PictureFaces(finder, detector);
  }

  /** The samples that are scored. */
  List<Sample> in(List<Sample> pictures) {
    FaceDetector faces = finder;
    if (faces == null) {
      return pictures;
    }
    return pictures.stream()
        .<Sample>map(p -> new FaceSample(p, faces, VideoDetector.crop(detector)))
        .toList();
  }

  @Override
  public void close() {
    if (finder != null) {
      finder.close();
    }
  }
}
