package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.Engine;
import io.dmyt.LossKind;
import io.dmyt.RuleKind;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.VideoRule;
import io.dmyt.cli.output.ComparisonTable;
import io.dmyt.cli.output.DetectionTable;
import io.dmyt.cli.output.ReportTable;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Corruption;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.Split;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.evaluation.LabelledDecisions;
import io.dmyt.evaluation.RuleEvaluator;
import io.dmyt.evaluation.embedding.FeatureSet;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.evaluation.report.TestPage;
import io.dmyt.evaluation.report.WorstErrors;
import io.dmyt.internal.AtomicFile;
import io.dmyt.metric.Bootstrap;
import io.dmyt.metric.DetectionReport;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.VideoScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code dmyt test}: measures a detector on the test split. */
@Parameters(commandDescription = "Measure a trained detector on the test images of a data set")
final class TestCommand implements Command {
  @ParametersDelegate final DataOptions data = new DataOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final Embeddings.Options cache = new Embeddings.Options();

  @Parameter(
      names = {"-w", "--weights"},
      required = true,
      description = "File of the trained detector")
  Path weights;

  @Parameter(
      names = {"-m", "--model"},
      description = "Backbone that the file must hold (default: whichever it holds)")
  String model;

  @Parameter(
      names = {"-l", "--loss"},
      converter = OptionChecks.Loss.class,
      description =
          "How to classify, by the loss: DmyT by the dummies, CrossEntropy by the classifier,"
              + " Triplet by an SVM fitted on up to 1,000 training embeddings a class (default: the"
              + " loss the detector was trained with)")
  LossKind loss;

  @Parameter(
      names = "--classifier",
      converter = OptionChecks.ClassifierName.class,
      description =
          "How to classify, instead of --loss: dummies; root (real or fake by the root dummies);"
              + " svm; svm-binary (real against all the rest); argmax; or several of them,"
              + " comma-separated, side by side")
  List<RuleKind> classifiers;

  @Parameter(
      names = "--video-by",
      description =
          "What makes images the frames of a video: none, their folder, or their name up to the"
              + " frame number")
  VideoRule videoBy = VideoRule.NONE;

