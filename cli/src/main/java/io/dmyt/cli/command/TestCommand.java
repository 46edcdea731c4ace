package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.ModelFile;
import io.dmyt.RuleKind;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DataOptions;
import io.dmyt.cli.option.EmbeddingOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.VideoRule;
import io.dmyt.cli.option.WeightsOptions;
import io.dmyt.cli.output.EvaluationText;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Corruption;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.Split;
import io.dmyt.engine.Engine;
import io.dmyt.evaluation.DetectorEvaluation;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.evaluation.embedding.ClassSample;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.evaluation.report.TestPage;
import io.dmyt.evaluation.report.WorstErrors;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Text;
import io.dmyt.metric.Bootstrap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code dmyt test}: measures a detector on the test split. */
@Parameters(commandDescription = "Measure a trained detector on the test images of a data set")
final class TestCommand implements Command {
  @ParametersDelegate final DataOptions data = new DataOptions();
  @ParametersDelegate final WeightsOptions source = new WeightsOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final EmbeddingOptions embedding = new EmbeddingOptions();

  @Parameter(
      names = {"-m", "--model"},
      description = "Backbone that the file must hold (default: whichever it holds)")
  @Nullable String model;

  @Parameter(
      names = {"-l", "--loss"},
      converter = OptionChecks.Loss.class,
      description =
          "How to classify, by the loss: DmyT by the dummies, CrossEntropy by the classifier,"
              + " Triplet by an SVM fitted on up to 1,000 training embeddings a class (default: the"
              + " loss the detector was trained with)")
  @Nullable LossKind loss;

  @Parameter(
      names = "--classifier",
      converter = OptionChecks.ClassifierName.class,
      description =
          "How to classify, instead of --loss: dummies; root (real or fake by the root dummies);"
              + " svm; svm-binary (real against all the rest); argmax; or several of them,"
              + " comma-separated, side by side")
  @Nullable List<RuleKind> classifiers;

  @Parameter(
      names = "--video-by",
      description =
          "How to group frames into videos: none, by folder, or by name (the file name up to"
              + " the frame number)")
  VideoRule videoBy = VideoRule.NONE;

  @Parameter(
      names = "--bootstrap",
      validateWith = OptionChecks.CountOrNone.class,
      description = "Bootstrap resamples for the 95 % intervals; 0 for no intervals")
  int bootstrap = Bootstrap.DEFAULT.resamples();

  @Parameter(
      names = "--corrupt",
      converter = OptionChecks.CorruptionName.class,
      description =
          "Also test on corrupted images, each at five severities: jpeg, blur, noise, resize,"
              + " brightness, comma-separated")
  List<Corruption.Kind> corruptions = List.of();

  @Parameter(
      names = "--seed",
      validateWith = OptionChecks.Whole.class,
      description =
          "Seed for choosing the SVM's training images, for the bootstrap and for the noise")
  long seed = ClassSample.DEFAULT_SEED;

  @Parameter(names = "--json", description = "Write all metrics to this file")
  @Nullable Path json;

  @Parameter(
      names = "--report",
      description =
          "Write an HTML page with metrics, charts, the worst errors and the provenance of"
              + " model and data; with several classifiers it shows the first")
  @Nullable Path report;

  @Override
  public String name() {
    return "test";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    source.fetch(terminal, false);
    ModelFile.requireSound(source.weights);
    Engine chosen = engine.choose(terminal);
    try (Detector detector = Detector.loadForInference(source.weights, chosen)) {
      List<RuleKind> ways = ways(detector.spec());
      try (Embedder embedder = embedding.embedder(detector, chosen, data, terminal)) {
        return run(detector, ways, embedder, terminal);
      }
    }
  }

  /** What is asked for, if the detector has what it takes. */
  private List<RuleKind> ways(DetectorSpec spec) {
    if (model != null && !model.equals(spec.backbone())) {
      throw new UsageException(
          Text.format("--model is %s, but %s holds %s", model, source.weights, spec.backbone()));
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
            Text.format("%s: %s", classifiers == null ? "--loss" : "--classifier", e.getMessage()));
      }
    }
    return ways;
  }

  private int run(Detector detector, List<RuleKind> ways, Embedder embedder, Terminal terminal)
      throws IOException {
    DetectorSpec spec = detector.spec();
    ImageFolder test = folder(spec, Split.TEST);
    terminal.say(
        "detector     %s: %s, trained with %s",
        source.weights, spec.backbone(), spec.loss().label());
    terminal.say("testing      %s", test.summary());
    terminal.sayLeftOut(test.leftOut());
    if (detector.hasVerdict() && ways.contains(spec.loss().rule())) {
      terminal.say("verdict      %s", DetectorFacts.verdict(detector));
    }
    DetectorEvaluation evaluation =
        DetectorEvaluation.prepare(embedder, ways, () -> training(spec, terminal));
    WorstErrors errors =
        new WorstErrors(
            evaluation.first(), detector, test.samples(), id -> id.below(Path.of(test.name())));
    DetectorEvaluation.Result result =
        evaluation.run(
            test.samples(),
            new DetectorEvaluation.Options(
                videoBy != VideoRule.NONE,
                new Bootstrap(bootstrap, Bootstrap.DEFAULT.confidence(), seed),
                corruptions,
                seed),
            report == null ? Embedder.Sink.NONE : errors);
    terminal.print(EvaluationText.of(spec.classes(), result));
    if (json != null) {
      AtomicFile.write(json, EvaluationJson.write(results(spec, test, result)));
      terminal.say("Metrics written to %s", json);
    }
    if (report != null) {
      String data =
          Text.format("%s: %s; fingerprint %s", test.name(), test.summary(), test.fingerprint());
      AtomicFile.write(report, TestPage.html(detector, source.weights, data, result, errors));
      terminal.say("Report written to %s", report);
    }
    return Main.OK;
  }

  private List<LabelledSample> training(DetectorSpec spec, Terminal terminal) {
    List<LabelledSample> train =
        DetectorEvaluation.forFitting(folder(spec, Split.TRAIN).samples(), seed);
    terminal.say("SVM          fitted on %d training images", train.size());
    return train;
  }

  private ImageFolder folder(DetectorSpec spec, Split split) {
    return ImageFolders.scan(data.dataset, split)
        .get(split)
        .withClasses(spec.classes())
        .groupedBy(videoBy.grouping());
  }

  private Map<String, Object> results(
      DetectorSpec spec, ImageFolder test, DetectorEvaluation.Result result) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("detector", source.weights.toString());
    results.put("backbone", spec.backbone());
    results.put("data", test.fingerprint());
    results.put("videoBy", OptionNames.of(videoBy));
    Map<String, Map<String, Object>> ways = new LinkedHashMap<>();
    result
        .outcomes()
        .forEach(
            (way, outcome) -> {
              Map<String, Object> ofWay = new LinkedHashMap<>();
              ofWay.put("report", outcome.decisions().classification());
              ofWay.put("detection", outcome.detection());
              if (!outcome.corrupted().isEmpty()) {
                ofWay.put("corrupted", outcome.corrupted());
              }
              ways.put(way.label(), ofWay);
            });
    String first = result.first().decisions().rule().label();
    results.put("classifier", first);
    results.putAll(ways.get(first));
    results.put("classifiers", ways);
    return results;
  }
}
