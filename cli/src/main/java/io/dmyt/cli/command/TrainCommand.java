package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.option.DetectorOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.LossOptions;
import io.dmyt.cli.option.OptimizationOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.OptionFile;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.PretrainedOptions;
import io.dmyt.cli.option.RunOptions;
import io.dmyt.cli.option.SparkTrainingOptions;
import io.dmyt.cli.option.TrainingImageOptions;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.HistoryPage;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.Split;
import io.dmyt.engine.Engine;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.loss.LabelWeights;
import io.dmyt.training.CheckpointSaver;
import io.dmyt.training.DivergedException;
import io.dmyt.training.EpochResult;
import io.dmyt.training.Trainer;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingRun;
import io.dmyt.training.TrainingStoppedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code dmyt train}: trains a detector on a folder of images. */
@Parameters(commandDescription = "Train a detector on folders of images and keep the best epoch")
final class TrainCommand implements Command {
  static final String DEFAULT_MODEL = "xception";

  @ParametersDelegate final DataOptions data = new DataOptions();
  @ParametersDelegate final DetectorOptions detectorOptions = new DetectorOptions();
  @ParametersDelegate final PretrainedOptions pretrained = new PretrainedOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final OptimizationOptions how = new OptimizationOptions();
  @ParametersDelegate final LossOptions losses = new LossOptions();
  @ParametersDelegate final TrainingImageOptions images = new TrainingImageOptions();
  @ParametersDelegate final RunOptions runs = new RunOptions();
  @ParametersDelegate final SparkTrainingOptions spark = new SparkTrainingOptions();

  @Parameter(
      names = {"-m", "--model"},
      description = "Backbone, by timm's name")
  String model = DEFAULT_MODEL;

  @Parameter(
      names = {"-l", "--loss"},
      converter = OptionChecks.Loss.class,
      description =
          "DmyT, Triplet, CrossEntropy (or BCE), GenD or DmyT-GenD, case ignored; or a loss of your"
              + " own, by its name or its class")
  LossKind loss = LossKind.DMYT;

  @Parameter(
      names = {"-lw", "--label-weights"},
      description =
          "Weight of each class in the loss, comma-separated in the alphabetical order of the"
              + " classes, or auto: inversely proportional to its number of images (default:"
              + " equal)")
  @Nullable String labelWeights;

  @Parameter(
      names = "--seed",
      validateWith = OptionChecks.Whole.class,
      description = "Seed for the initial weights and the order of the images")
  long seed = 42;

  @Override
  public String name() {
    return "train";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    spark.check();
    Map<String, Object> options = OptionFile.of(this);
    Path folder = runs.folder();
    if (folder == null || images.previews()) {
      return run(null, terminal);
    }
    try (StopRequest stop = new StopRequest();
        TrainingRun run =
            runs.resumes() ? TrainingRun.resume(folder) : TrainingRun.create(folder, options);
        PrintStream log = log(run)) {
      Terminal logged = terminal.loggedTo(log);
      run.recovered().ifPresent(logged::say);
      run.keep(runs.keeping());
      run.stopWhen(stop::requested);
      List<String> differences = OptionFile.differences(run.options(), options);
      if (!differences.isEmpty()) {
        logged.say("changed      %s", String.join(", ", differences));
      }
      try {
        return run(run, logged);
      } catch (TrainingStoppedException e) {
        logged.say(
            "Stopped in epoch %d; all is saved. Go on with: dmyt train --resume %s",
            e.epoch(), folder);
        return Main.OK;
      } catch (Exception e) {
        log.println("failed: " + Main.explain(e));
        throw e;
      }
    }
  }

  private static PrintStream log(TrainingRun run) throws IOException {
    return new PrintStream(
        Files.newOutputStream(
            run.folder().resolve("log.txt"), StandardOpenOption.CREATE, StandardOpenOption.APPEND),
        true,
        StandardCharsets.UTF_8);
  }

  private int run(@Nullable TrainingRun run, Terminal terminal) throws IOException {
    BackboneSpec backbone = DetectorOptions.backbone(model);
    pretrained.requireSound();
    ImageFolders folders = ImageFolders.scan(data.dataset, Split.TRAIN, Split.VALID);
    ImageFolder train = images.grouped(folders.get(Split.TRAIN));
    ImageFolder valid = images.grouped(folders.get(Split.VALID));
    DetectorSpec spec =
        DetectorOptions.givenFaces(
            detectorOptions.spec(backbone, train.classes(), loss, weights(train)), data.dataset);
    if (images.previews()) {
      terminal.print("Drawn: " + images.preview(train, spec, seed));
      return Main.OK;
    }
    Engine chosen = engine.choose(terminal, runs.beside("engine-tuning.tsv"));
    Optional<Path> checkpoint = run == null ? Optional.empty() : run.checkpoint();
    Optional<Path> start =
        checkpoint.isPresent() ? Optional.empty() : pretrained.file(model, terminal);
    try (Detector detector = detector(spec, chosen, checkpoint)) {
      if (start.isPresent()) {
        pretrained.load(start.get(), detector, terminal);
      } else {
        terminal.say("start        %s", checkpoint.map(Path::toString).orElse("random weights"));
      }
      if (run != null) {
        run.begin(detector, train.fingerprint(), OptionFile.of(this));
      }
      show(spec, chosen, train, valid, terminal);
      return train(detector, chosen, train, valid, run, terminal);
    }
  }

