package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Calibration;
import io.dmyt.DecisionRule;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.Engine;
import io.dmyt.FittedOn;
import io.dmyt.ModelFile;
import io.dmyt.OperatingPoint;
import io.dmyt.RuleKind;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.Split;
import io.dmyt.evaluation.Calibrations;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.internal.Numbers;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionMetric;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.RocCurve;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** {@code dmyt calibrate}: makes P(fake) mean what it says, and chooses a threshold. */
@Parameters(
    commandDescription =
        "Fit P(fake) and choose a threshold on the validation images, and store both in the"
            + " detector; with Triplet, fit an SVM on the training images first and store it too")
final class CalibrateCommand implements Command {
  @ParametersDelegate final DataOptions data = new DataOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final Embeddings.Options cache = new Embeddings.Options();

  @Parameter(
      names = {"-w", "--weights"},
      required = true,
      description = "File of the trained detector")
  Path weights;

  @Parameter(
      names = {"-o", "--output"},
      description = "Write the calibrated detector to this file (default: to its own)")
  Path output;

  @Parameter(
      names = "--split",
      description = "Images to calibrate on, which the detector was not trained on")
  Split split = Split.VALID;

  @Parameter(
      names = "--method",
      description =
          "temperature (one number, against over- and underconfidence), platt (also moves P(fake)"
              + " up or down), or none (P(fake) as the network gives it). Default: temperature; platt for the"
              + " SVM of a Triplet detector")
  Calibration.Kind method;

  @Parameter(
      names = "--seed",
      validateWith = OptionChecks.Whole.class,
      description = "Of the choice of the SVM's training images, up to 1,000 a class")
  long seed = Images.SVM_SEED;

  @Parameter(
      names = "--fpr",
      validateWith = OptionChecks.Share.class,
      description = "Threshold: call at most this share of the real images fake, e.g. 0.01")
  Double falsePositiveRate;

  @Parameter(
      names = "--eer",
      description =
          "Threshold: miss as large a share of the fakes as of real images are called fake (this is"
              + " the default)")
  boolean equalErrorRate;

  @Parameter(
      names = "--threshold",
      validateWith = OptionChecks.Share.class,
      description = "Threshold: this calibrated P(fake), e.g. 0.5")
  Double threshold;

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
    Engine chosenEngine = engine.choose(terminal);
    try (Detector detector = Detector.load(weights, chosenEngine);
        Embeddings embeddings = Embeddings.open(terminal, data, cache, detector, chosenEngine)) {
      return run(detector, embeddings, terminal);
    }
  }

  private int run(Detector detector, Embeddings embeddings, Terminal terminal) throws IOException {
    DetectorSpec spec = detector.spec();
    Path target = output == null ? weights : output;
    RuleKind kind = spec.loss().rule();
    if (kind.isFitted() && (ModelFile.isSafeTensors(target) || ModelFile.isSafeTensors(weights))) {
      throw new UsageException(
          "the %s of a %s detector is stored in a .zip only, which %s is not"
              .formatted(
                  kind.title(),
                  spec.loss().label(),
                  ModelFile.isSafeTensors(target) ? target : weights));
    }
    ImageFolder folder = folder(spec, split);
    terminal.say(
        "detector     %s: %s, trained with %s", weights, spec.backbone(), spec.loss().label());
    terminal.say("calibrating  on %s", folder.summary());
    terminal.sayLeftOut(folder.leftOut());
    if (kind instanceof RuleKind.Fitted fittedKind) {
      fitRule(fittedKind, detector, embeddings, terminal);
    }
    FeatureSet set = embeddings.of("Images", folder.samples());
    DetectionScores raw = scores(detector, set);
    Calibration.Kind usual =
        !detector.rule().isProbability() ? Calibration.Kind.PLATT : Calibration.Kind.TEMPERATURE;
    Calibration fitted = Calibrations.fit(method == null ? usual : method, raw);
    Calibration calibration = fitted.at(operatingPoint(raw.calibrated(fitted::apply)));

    terminal.print(table(raw, detector.calibration(), calibration));
    note(terminal, calibration.operatingPoint(), raw);
    detector.setCalibration(calibration, fittedOn(folder, split, set));
    detector.saveFitted(weights, target);
    terminal.say("Stored in %s: %s", target, DetectorFacts.verdict(detector));
    return Main.OK;
  }

  private ImageFolder folder(DetectorSpec spec, Split part) {
    return ImageFolders.scan(data.dataset, part).get(part).withClasses(spec.classes());
  }

  private void fitRule(
      RuleKind.Fitted kind, Detector detector, Embeddings embeddings, Terminal terminal) {
    ImageFolder train = folder(detector.spec(), Split.TRAIN);
    FeatureSet set = embeddings.of("Training images", Images.forSvm(train, seed));
    DecisionRule rule = kind.fit(detector.spec(), set.features(), set.labels());
    detector.setRule(rule, fittedOn(train, Split.TRAIN, set));
    terminal.say(
        "%-12s fitted on %d training images%s",
        kind.title(), set.labels().length, rule.summary().isEmpty() ? "" : ", " + rule.summary());
  }

  private static FittedOn fittedOn(ImageFolder folder, Split part, FeatureSet used) {
    Map<String, Integer> images = new LinkedHashMap<>();
    for (int k = 0; k < folder.classes().size(); k++) {
      int label = k;
      images.put(
          folder.classes().get(k),
          (int) Arrays.stream(used.labels()).filter(l -> l == label).count());
    }
    return new FittedOn(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        part.folder(),
        folder.fingerprint(),
        images);
  }

  private static DetectionScores scores(Detector detector, FeatureSet set) {
    boolean[] fakes = new boolean[set.labels().length];
    for (int i = 0; i < fakes.length; i++) {
      fakes[i] = set.labels()[i] != detector.spec().realIndex();
    }
    return DetectionScores.of(
        detector.rule().decide(detector.featuresOf(set.features())).fakeProbabilities(), fakes);
  }

  private OperatingPoint operatingPoint(DetectionScores calibrated) {
    if (threshold != null) {
      DetectionReport report = DetectionReport.of(calibrated, threshold, Bootstrap.NONE);
      return new OperatingPoint(
          threshold,
          "given",
          report.value(DetectionMetric.FALSE_POSITIVE_RATE),
          report.value(DetectionMetric.TRUE_POSITIVE_RATE));
    }
    RocCurve curve = RocCurve.of(calibrated);
    return falsePositiveRate == null
        ? Calibrations.atEqualErrorRate(curve)
        : Calibrations.atFalsePositiveRate(curve, falsePositiveRate);
  }

  private static String table(DetectionScores raw, Calibration before, Calibration after) {
    DetectionReport was = report(raw, before);
    DetectionReport is = report(raw, after);
    StringBuilder text = new StringBuilder();
    text.append(Numbers.format("%n%-28s%10s%10s%n", "", "before", "after"));
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

  private static DetectionReport report(DetectionScores raw, Calibration calibration) {
    return DetectionReport.of(
        raw.calibrated(calibration::apply),
        calibration.operatingPoint().threshold(),
        Bootstrap.NONE);
  }

  private static void row(StringBuilder text, String name, double before, double after) {
    text.append(Numbers.format("%-28s%10.4f%10.4f%n", name, before, after));
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
            "Note: of %d real images not one may be called fake; it takes %d to see a rate of %s.",
            reals, (long) Math.ceil(1 / falsePositiveRate), falsePositiveRate);
      }
    }
  }
}
