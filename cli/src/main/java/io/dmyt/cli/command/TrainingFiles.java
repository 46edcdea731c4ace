package io.dmyt.cli.command;

import io.dmyt.Detector;
import io.dmyt.Provenance;
import io.dmyt.cli.output.Terminal;
import io.dmyt.internal.FileLinks;
import io.dmyt.training.CheckpointSaver;
import io.dmyt.training.Checkpoints;
import io.dmyt.training.EpochResult;
import io.dmyt.training.HistoryFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a training run writes: the detector, and beside it the epochs as a table and as a page.
 *
 * <p>A file of an earlier run keeps its name until this run has one to put in its place, and has
 * another name from then on: a run that fails before leaves everything as it was.
 */
final class TrainingFiles implements TrainingOutput {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path file;
  private final Path table;
  private final Terminal terminal;
  private final BackgroundPage page;
  private final Set<Path> written = new HashSet<>();

  /**
   * @param file where the detector is to be saved
   * @throws IOException if no file can be written there, which is known before hours of training
   */
  TrainingFiles(Path file, Terminal terminal) throws IOException {
    requireWritable(file);
    this.file = file;
    this.terminal = terminal;
    Path absolute = file.toAbsolutePath();
    table = absolute.resolveSibling("history.csv");
    page = new BackgroundPage(absolute.resolveSibling("history.html"));
  }

  private static void requireWritable(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Path absolute = file.toAbsolutePath();
    Path folder = Objects.requireNonNullElse(absolute.getParent(), absolute);
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    if (!Files.isDirectory(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
  }

  @Override
  public Checkpoints checkpoints() {
    return Checkpoints.NONE;
  }

  @Override
  public CheckpointSaver saver(Detector detector, Function<EpochResult, Provenance> provenance) {
    return best -> {
      detector.setProvenance(provenance.apply(best));
      replace(file, () -> detector.save(file));
    };
  }

  @Override
  public void writeHistory(List<EpochResult> epochs, Supplier<String> html) throws IOException {
    replace(table, () -> HistoryFile.write(table, epochs));
    replace(page.file(), () -> page.draw(html));
  }

  private void replace(Path target, Writer writer) throws IOException {
    Path other = written.contains(target) ? null : FileLinks.linkAside(target);
    try {
      writer.write();
    } catch (IOException | RuntimeException e) {
      if (other != null) {
        Files.deleteIfExists(other);
      }
      throw e;
    }
    written.add(target);
    if (other != null) {
      terminal.say(
          "kept         %s of an earlier run as %s", target.getFileName(), other.getFileName());
    }
  }

  /** Waits for the page, but not for ever. */
  @Override
  public void close() {
    String problem = page.finish(PATIENCE);
    if (problem != null) {
      terminal.say("%s is not up to date: %s", page.file(), problem);
    }
  }

  @FunctionalInterface
  private interface Writer {
    void write() throws IOException;
  }
}