  private Detector detector(DetectorSpec spec, Engine chosen, Optional<Path> checkpoint)
      throws IOException {
    if (checkpoint.isEmpty()) {
      return Detector.create(spec, seed, chosen);
    }
    Detector detector = Detector.load(checkpoint.get(), chosen);
    if (!detector.spec().equals(spec)) {
      detector.close();
      throw new UsageException(
          "a run's model, loss, classes, image size, dummies and label weights can't be changed:"
              + " begin a new run");
    }
    return detector;
  }

  private int train(
      Detector detector,
      Engine chosen,
      ImageFolder train,
      ImageFolder valid,
      @Nullable TrainingRun run,
      Terminal terminal)
      throws IOException {
    DetectorSpec spec = detector.spec();
    TrainingOptions options = how.options();
    List<EpochResult> history = new ArrayList<>(run == null ? List.of() : run.start().history());
    try (ImageFolderIterator trainImages =
            new ImageFolderIterator(
                images.chosen(train, seed),
                spec.classes(),
                images.ordered(data.trainingLoader(spec, seed), spec),
                images.steps(spec));
        ImageFolderIterator validImages =
            new ImageFolderIterator(valid.shuffled(seed), spec.classes(), data.loader(spec));
        TrainingOutput files =
            run == null ? new TrainingFiles(runs.output, terminal) : new RunFiles(run, terminal);
        TrainingProgress progress =
            new TrainingProgress(terminal, spec, history, files, how, soFar -> page(spec, soFar))) {
      CheckpointSaver saver =
          files.saver(
              detector, epoch -> TrainingProvenance.of(this, train, chosen, options, epoch));
      if (spark.isGiven()) {
        terminal.sayBad(
            SparkTraining.of(this, detector, chosen)
                .fit(trainImages, validImages, saver, progress, files.checkpoints()));
      } else {
        new Trainer(
                detector,
                options,
                losses.training(detector.loss()),
                losses.validation(detector.loss()))
            .fit(trainImages, validImages, saver, progress, files.checkpoints());
      }
      terminal.sayBad(trainImages.badImages());
      terminal.sayBad(validImages.badImages());
    } catch (DivergedException e) {
      throw history.isEmpty() ? e : stopped(e, history);
    }
    EpochResult best = best(history);
    terminal.print(
        "Kept epoch %d (validation loss %.4f%s) in %s",
        best.epoch(),
        best.validLoss(),
        TrainingProgress.accuracy(spec, best.validAccuracy()),
        runs.best());
    return Main.OK;
  }

  private @Nullable List<Double> weights(ImageFolder train) {
    if (labelWeights == null) {
      return null;
    }
    double[] weights =
        labelWeights.toLowerCase(Locale.ROOT).equals("auto")
            ? LabelWeights.inverseFrequency(
                train.counts().values().stream().mapToInt(Integer::intValue).toArray())
            : OptionChecks.weights("--label-weights", labelWeights);
    if (weights.length != train.classes().size()) {
      throw new UsageException(
          Text.format(
              "--label-weights has %d weights for the %d classes %s",
              weights.length, train.classes().size(), train.classes()));
    }
    return Arrays.stream(weights).boxed().toList();
  }

  private void show(
      DetectorSpec spec, Engine chosen, ImageFolder train, ImageFolder valid, Terminal terminal) {
    terminal.say("model        %s, %d × %2$d pixels", spec.backbone(), spec.preprocessing().size());
    terminal.say("loss         %s", spec.loss().label());
    terminal.say("classes      %s (real: %s)", String.join(", ", spec.classes()), spec.realClass());
    terminal.say(
        "weights      %s", spec.labelWeights() == null ? "equal" : spec.labelWeights().toString());
    terminal.say("training     %s", train.summary());
    terminal.say("validation   %s", valid.summary());
    terminal.sayLeftOut(train.leftOut().and(valid.leftOut()));
    terminal.say(
        "schedule     %s, batch %d, learning rate %s, seed %d",
        Numbers.count(how.epochs, "epoch"), data.batch, how.learningRate, seed);
    terminal.say(
        "engine       %s, %s", chosen.name(), OptionNames.of(chosen.options().precision()));
    terminal.say("output       %s", runs.best());
  }

  private String page(DetectorSpec spec, List<EpochResult> history) {
    return HistoryPage.html(
        runs.best(),
        spec,
        data.dataset,
        Text.format("batch %d, seed %d, start %s", data.batch, seed, pretrained.from),
        how.epochs,
        history);
  }

  private static EpochResult best(List<EpochResult> history) {
    return history.stream().filter(EpochResult::best).reduce((a, b) -> b).orElseThrow();
  }

  private IllegalStateException stopped(DivergedException e, List<EpochResult> history) {
    return new IllegalStateException(
        Text.format(
            "%s; epoch %d is kept in %s", e.getMessage(), best(history).epoch(), runs.best()),
        e);
  }
}
