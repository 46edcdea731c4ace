package io.dmyt.training;

import io.dmyt.Detector;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Reason;
import io.dmyt.internal.Text;
import io.dmyt.internal.Yaml;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A training run in a folder of its own, which survives a crash at any moment.
 *
 * <ul>
 *   <li>{@code config.yaml}: the options it was begun with
 *   <li>{@code last.zip}: the newest state, a detector with all that is needed to go on; {@code
 *       previous.zip}: the one before, for the case that a disk damages the newest
 *   <li>{@code best.zip}: the best epoch's detector, and {@code epoch-NNN.zip} the others to keep
 *   <li>{@code history.csv}: the epochs; {@code events}: losses and more for TensorBoard
 *   <li>{@code lock}: held by the process that trains
 * </ul>
 *
 * <p>To be used by one thread.
 */
public final class TrainingRun implements Checkpoints, CheckpointSaver, AutoCloseable {
  private static final String CONFIG = "config.yaml";

  private final RunFolder folder;
  private final Path path;
  private final Map<String, Object> options;
  private final boolean isNew;
  private final @Nullable String recovered;
  private TrainingState state = TrainingState.START;
  private @Nullable INDArray average;
  private @Nullable String data;
  private @Nullable Detector detector;
  private @Nullable EventFile events;
  private RunKeeping keeping = RunKeeping.DEFAULT;
  private BooleanSupplier stop = () -> false;
  private long saved = System.nanoTime();
  private int epochsWritten;

  private TrainingRun(
      Path path,
      RunFolder folder,
      Map<String, Object> options,
      boolean isNew,
      @Nullable String recovered) {
    this.path = path;
    this.isNew = isNew;
    this.folder = folder;
    this.options = options;
    this.recovered = recovered;
  }

  /** Whether a folder holds a run, begun at least. */
  public static boolean isOne(Path folder) {
    return Files.exists(folder.resolve(CONFIG));
  }

