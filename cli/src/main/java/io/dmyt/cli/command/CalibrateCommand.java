package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Calibration;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.ModelFile;
import io.dmyt.OperatingPoint;
import io.dmyt.RuleKind;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.option.EmbeddingOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.WeightsOptions;
import io.dmyt.cli.output.Terminal;
import io.dmyt.cli.output.TextTable;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.Split;
import io.dmyt.engine.Engine;
import io.dmyt.evaluation.Calibrator;
import io.dmyt.evaluation.ThresholdChoice;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code dmyt calibrate}: makes P(fake) mean what it says, and chooses a threshold. */
@Parameters(
    commandDescription =
        "Fit P(fake) and choose a threshold on the validation images, and store both in the"
            + " detector; with Triplet, fit an SVM on the training images first and store it too")
final class CalibrateCommand implements Command {
  private static final TextTable TABLE = new TextTable(0, -28, 10, 10);

  @ParametersDelegate final DataOptions data = new DataOptions();
  @ParametersDelegate final WeightsOptions source = new WeightsOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final EmbeddingOptions embedding = new EmbeddingOptions();

  @Parameter(
      names = {"-o", "--output"},
      description = "Write the calibrated detector to this file (default: to its own)")
  @Nullable Path output;

  @Parameter(
      names = "--split",
      description = "Which images to calibrate on; the detector must not have been trained on them")
  Split split = Split.VALID;

  @Parameter(
      names = "--method",
      description =
          "temperature (one number, against over- and underconfidence), platt (also moves P(fake)"
              + " up or down), or none (P(fake) as the network gives it). Default: temperature; platt for the"
              + " SVM of a Triplet detector")
  Calibration.@Nullable Kind method;

  @Parameter(
      names = "--seed",
      validateWith = OptionChecks.Whole.class,
      description = "Seed for choosing the SVM's training images, up to 1,000 a class")
  long seed = ClassSample.DEFAULT_SEED;

  @Parameter(
      names = "--fpr",
      validateWith = OptionChecks.Share.class,
      description =
          "Threshold by false-positive rate: call at most this share of the real images fake,"
              + " e.g. 0.01")
  @Nullable Double falsePositiveRate;

  @Parameter(
      names = "--eer",
      description =
          "Threshold at the equal error rate: the share of fakes that are missed equals the"
              + " share of real images called fake (the default)")
  boolean equalErrorRate;

  @Parameter(
      names = "--threshold",
      validateWith = OptionChecks.Share.class,
      description = "Use this threshold on the calibrated P(fake), e.g. 0.5")
  @Nullable Double threshold;

  @Override
  public String name() {
    return "calibrate";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    long chosen =
        Stream.of(falsePositiveRate != null, equalErrorRate, threshold != null)
            .filter(given -> given)
            .count();
    if (chosen > 1) {
      throw new UsageException("give one of --fpr, --eer and --threshold");
    }
    if (output == null && source.namesPublished()) {
      throw new UsageException(
          "a published detector is calibrated into a file of your own: give --output");
    }
    source.fetch(terminal, false);
    ModelFile.requireSound(source.weights);
    Engine chosenEngine = engine.choose(terminal);
    try (Detector detector = Detector.load(source.weights, chosenEngine);
        Embedder embedder = embedding.embedder(detector, chosenEngine, data, terminal)) {
      return run(detector, new Calibrator(embedder), terminal);
    }
  }

  private int run(Detector detector, Calibrator calibrator, Terminal terminal) throws IOException {
    DetectorSpec spec = detector.spec();
    Path target = output == null ? source.weights : output;
    RuleKind kind = spec.loss().rule();
    if (kind.isFitted()
        && (ModelFile.isSafeTensors(target) || ModelFile.isSafeTensors(source.weights))) {
      throw new UsageException(
          Text.format(
              "the %s of a %s detector is stored in a .zip only, which %s is not",
              kind.title(),
              spec.loss().label(),
              ModelFile.isSafeTensors(target) ? target : source.weights));
    }
    ImageFolder folder = folder(spec, split);
    terminal.say(
        "detector     %s: %s, trained with %s",
        source.weights, spec.backbone(), spec.loss().label());
    terminal.say("calibrating  on %s", folder.summary());
    terminal.sayLeftOut(folder.leftOut());
    if (kind instanceof RuleKind.Fitted fitted) {
      int images = calibrator.fitRule(fitted, folder(spec, Split.TRAIN), seed);
      String summary = detector.rule().summary();
      terminal.say(
          "%-12s fitted on %d training images%s",
          kind.title(), images, summary.isEmpty() ? "" : ", " + summary);
    }
    Calibrator.Result result =
        calibrator.calibrate(folder, split, Optional.ofNullable(method), choice());
    terminal.print(table(result.reportBefore(), result.reportAfter()));
    note(terminal, result.after().operatingPoint(), result.raw());
    detector.saveFitted(source.weights, target);
    terminal.say("Stored in %s: %s", target, DetectorFacts.verdict(detector));
    return Main.OK;
  }

  private ImageFolder folder(DetectorSpec spec, Split part) {
    return ImageFolders.scan(data.dataset, part).get(part).withClasses(spec.classes());
  }

  private ThresholdChoice choice() {
    if (threshold != null) {
      return ThresholdChoice.given(threshold);
    }
    return falsePositiveRate == null
        ? ThresholdChoice.equalErrorRate()
        : ThresholdChoice.falsePositiveRate(falsePositiveRate);
  }

  private static String table(DetectionReport was, DetectionReport is) {
    StringBuilder text = new StringBuilder();
    text.append('\n').append(TABLE.line("", "before", "after")).append('\n');
    for (DetectionMetric metric :
        List.of(DetectionMetric.LOG_LOSS, DetectionMetric.CALIBRATION_ERROR)) {
      row(text, metric.label().toLowerCase(Locale.ROOT), was.value(metric), is.value(metric));
    }
    row(text, "threshold", was.threshold(), is.threshold());
    row(
        text,
        "false positive rate",
        was.value(DetectionMetric.FALSE_POSITIVE_RATE),
        is.value(DetectionMetric.FALSE_POSITIVE_RATE));
    row(
        text,
        "true positive rate",
        was.value(DetectionMetric.TRUE_POSITIVE_RATE),
        is.value(DetectionMetric.TRUE_POSITIVE_RATE));
    return text.append("(on the images that it was calibrated on)").toString();
  }

  private static void row(StringBuilder text, String name, double before, double after) {
    text.append(TABLE.line(name, Numbers.fixed(before, 4), Numbers.fixed(after, 4))).append('\n');
  }

  /** What a threshold chosen on few images does not tell. */
  private void note(Terminal terminal, OperatingPoint point, DetectionScores scores) {
    if (point.threshold() == OperatingPoint.NEVER) {
      terminal.say("Note: only a threshold above 1 keeps to --fpr; nothing will be called fake.");
    }
    if (falsePositiveRate != null && falsePositiveRate > 0) {
      long reals = 0;
      for (int i = 0; i < scores.size(); i++) {
        reals += scores.isFake(i) ? 0 : 1;
      }
      if (reals * falsePositiveRate < 1) {
        terminal.say(
            "Note: a false-positive rate of %s allows none of only %d real images to be called fake;"
                + " measuring it takes at least %d.",
            falsePositiveRate, reals, (long) Math.ceil(1 / falsePositiveRate));
      }
    }
  }
}
