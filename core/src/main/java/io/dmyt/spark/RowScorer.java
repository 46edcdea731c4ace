package io.dmyt.spark;

import io.dmyt.data.VideoGrouping;
import io.dmyt.spark.ScoringOptions.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Scores a partition's rows, some hundred at a time, in their order. */
final class RowScorer implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  /** Rows that are held and decoded together: enough that a pause between two groups is nothing. */
  private static final int ROWS = 256;

  /** Bytes of encoded images that are held together. */
  private static final long BYTES = 64L << 20;

  private final ScoringOptions options;
  private final SharedDetectorFile file;

  RowScorer(SharedDetectorFile file, ScoringOptions options) {
    this.file = file;
    this.options = options;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Scored(rows);
  }

  /** The rows of the partition, scored when they are asked for. */
  private final class Scored implements Iterator<Row> {
    private final Iterator<Row> rows;
    private Iterator<Row> ready = List.<Row>of().iterator();

    Scored(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      if (!ready.hasNext() && rows.hasNext()) {
        try {
          ready = scored(group()).iterator();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return ready.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.next();
    }

    private List<Row> group() {
      List<Row> group = new ArrayList<>();
      long bytes = 0;
      while (rows.hasNext() && group.size() < ROWS && bytes < BYTES) {
        Row row = rows.next();
        group.add(row);
        byte[] content = options.columns().content(row);
        bytes += content == null ? 0 : content.length;
      }
      return group;
    }

    private List<Row> scored(List<Row> group) throws IOException {
      int threads = Math.max(1, TaskContext.get().cpus());
      List<RowSample> samples = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        String path = options.columns().path(group.get(i));
        samples.add(new RowSample(path + "#" + i, path, options.columns().content(group.get(i))));
      }
      List<Object[]> results = results(samples, threads);
      List<Row> scored = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        scored.add(joined(group.get(i), results.get(i)));
      }
      return scored;
    }

    /**
     * Borrows the detector for these images alone. A task that kept it while it reads on could wait
     * for itself: the rows may come out of another step with the same detector.
     */
    private List<Object[]> results(List<RowSample> samples, int threads) throws IOException {
      try (SharedDetectors.Lease lease = file.lease(threads)) {
        BatchScorer scorer = new BatchScorer(lease.detector(), options, threads);
        return options.output() == Output.EMBEDDING
            ? scorer.embeddings(samples)
            : scorer.scores(samples, options.output() == Output.DETAILS);
      }
    }
  }

  private Row joined(Row row, Object[] result) {
    return options
        .columns()
        .joined(
            row,
            options.videos() == VideoGrouping.NONE
                ? List.of()
                : Collections.singletonList(video(options.columns().path(row))),
            result);
  }

  /** The video that an image belongs to; null where the path can't be that of a file. */
  private @Nullable String video(String path) {
    try {
      Path frame = Path.of(path);
      return frame.getFileName() == null
          ? null
          : options.videos().group(List.of(frame)).get(0).group();
    } catch (InvalidPathException e) {
      return null;
    }
  }
}