  /**
   * Begins a run.
   *
   * @param path made if missing
   * @param options to be kept: names and plain values
   * @throws IOException if the folder holds anything already, or can't be written to
   */
  public static TrainingRun create(Path path, Map<String, ?> options) throws IOException {
    if (isOne(path)) {
      throw new IOException(
          Text.format(
              "%s holds a run already: go on with --resume %1$s, or choose another --output",
              path));
    }
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.anyMatch(f -> !f.getFileName().toString().equals("lock"))) {
          throw new IOException(
              Text.format("%s holds other files already: choose another --output", path));
        }
      }
    }
    Files.createDirectories(path);
    RunFolder folder = new RunFolder(path);
    try {
      AtomicFile.write(folder.file(CONFIG), Yaml.write(options));
      return new TrainingRun(path, folder, Map.copyOf(options), true, null);
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /**
   * Opens a run to go on with it.
   *
   * @throws IOException if there is none, another process works on it, or its states are damaged
   */
  public static TrainingRun resume(Path path) throws IOException {
    Map<String, Object> options = options(path);
    RunFolder folder = new RunFolder(path);
    try {
      TrainingRun run = new TrainingRun(path, folder, options, false, folder.recover());
      if (Files.exists(folder.last())) {
        SavedState saved = SavedState.read(folder.last());
        run.state = saved.state();
        run.data = saved.data();
        run.average = saved.average();
      }
      return run;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /**
   * The options that a run was begun with.
   *
   * @throws IOException if there is no run
   */
  public static Map<String, Object> options(Path path) throws IOException {
    if (!isOne(path)) {
      throw new IOException(Text.format("%s is not a run's folder: it has no %s", path, CONFIG));
    }
    return Yaml.read(path.resolve(CONFIG));
  }

  /** The run's folder. */
  public Path folder() {
    return path;
  }

  /** The options that it was begun with, by name. */
  public Map<String, Object> options() {
    return options;
  }

  /** That the newest state was damaged, and what came of it. */
  public Optional<String> recovered() {
    return Optional.ofNullable(recovered);
  }

  /** The detector to go on with; nothing before the first state was saved. */
  public Optional<Path> checkpoint() {
    return Files.exists(folder.last()) ? Optional.of(folder.last()) : Optional.empty();
  }

  /** The best detector so far, if an epoch is done. */
  public Path best() {
    return folder.best();
  }

  /** What to keep, and how often to save. */
  public void keep(RunKeeping value) {
    keeping = value;
  }

  /** Asked after each step whether to save and stop. */
  public void stopWhen(BooleanSupplier asked) {
    stop = asked;
  }

  /**
   * To be called before training.
   *
   * @param trained its weights are saved
   * @param fingerprint of the training images
   * @param now the options to go on with, which may be others than the run was begun with
   * @throws IOException if the run was begun with other images, or the folder can't be written to
   */
  public void begin(Detector trained, String fingerprint, Map<String, ?> now) throws IOException {
    if (data != null && !data.equals(fingerprint)) {
      throw new IOException(
          Text.format(
              "%s was begun with other training images than there are now: begin a new run", path));
    }
    if (!options.equals(now)) {
      AtomicFile.write(folder.file(CONFIG), Yaml.write(now));
    }
    detector = trained;
    data = fingerprint;
    events = new EventFile(folder.file("events"), trained.graph().getIterationCount());
    epochsWritten = state.history().size();
    writeHistory(); // A crash may have left the table behind the state.
    saved = System.nanoTime();
  }

  @Override
  public TrainingState start() {
    return state;
  }

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }

  @Override
  public boolean due() {
    Duration every = keeping.saveEvery();
    return !every.isZero() && System.nanoTime() - saved >= every.toNanos();
  }

  @Override
  public void stepDone(long number, double loss) {
    try {
      events().write(number, Map.of("train/loss", loss));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable INDArray average() {
    return average;
  }

  @Override
  public void save(TrainingState now, @Nullable INDArray parameters) throws IOException {
    SavedState stored = new SavedState(now, Objects.requireNonNull(data), parameters);
    try {
      detector().save(folder.next(), stored.attachments());
      folder.advance();
    } catch (FileSystemException e) {
      throw unsaved(e);
    }
    state = now;
    saved = System.nanoTime();
    writeHistory();
    events().flush();
  }

  /** Writes the epochs of the state that was just saved. */
  private void writeHistory() throws IOException {
    List<EpochResult> epochs = state.history();
    if (!epochs.isEmpty()) {
      HistoryFile.write(folder.file("history.csv"), epochs);
    }
    if (epochs.size() > epochsWritten) {
      events().write(detector().graph().getIterationCount(), epochs.get(epochs.size() - 1));
      epochsWritten = epochs.size();
    }
  }

  @Override
  public boolean wants(EpochResult result, List<EpochResult> before) {
    long better = before.stream().filter(e -> e.score() >= result.score()).count();
    return better < keeping.best();
  }

  @Override
  public void save(EpochResult result) throws IOException {
    try {
      new KeptEpochs(folder, keeping.best()).save(detector(), result, state.history());
    } catch (FileSystemException e) {
      throw unsaved(e);
    }
  }

  /** That the disk is full, or the like: says what is left. */
  private IOException unsaved(FileSystemException e) {
    String rest =
        Files.exists(folder.last())
            ? Text.format("the state before is intact: go on with --resume %s", path)
            : "nothing had been saved before";
    return new IOException(
        Text.format("the run can't be saved in %s: %s; %s", path, Reason.of(e), rest), e);
  }

  private Detector detector() {
    return Objects.requireNonNull(detector, "call begin() first");
  }

  private EventFile events() {
    return Objects.requireNonNull(events, "call begin() first");
  }

  /** Gives the folder free; a run that was created and never begun leaves nothing. */
  @Override
  public void close() throws IOException {
    if (events != null) {
      events.close();
    } else if (isNew) {
      folder.remove("config.yaml", "log.txt", "lock");
    }
    folder.close();
  }
}
