package io.dmyt.cli;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.WholeFile;
import io.dmyt.data.ImageFile;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.Split;
import io.dmyt.evaluation.ClassSample;
import io.dmyt.evaluation.ClassificationReport;
import io.dmyt.evaluation.EmbeddingSvm;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.evaluation.FeatureSet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code dmyt test}: measures a detector on the test split. */
@Parameters(commandDescription = "Measure a trained detector on the test images of a data set")
final class TestCommand implements Command {
  private static final long SVM_SEED = 42;

  @ParametersDelegate final DataOptions data = new DataOptions();

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
      converter = Checks.Loss.class,
      description =
          "How to classify, by the loss: DmyT by the dummies, CrossEntropy by the classifier,"
              + " Triplet by an SVM fitted on up to 1,000 training embeddings a class (default: the"
              + " loss the detector was trained with)")
  LossKind loss;

  @Parameter(names = "--json", description = "Write all figures to this file")
  Path json;

  @Override
  public String name() {
    return "test";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    Detector detector = Detector.load(weights);
    DetectorSpec spec = detector.spec();
    LossKind way = loss == null ? spec.loss() : loss;
    if (model != null && !model.equals(spec.backbone())) {
      throw new UsageException(
          "--model is %s, but %s holds %s".formatted(model, weights, spec.backbone()));
    }
    if (way == LossKind.CROSS_ENTROPY && !spec.loss().hasClassifier()) {
      throw new UsageException(
          "%s was trained with %s and has no classifier: use --loss DmyT or Triplet"
              .formatted(weights, spec.loss()));
    }
    if (way == LossKind.DMYT && spec.dummies() == null) {
      throw new UsageException(
          "%s was trained with %s and has no dummies: use --loss CrossEntropy or Triplet"
              .formatted(weights, spec.loss()));
    }
    ImageFolder test = folder(spec, Split.TEST);
    terminal.say("detector     %s: %s, trained with %s", weights, spec.backbone(), spec.loss());
    terminal.say("testing      %s", Images.counts(test));
    FeatureSet.Layer layer =
        way == LossKind.TRIPLET ? FeatureSet.Layer.EMBEDDING : FeatureSet.Layer.OUTPUT;
    int[] predictions;
    FeatureSet tested;
    if (way == LossKind.TRIPLET) {
      List<ImageFile> train = svmImages(folder(spec, Split.TRAIN));
      terminal.say("SVM          fitted on %d training images", train.size());
      FeatureSet fitted = features(terminal, detector, train, layer, "Training images");
      tested = features(terminal, detector, test.files(), layer, "Test images");
      predictions = EmbeddingSvm.fit(fitted.features(), fitted.labels()).predict(tested.features());
    } else {
      tested = features(terminal, detector, test.files(), layer, "Test images");
      predictions = detector.classify(tested.features());
    }
    ClassificationReport report =
        ClassificationReport.of(spec.classes(), spec.realIndex(), tested.labels(), predictions);
    terminal.print(ReportTable.of(report));
    if (json != null) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("detector", weights.toString());
      figures.put("backbone", spec.backbone());
      figures.put("classifier", way.label());
      figures.put("data", test.fingerprint());
      figures.put("report", report);
      WholeFile.write(json, EvaluationJson.write(figures));
      terminal.say("Figures written to %s", json);
    }
    return Main.OK;
  }

  private ImageFolder folder(DetectorSpec spec, Split split) {
    return ImageFolders.scan(data.dataset, split).get(split).withClasses(spec.classes());
  }

  /** Up to 1,000 a class, as the reference takes them. */
  private static List<ImageFile> svmImages(ImageFolder train) {
    List<ImageFile> files = train.files();
    int[] labels = files.stream().mapToInt(ImageFile::label).toArray();
    int[] chosen = ClassSample.indices(labels, ClassSample.DEFAULT_PER_CLASS, SVM_SEED);
    return Arrays.stream(chosen).mapToObj(files::get).toList();
  }

  private FeatureSet features(
      Terminal terminal,
      Detector detector,
      List<ImageFile> files,
      FeatureSet.Layer layer,
      String task) {
    try (ImageFolderIterator images = Images.inOrder(data, files, detector.spec());
        ProgressLine progress = new ProgressLine(terminal, task, files.size())) {
      FeatureSet features = FeatureSet.of(detector, images, layer, progress::at);
      Images.reportBad(terminal, images);
      return features;
    }
  }
}