  @Parameter(
      names = "--bootstrap",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Resamples for the 95 % intervals; 0: no intervals")
  int bootstrap = Bootstrap.DEFAULT.resamples();

  @Parameter(
      names = "--corrupt",
      converter = OptionChecks.CorruptionName.class,
      description =
          "Test on corrupted images as well, each at five severities: jpeg, blur, noise, resize,"
              + " brightness, comma-separated")
  List<Corruption.Kind> corruptions = List.of();

  @Parameter(
      names = "--seed",
      validateWith = OptionChecks.Whole.class,
      description = "Of the SVM's training images, of the resamples and of the noise")
  long seed = Images.SVM_SEED;

  @Parameter(names = "--json", description = "Write all figures to this file")
  Path json;

  @Parameter(
      names = "--report",
      description =
          "Write a page with figures, charts, the worst errors and where it all comes from to this"
              + " HTML file; with several classifiers about the first")
  Path report;

  @Override
  public String name() {
    return "test";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    Engine chosen = engine.choose(terminal);
    try (Detector detector = Detector.load(weights, chosen)) {
      List<RuleKind> ways = ways(detector.spec());
      try (Embeddings embeddings = Embeddings.open(terminal, data, cache, detector, chosen)) {
        return run(detector, ways, embeddings, terminal);
      }
    }
  }

  /** What is asked for, if the detector has what it takes. */
  private List<RuleKind> ways(DetectorSpec spec) {
    if (model != null && !model.equals(spec.backbone())) {
      throw new UsageException(
          "--model is %s, but %s holds %s".formatted(model, weights, spec.backbone()));
    }
    if (loss != null && classifiers != null) {
      throw new UsageException("--loss and --classifier say the same: give one of them");
    }
    List<RuleKind> ways =
        classifiers == null
            ? List.of((loss == null ? spec.loss() : loss).rule())
            : classifiers.stream().distinct().toList();
    for (RuleKind way : ways) {
      try {
        way.check(spec);
      } catch (IllegalArgumentException e) {
        throw new UsageException(
            "%s: %s".formatted(classifiers == null ? "--loss" : "--classifier", e.getMessage()));
      }
    }
    return ways;
  }

  private int run(Detector detector, List<RuleKind> ways, Embeddings embeddings, Terminal terminal)
      throws IOException {
    DetectorSpec spec = detector.spec();
    ImageFolder test = folder(spec, Split.TEST);
    terminal.say(
        "detector     %s: %s, trained with %s", weights, spec.backbone(), spec.loss().label());
    terminal.say("testing      %s", test.summary());
    terminal.sayLeftOut(test.leftOut());
    if (detector.hasVerdict() && ways.contains(spec.loss().rule())) {
      terminal.say("verdict      %s", DetectorFacts.verdict(detector));
    }
    FeatureSet fitted =
        ways.stream().anyMatch(way -> RuleEvaluator.needsTraining(way, detector))
            ? training(spec, embeddings, terminal)
            : null;
    Map<RuleKind, RuleEvaluator> evaluators = new LinkedHashMap<>();
    ways.forEach(way -> evaluators.put(way, RuleEvaluator.of(way, detector, () -> fitted)));
    List<LabelledSample> images = test.samples();
    WorstErrors errors =
        new WorstErrors(
            evaluators.get(ways.get(0)), detector, images, id -> id.below(Path.of(test.name())));
    FeatureSet tested =
        report == null
            ? embeddings.of("Test images", images)
            : embeddings.of("Test images", images, Optional.empty(), errors);
    Map<RuleKind, Outcome> outcomes = new LinkedHashMap<>();
    evaluators.forEach(
        (way, evaluator) -> {
          LabelledDecisions decisions = evaluator.evaluate(tested);
          outcomes.put(
              way,
              new Outcome(decisions, detection(decisions, tested.groups()), new LinkedHashMap<>()));
        });
    for (Corruption.Kind kind : corruptions) {
      sweep(kind, test, evaluators, outcomes, embeddings);
    }
    show(spec, outcomes, terminal);
    if (json != null) {
      AtomicFile.write(json, EvaluationJson.write(figures(spec, test, outcomes)));
      terminal.say("Figures written to %s", json);
    }
    if (report != null) {
      Outcome first = outcomes.get(ways.get(0));
      Map<String, DetectionReport> others = new LinkedHashMap<>();
      ways.stream()
          .skip(1)
          .forEach(
              way -> others.put(way.label(), outcomes.get(way).detection().get(TestPage.IMAGES)));
      String html =
          new TestPage(detector, weights, described(test), tested)
              .html(first.decisions(), first.detection(), others, first.corrupted(), errors);
      AtomicFile.write(report, html);
      terminal.say("Report written to %s", report);
    }
    return Main.OK;
  }

  private static String described(ImageFolder folder) {
    return "%s: %s; fingerprint %s"
        .formatted(folder.name(), folder.summary(), folder.fingerprint());
  }

  /**
   * What one way came to.
   *
   * @param detection reports over the images and by video
   * @param corrupted reports over the corrupted images, by corruption, at each severity
   */
  private record Outcome(
      LabelledDecisions decisions,
      Map<String, DetectionReport> detection,
      Map<String, List<DetectionReport>> corrupted) {}

  private void sweep(
      Corruption.Kind kind,
      ImageFolder test,
      Map<RuleKind, RuleEvaluator> evaluators,
      Map<RuleKind, Outcome> outcomes,
      Embeddings embeddings) {
    for (int severity = 1; severity <= Corruption.MAX_SEVERITY; severity++) {
      FeatureSet corrupted =
          embeddings.of(
              "%s %d".formatted(kind.label(), severity),
              test.samples(),
              Optional.of(new Corruption(kind, severity, seed)),
              (index, sample, embedding) -> {});
      evaluators.forEach(
          (way, evaluator) -> {
            LabelledDecisions decisions = evaluator.evaluate(corrupted);
            outcomes
                .get(way)
                .corrupted()
                .computeIfAbsent(kind.label(), k -> new ArrayList<>())
                .add(decisions.detection(decisions.scores(corrupted.groups()), resampling()));
          });
    }
  }

  private FeatureSet training(DetectorSpec spec, Embeddings embeddings, Terminal terminal) {
    List<LabelledSample> train = Images.forSvm(folder(spec, Split.TRAIN), seed);
    terminal.say("SVM          fitted on %d training images", train.size());
    return embeddings.of("Training images", train);
  }

  private ImageFolder folder(DetectorSpec spec, Split split) {
    return ImageFolders.scan(data.dataset, split)
        .get(split)
        .withClasses(spec.classes())
        .groupedBy(videoBy.grouping());
  }

  /** Over the images, and over videos by each rule if there are any. */
  private Map<String, DetectionReport> detection(LabelledDecisions decisions, List<String> videos) {
    DetectionScores images = decisions.scores(videos);
    Map<String, DetectionReport> reports = new LinkedHashMap<>();
    reports.put(TestPage.IMAGES, decisions.detection(images, resampling()));
    if (videoBy != VideoRule.NONE) {
      for (VideoScore rule : VideoScore.values()) {
        reports.put(
            "videos, " + OptionNames.of(rule),
            decisions.detection(images.byVideo(rule), resampling()));
      }
    }
    return reports;
  }

  private Bootstrap resampling() {
    return new Bootstrap(bootstrap, Bootstrap.DEFAULT.confidence(), seed);
  }

  private static void show(DetectorSpec spec, Map<RuleKind, Outcome> outcomes, Terminal terminal) {
    if (outcomes.size() == 1) {
      Outcome only = outcomes.values().iterator().next();
      terminal.print(ReportTable.of(only.decisions().classification()));
      terminal.print(DetectionTable.of(only.detection()));
    } else {
      Map<RuleKind, ComparisonTable.Column> columns = new LinkedHashMap<>();
      outcomes.forEach(
          (way, outcome) ->
              columns.put(
                  way,
                  new ComparisonTable.Column(
                      outcome.decisions().classification(),
                      outcome.detection().get(TestPage.IMAGES))));
      terminal.print(ComparisonTable.of(spec.classes(), columns));
    }
    outcomes.forEach(
        (way, outcome) -> {
          if (outcomes.size() > 1 && outcome.detection().size() > 1) {
            terminal.print("\n%s%s", way, DetectionTable.of(outcome.detection()));
          }
          if (!outcome.corrupted().isEmpty()) {
            terminal.print(
                DetectionTable.bySeverity(
                    way, outcome.detection().get(TestPage.IMAGES), outcome.corrupted()));
          }
        });
  }

  private Map<String, Object> figures(
      DetectorSpec spec, ImageFolder test, Map<RuleKind, Outcome> outcomes) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("detector", weights.toString());
    figures.put("backbone", spec.backbone());
    figures.put("data", test.fingerprint());
    figures.put("videoBy", OptionNames.of(videoBy));
    Map<String, Map<String, Object>> ways = new LinkedHashMap<>();
    outcomes.forEach(
        (way, outcome) -> {
          Map<String, Object> ofWay = new LinkedHashMap<>();
          ofWay.put("report", outcome.decisions().classification());
          ofWay.put("detection", outcome.detection());
          if (!outcome.corrupted().isEmpty()) {
            ofWay.put("corrupted", outcome.corrupted());
          }
          ways.put(way.label(), ofWay);
        });
    RuleKind first = outcomes.keySet().iterator().next();
    figures.put("classifier", first.label());
    figures.putAll(ways.get(first.label()));
    figures.put("classifiers", ways);
    return figures;
  }
}
