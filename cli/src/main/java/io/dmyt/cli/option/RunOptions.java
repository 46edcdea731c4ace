package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.training.RunKeeping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Options that say where a training goes, and what it keeps. */
public final class RunOptions {
  @Parameter(
      names = {"-o", "--output"},
      description =
          "Folder for the run: options, state to resume from, best detector, history; or a file"
              + " .zip for the detector alone, with history.csv and history.html beside it")
  public Path output = Path.of("detector.zip");

  @Parameter(
      names = "--resume",
      description =
          "Continue the run in this folder, with its options; those given here take precedence")
  @Nullable Path resume;

  @Parameter(
      names = "--config",
      description =
          "File of options, such as a run's config.yaml; those given here take precedence")
  @Nullable Path config;

  @Parameter(
      names = "--recipe",
      description =
          "Options of a recipe: reference (the default), dmyt, sbi, gend or dmyt-gend; those given"
              + " here take precedence, and the run's config.yaml has them all")
  public String recipe = "reference";

  @Parameter(
      names = "--keep",
      validateWith = OptionChecks.Count.class,
      description = "How many of the best epochs to keep in the run's folder")
  int keep = RunKeeping.DEFAULT.best();

  @Parameter(
      names = "--save-every",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Also save the run's state every N minutes; 0: only after each epoch")
  int saveEvery = (int) RunKeeping.DEFAULT.saveEvery().toMinutes();

  /** Whether to go on with a run. */
  public boolean resumes() {
    return resume != null;
  }

  /** The run's folder; null if the detector's file is all that is wanted. */
  public @Nullable Path folder() {
    if (resume != null) {
      return resume;
    }
    String name = output.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".zip") || name.endsWith(".safetensors") ? null : output;
  }

  /** Where the best detector will be. */
  public Path best() {
    Path folder = folder();
    return folder == null ? output : folder.resolve("best.zip");
  }

  /** A file of another name there. */
  public Path beside(String name) {
    Path folder = folder();
    return folder == null ? output.resolveSibling(name) : folder.resolve(name);
  }

  /** What the run keeps. */
  public RunKeeping keeping() {
    return new RunKeeping(keep, Duration.ofMinutes(saveEvery));
  }
}
