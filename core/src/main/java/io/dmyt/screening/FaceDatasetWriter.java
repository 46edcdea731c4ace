package io.dmyt.screening;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.Split;
import io.dmyt.face.FaceDetector;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Csv;
import io.dmyt.internal.Json;
import io.dmyt.internal.Text;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Makes a data set of faces out of videos: {@code SPLIT/CLASS/VIDEO/FRAME.png}, each with its
 * {@link io.dmyt.data.LandmarkFile}, a table of all of them in {@code index.csv}, how they were cut
 * out in {@code faces.json}, and a few of them to look at in {@code contact.png}. A run that was
 * broken off goes on where it was.
 *
 * @param frames which frames are looked at
 * @param crop how faces are cut out
 * @param threads that work, each on a video of its own
 */
public record FaceDatasetWriter(FrameSelection frames, FaceCrop crop, int threads) {
  /** The file that says how faces were cut out. */
  public static final String CROP_FILE = "faces.json";

  /** The table of all faces. */
  public static final String INDEX = "index.csv";

  static final String CONTACT = "contact.png";

  /** Where the rows of each finished video are kept. */
  static final String DONE = ".done";

  /** Makes a face detector; each thread has its own. */
  @FunctionalInterface
  public interface Detectors {
    /** A new one, which is closed after use. */
    FaceDetector open() throws IOException;
  }

  /**
   * What it came to.
   *
   * @param faces how many pictures there are
   * @param videos how many videos have some
   * @param resumed how many videos were finished before
   * @param without the videos in which no face was found
   * @param bad files that are no videos
   */
  public record Summary(
      int faces, int videos, int resumed, List<Path> without, List<VideoException> bad) {
    public Summary {
      without = List.copyOf(without);
      bad = List.copyOf(bad);
    }
  }

  /**
   * Makes the data set.
   *
   * @param root its folder; made if missing
   * @param progress hears how many videos are done
   * @throws IOException if a file can't be written, or the folder holds faces that were cut out
   *     otherwise
   */
  public Summary write(VideoDataset dataset, Path root, Detectors detectors, IntConsumer progress)
      throws IOException {
    Files.createDirectories(root);
    claim(root);
    Path done = Files.createDirectories(root.resolve(DONE));
    AtomicInteger finished = new AtomicInteger();
    AtomicInteger resumed = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<String>> rows = new ArrayList<>();
    try {
      for (VideoEntry video : dataset.videos()) {
        rows.add(
            pool.submit(
                () -> {
                  String result = one(video, root, done, detectors, resumed);
                  progress.accept(finished.incrementAndGet());
                  return result;
                }));
      }
      return gather(dataset, rows, root, resumed);
    } finally {
      pool.shutdownNow();
    }
  }

  private void claim(Path root) throws IOException {
    Path file = root.resolve(CROP_FILE);
    String wanted =
        Json.write(
            Map.of("crop", crop, "frames", Map.of("kind", frames.kind(), "value", frames.value())));
    if (!Files.exists(file)) {
      AtomicFile.write(file, wanted);
    } else if (!Json.mapper().readTree(wanted).equals(Json.mapper().readTree(file.toFile()))) {
      throw new IOException(
          Text.format(
              "%s holds faces that were cut out differently (%s): choose another --output",
              root, file));
    }
  }

  private String one(
      VideoEntry video, Path root, Path done, Detectors detectors, AtomicInteger resumed)
      throws IOException {
    String place =
        Text.format(
            "%s/%s/%s",
            video.split().orElse(Split.TRAIN).folder(),
            video.className(),
            video.name().replace('/', '+'));
    Path mark = done.resolve(place.replace('/', '+') + ".csv");
    if (Files.exists(mark)) {
      resumed.incrementAndGet();
      return Files.readString(mark);
    }
    try (FaceDetector detector = detectors.open()) {
      String rows =
          new FaceExtractor(detector, frames, crop).extract(video, root, root.resolve(place));
      AtomicFile.write(mark, rows);
      return rows;
    }
  }

  /** The picture of a row in the index, below the root. */
  static String face(String row) {
    String end = ".png";
    String cell = row.substring(0, row.indexOf(end) + end.length());
    return cell.startsWith("\"") ? cell.substring(1).replace("\"\"", "\"") : cell;
  }

  private static Summary gather(
      VideoDataset dataset, List<Future<String>> rows, Path root, AtomicInteger resumed)
      throws IOException {
    List<VideoException> bad = new ArrayList<>();
    List<Path> without = new ArrayList<>();
    StringBuilder index = new StringBuilder(Csv.row(FaceExtractor.COLUMNS));
    Map<String, List<String>> shown = new TreeMap<>();
    int faces = 0;
    for (int i = 0; i < rows.size(); i++) {
      VideoEntry video = dataset.videos().get(i);
      try {
        String found = rows.get(i).get();
        index.append(found);
        List<String> lines = found.lines().toList();
        faces += lines.size();
        if (lines.isEmpty()) {
          without.add(video.file());
        } else {
          shown
              .computeIfAbsent(video.className(), c -> new ArrayList<>())
              .add(face(lines.get(lines.size() / 2)));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof VideoException notVideo) {
          bad.add(notVideo);
        } else if (e.getCause() instanceof IOException io) {
          throw io;
        } else {
          throw new IOException(video.file() + ": " + e.getCause(), e);
        }
      }
    }
    AtomicFile.write(root.resolve(INDEX), index.toString());
    ContactSheet.write(shown, root, root.resolve(CONTACT));
    int videos = rows.size() - without.size() - bad.size();
    return new Summary(faces, videos, resumed.get(), without, bad);
  }
}
