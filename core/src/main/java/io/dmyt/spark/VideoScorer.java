package io.dmyt.spark;

import io.dmyt.face.FaceCascade;
import io.dmyt.face.FaceDetector;
import io.dmyt.face.YuNet;
import io.dmyt.metric.Estimate;
import io.dmyt.metric.VideoScore;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.ScreeningOptions;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoDetector;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** Judges a partition's videos one after the other, in their order. */
final class VideoScorer implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final SharedDetectorFile file;
  private final RowColumns columns;
  private final Options options;
  private final Broadcast<byte[]> faceModel;

  /**
   * How videos are judged.
   *
   * @param frames how frames are chosen
   * @param count how many, where that counts
   * @param score how a face's frames make its score
   * @param findsFaces whether faces are scored, or whole frames
   */
  record Options(FrameSelection.Kind frames, int count, VideoScore score, boolean findsFaces)
      implements Serializable {
    ScreeningOptions screening() {
      return ScreeningOptions.DEFAULT
          .withFrames(new FrameSelection(frames, count))
          .withScore(score)
          .withFindsFaces(findsFaces);
    }
  }

  /**
   * @param faceModel YuNet's file; empty for OpenCV's cascade
   */
  VideoScorer(
      SharedDetectorFile file, RowColumns columns, Options options, Broadcast<byte[]> faceModel) {
    this.file = file;
    this.columns = columns;
    this.options = options;
    this.faceModel = faceModel;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    Task task = new Task();
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> task.close());
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        Row row = rows.next();
        try {
          return columns.joined(
              row, List.of(), task.judged(columns.path(row), columns.content(row)));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** What a task holds while it works. */
  private final class Task {
    private SharedDetectors.@Nullable Lease lease;
    private @Nullable FaceDetector faces;

    /** The columns that are added to a video's row. */
    @Nullable Object[] judged(String path, byte @Nullable [] content) throws IOException {
      if (faces == null) {
        faces = finder();
      }
      if (lease == null) {
        lease = file.lease(Math.max(1, TaskContext.get().cpus()));
      }
      VideoDetector judge = new VideoDetector(lease.detector(), faces, options.screening());
      try (LocalFile video = LocalFile.of(path, content)) {
        return columns(judge.predict(video.file()));
      } catch (VideoException e) {
        return failed(e.reason());
      } catch (LocalFile.UnreadableException e) {
        return failed(e.reason());
      }
    }

    private FaceDetector finder() throws IOException {
      byte[] bytes = faceModel.value();
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

    void close() {
      if (faces != null) {
        faces.close();
      }
      if (lease != null) {
        lease.close();
      }
    }
  }

  private static @Nullable Object[] failed(String reason) {
    return new @Nullable Object[] {null, null, null, null, null, null, reason};
  }

  private static @Nullable Object[] columns(VideoResult result) {
    Estimate score = result.score();
    return new @Nullable Object[] {
      number(score.value()),
      number(score.low()),
      number(score.high()),
      result.verdict().label(),
      result.reason().orElse(null),
      result.faces().stream().map(VideoScorer::row).toArray(Row[]::new),
      null
    };
  }

  private static Row row(FaceTrack face) {
    List<Sighting> seen = face.sightings();
    Estimate score = face.verdict() == Verdict.NONE ? Estimate.NONE : face.score();
    return RowFactory.create(
        face.number(),
        seconds(seen.get(0)),
        seconds(seen.get(seen.size() - 1)),
        seen.size(),
        face.scored(),
        number(score.value()),
        number(score.low()),
        number(score.high()),
        face.verdict().label(),
        orNull(face.reason()));
  }

  private static double seconds(Sighting sighting) {
    return sighting.time().toNanos() / 1e9;
  }

  private static @Nullable Double number(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static @Nullable String orNull(Optional<String> text) {
    return text.orElse(null);
  }
}
