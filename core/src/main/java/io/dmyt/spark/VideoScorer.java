package io.dmyt.spark;

import io.dmyt.metric.Estimate;
import io.dmyt.screening.FaceTrack;
import io.dmyt.screening.Sighting;
import io.dmyt.screening.Verdict;
import io.dmyt.screening.VideoResult;
import io.dmyt.video.VideoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/** Judges a partition's videos one after the other, in their order. */
final class VideoScorer implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final RowColumns columns;
  private final VideoWork work;

  VideoScorer(RowColumns columns, VideoWork work) {
    this.columns = columns;
    this.work = work;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    VideoJudge judge = new VideoJudge(work);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> judge.close());
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        Row row = rows.next();
        try {
          return columns.joined(row, List.of(), found(judge, row));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /** The columns that are added to a video's row. */
  private @Nullable Object[] found(VideoJudge judge, Row row) throws IOException {
    try {
      return columns(judge.predict(columns.path(row), columns.content(row)));
    } catch (VideoException e) {
      return failed(e.reason());
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
