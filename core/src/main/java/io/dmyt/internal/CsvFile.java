package io.dmyt.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A CSV file that is written row by row, in UTF-8; it is there once it is committed. */
public final class CsvFile implements Closeable {
  private final AtomicFile.Draft draft;

  /** Begins the file; makes missing folders. */
  public CsvFile(Path file) throws IOException {
    draft = new AtomicFile.Draft(file);
  }

  /** Writes a row. */
  public void row(Object... values) throws IOException {
    row(Arrays.asList(values));
  }

  /** Writes a row. */
  public void row(List<?> values) throws IOException {
    draft.out().write(Csv.row(values).getBytes(StandardCharsets.UTF_8));
  }

  /** Writes rows that are CSV already, with the ends of their lines. */
  public void rows(String csv) throws IOException {
    draft.out().write(csv.getBytes(StandardCharsets.UTF_8));
  }

  /** The file is complete: it takes its place. */
  public void commit() throws IOException {
    draft.commit();
  }

  /** Leaves nothing of what was not committed. */
  @Override
  public void close() throws IOException {
    draft.close();
  }
}
