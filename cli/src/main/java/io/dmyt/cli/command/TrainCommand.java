package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.Provenance;
import io.dmyt.Version;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.option.DetectorOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.PretrainedOptions;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.HistoryPage;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.Split;
import io.dmyt.engine.Engine;
import io.dmyt.internal.Text;
import io.dmyt.loss.LabelWeights;
import io.dmyt.training.CheckpointSaver;
import io.dmyt.training.DivergedException;
import io.dmyt.training.EpochResult;
import io.dmyt.training.Trainer;
import io.dmyt.training.TrainingMonitor;
import io.dmyt.training.TrainingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

  @Parameter(
      names = {"-m", "--model"},
      description = "Backbone, by timm's name")
  String model = DEFAULT_MODEL;

  @Parameter(
      names = {"-l", "--loss"},
      converter = OptionChecks.Loss.class,
      description =
          "DmyT, Triplet or CrossEntropy (or BCE), case ignored; or a loss of your own, by its name or"
              + " its class")
  LossKind loss = LossKind.DMYT;

  @Parameter(
      names = "--lr",
      validateWith = OptionChecks.Positive.class,
      description = "Learning rate; halved every 3 epochs")
  double learningRate = TrainingOptions.defaults().learningRate();

  @Parameter(
      names = {"-e", "--epoch"},
      validateWith = OptionChecks.Count.class,
      description = "Epochs: passes over the training images")
  int epochs = TrainingOptions.defaults().epochs();

  @Parameter(
      names = {"-o", "--output"},
      description = "File for the trained detector; history.csv and history.html go" + " beside it")
  Path output = Path.of("detector.zip");

  @Parameter(
      names = {"-lw", "--label-weights"},
      description =
          "Weight of each class in the loss, comma-separated in the alphabetical order of the"
              + " classes, or auto: inversely proportional to its number of images (default: equal)")
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
    BackboneSpec backbone = DetectorOptions.backbone(model);
    ImageFolders folders = ImageFolders.scan(data.dataset, Split.TRAIN, Split.VALID);
    ImageFolder train = folders.get(Split.TRAIN);
    ImageFolder valid = folders.get(Split.VALID);
    DetectorSpec spec =
        DetectorOptions.givenFaces(
            detectorOptions.spec(backbone, train.classes(), loss, weights(train)), data.dataset);
    Optional<Path> start = pretrained.file(model, terminal);
    Engine chosen = engine.choose(terminal, output.resolveSibling("engine-tuning.tsv"));
    try (Detector detector = Detector.create(spec, seed, chosen)) {
      if (start.isPresent()) {
        pretrained.load(start.get(), detector, terminal);
      } else {
        terminal.say("start        random weights");
      }
      show(spec, chosen, train, valid, terminal);
      return train(detector, chosen, train, valid, terminal);
    }
  }

  private int train(
      Detector detector, Engine chosen, ImageFolder train, ImageFolder valid, Terminal terminal)
      throws IOException {
    DetectorSpec spec = detector.spec();
    TrainingOptions options =
        TrainingOptions.defaults().withLearningRate(learningRate).withEpochs(epochs);
    List<EpochResult> history = new ArrayList<>();
    try (ImageFolderIterator trainImages =
            new ImageFolderIterator(train, data.trainingLoader(spec, seed));
        ImageFolderIterator validImages =
            new ImageFolderIterator(valid.shuffled(seed), spec.classes(), data.loader(spec));
        TrainingFiles files = new TrainingFiles(output, terminal);
        Progress progress = new Progress(terminal, spec, history, files)) {
      CheckpointSaver saver =
          best -> {
            detector.setProvenance(provenance(train, chosen, options, best));
            files.save(detector);
          };
      new Trainer(detector, options).fit(trainImages, validImages, saver, progress);
      terminal.sayBad(trainImages.badImages());
      terminal.sayBad(validImages.badImages());
    } catch (DivergedException e) {
      throw history.isEmpty() ? e : stopped(e, history);
    }
    EpochResult best = best(history);
    terminal.print(
        "Kept epoch %d (validation loss %.4f%s) in %s",
        best.epoch(), best.validLoss(), accuracy(best.validAccuracy()), output);
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
        "schedule     %d epochs, batch %d, learning rate %s, seed %d",
        epochs, data.batch, learningRate, seed);
    terminal.say(
        "engine       %s, %s", chosen.name(), OptionNames.of(chosen.options().precision()));
    terminal.say("output       %s", output);
  }

  /** Nothing where the rule has to be fitted first, as with Triplet: there is no accuracy yet. */
  private String accuracy(double share) {
    return loss.rule().isFitted() ? "" : Text.format(", accuracy %.2f %%", 100 * share);
  }

  private String page(DetectorSpec spec, List<EpochResult> history) {
    return HistoryPage.html(
        output,
        spec,
        data.dataset,
        Text.format("batch %d, seed %d, start %s", data.batch, seed, pretrained.from),
        epochs,
        history);
  }

  private static EpochResult best(List<EpochResult> history) {
    return history.stream().filter(EpochResult::best).reduce((a, b) -> b).orElseThrow();
  }

  private IllegalStateException stopped(DivergedException e, List<EpochResult> history) {
    return new IllegalStateException(
        Text.format("%s; epoch %d is kept in %s", e.getMessage(), best(history).epoch(), output),
        e);
  }

  private Provenance provenance(
      ImageFolder train, Engine chosen, TrainingOptions training, EpochResult best) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("learningRate", training.learningRate());
    options.put("schedule", Text.format("halved every %d epochs", training.halveEvery()));
    options.put("optimizer", "AdamW");
    options.put("weightDecay", training.weightDecay());
    options.put("epochs", training.epochs());
    options.put("batch", data.batch);
    options.put("pretrained", pretrained.from);
    options.put("engine", chosen.name());
    options.put("precision", OptionNames.of(chosen.options().precision()));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("epoch", best.epoch());
    result.put("validAccuracy", best.validAccuracy());
    result.put("validLoss", best.validLoss());
    return new Provenance(
        Version.current(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        seed,
        train.fingerprint(),
        train.counts(),
        options,
        result);
  }

  /** Shows the epochs as they go by, and writes the history after each. */
  private final class Progress implements TrainingMonitor, AutoCloseable {
    private final Terminal terminal;
    private final DetectorSpec spec;
    private final List<EpochResult> history;
    private final TrainingFiles files;
    private @Nullable ProgressLine line;
    private long start;
    private double imagesPerSecond;
    private int images;

    Progress(Terminal terminal, DetectorSpec spec, List<EpochResult> history, TrainingFiles files) {
      this.terminal = terminal;
      this.spec = spec;
      this.history = history;
      this.files = files;
    }

    @Override
    public void epochStarted(int epoch, int total) {
      line = new ProgressLine(terminal, Text.format("Epoch %d/%d", epoch, epochs), total);
      start = System.nanoTime();
    }

    @Override
    public void stepDone(int done, double loss, double accuracy) {
      images = done;
      Objects.requireNonNull(line).at(done, Text.format("loss %.4f%s", loss, accuracy(accuracy)));
    }

    @Override
    public void validationStarted(int epoch) {
      imagesPerSecond = images / ((System.nanoTime() - start) / 1e9);
      close();
    }

    @Override
    public void epochDone(EpochResult e) {
      history.add(e);
      terminal.print(
          "epoch %2d  train: loss %.4f%s  valid: loss %.4f%s  (%.1f s, %.1f images/s)%s",
          e.epoch(),
          e.trainLoss(),
          accuracy(e.trainAccuracy()),
          e.validLoss(),
          accuracy(e.validAccuracy()),
          e.seconds(),
          imagesPerSecond,
          e.best() ? "  best so far, kept" : "");
      try {
        List<EpochResult> soFar = List.copyOf(history);
        files.writeHistory(soFar, () -> page(spec, soFar));
      } catch (IOException ex) {
        throw new java.io.UncheckedIOException(ex);
      }
    }

    @Override
    public void close() {
      if (line != null) {
        line.close();
        line = null;
      }
    }
  }
}
