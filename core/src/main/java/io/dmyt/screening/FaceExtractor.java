package io.dmyt.screening;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.LandmarkFile;
import io.dmyt.data.RgbImage;
import io.dmyt.face.Face;
import io.dmyt.face.FaceCropper;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.Point;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Csv;
import io.dmyt.internal.Pictures;
import io.dmyt.internal.Text;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoFrame;
import io.dmyt.video.VideoReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Cuts one person's face out of a video's frames: the one who takes the most room, summed over the
 * frames. Not thread-safe.
 *
 * @param frames which frames are looked at
 * @param crop how the face is cut out
 */
record FaceExtractor(FaceDetector faces, FrameSelection frames, FaceCrop crop) {
  /** The columns of a row. */
  static final List<String> COLUMNS =
      List.of(
          "file",
          "video",
          "class",
          "split",
          "source",
          "frame",
          "time",
          "x",
          "y",
          "width",
          "height",
          "landmarks",
          "track",
          "score");

  /**
   * Writes a PNG for each frame in which the person is seen, and where the face lies in it. Until
   * it is known who that is, every person's faces lie in a folder beside, so that no number of
   * frames fills the memory.
   *
   * @param root of the data set
   * @param folder of this video, below the root
   * @return a row of the index for each
   */
  String extract(VideoEntry video, Path root, Path folder) throws IOException {
    Map<Integer, Double> room = new HashMap<>();
    Map<Integer, StringBuilder> rows = new HashMap<>();
    Path drafts = folder.resolveSibling("." + folder.getFileName() + ".part");
    Tracker tracker = new Tracker();
    Cuts shots = new Cuts();
    clear(drafts);
    try (VideoReader reader = VideoReader.open(video.file(), frames)) {
      for (Optional<VideoFrame> f = reader.next(); f.isPresent(); f = reader.next()) {
        VideoFrame frame = f.get();
        List<Face> found = faces.detect(frame.image());
        int[] numbers = tracker.next(found, shots.isCut(frame.image()));
        for (int i = 0; i < numbers.length; i++) {
          Face face = found.get(i);
          String name = Text.format("%06d.png", frame.index());
          RgbImage cut = FaceCropper.crop(frame.image(), face, crop);
          Path draft = Files.createDirectories(drafts.resolve("" + numbers[i])).resolve(name);
          try (OutputStream out = Files.newOutputStream(draft)) {
            Pictures.writePng(cut.toBufferedImage(), out);
          }
          Files.writeString(LandmarkFile.of(draft), landmarks(frame.image(), face));
          room.merge(numbers[i], face.box().width() * face.box().height(), Double::sum);
          rows.computeIfAbsent(numbers[i], n -> new StringBuilder())
              .append(row(video, frame, face, numbers[i], root.relativize(folder.resolve(name))));
        }
      }
      Optional<Integer> chosen =
          room.entrySet().stream()
              .max(Comparator.comparingDouble(Map.Entry::getValue))
              .map(Map.Entry::getKey);
      if (chosen.isEmpty()) {
        return "";
      }
      clear(folder);
      AtomicFile.moveFolder(drafts.resolve("" + chosen.get()), folder);
      return String.valueOf(rows.get(chosen.get()));
    } finally {
      clear(drafts);
    }
  }

  /** The five points as they lie in the crop. */
  private String landmarks(RgbImage image, Face face) {
    return LandmarkFile.content(
        FaceCropper.landmarks(image, face, crop).stream()
            .map(p -> new double[] {p.x(), p.y()})
            .toArray(double[][]::new));
  }

  /** Removes a folder that a broken-off run may have left. */
  private static void clear(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> below = Files.walk(folder)) {
        for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static String row(VideoEntry video, VideoFrame frame, Face face, int track, Path file) {
    StringBuilder landmarks = new StringBuilder();
    for (Point p : face.landmarks()) {
      landmarks.append(Text.format("%s%.2f %.2f", landmarks.isEmpty() ? "" : " ", p.x(), p.y()));
    }
    return Csv.row(
        file.toString().replace('\\', '/'),
        video.file(),
        video.className(),
        video.split().orElseThrow().folder(),
        video.source(),
        frame.index(),
        frame.time().toNanos() / 1e9,
        Text.format("%.2f", face.box().x()),
        Text.format("%.2f", face.box().y()),
        Text.format("%.2f", face.box().width()),
        Text.format("%.2f", face.box().height()),
        landmarks,
        track + 1,
        Text.format("%.4f", face.score()));
  }
}
