package io.dmyt;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.NamedParameter;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageFile;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.ClassNames;
import io.dmyt.loss.Dummies;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Detectors and images as the golden runs have them. */
public final class GoldenDetector {
  private GoldenDetector() {}

  /** The detector of a run on the best engine, every weight made from its name. */
  public static Detector create(JsonNode run) {
    return create(run, Engine.best());
  }

  /** The detector of a run, every weight made from its name. */
  public static Detector create(JsonNode run, Engine engine) {
    Detector detector = Detector.create(spec(run), 1, engine);
    setWeights(detector.backbone());
    return detector;
  }

  /** What the run says of its detector. */
  public static DetectorSpec spec(JsonNode run) {
    String model = run.get("model").asText();
    LossKind loss = LossKind.parse(run.get("loss").asText());
    List<String> classes = new ArrayList<>();
    run.get("classes").forEach(c -> classes.add(c.asText()));
    List<Double> weights = null;
    if (!run.get("label_weights").isNull()) {
      weights = new ArrayList<>();
      for (double weight : Golden.doubles(run.get("label_weights"))) {
        weights.add(weight);
      }
    }
    int size = Backbones.spec(model).embeddingSize();
    return new DetectorSpec(
        model,
        classes,
        ClassNames.real(classes),
        Preprocessing.imageNet(run.get("input_size").intValue()),
        loss,
        loss.hasClassifier() ? null : Dummies.of(classes, size),
        weights);
  }

  /** Gives every parameter the value that belongs to its name. */
  public static void setWeights(Backbone backbone) {
    for (NamedParameter parameter : backbone.parameters()) {
      if (parameter.kind() != NamedParameter.Kind.COUNTER) {
        float[] values = Golden.weights(parameter.name(), parameter.shape());
        backbone.set(parameter.name(), FloatBuffer.wrap(values));
      }
    }
  }

  /** Images in the given order, none dropped. */
  public static ImageFolderIterator images(
      Path dataset, JsonNode order, DetectorSpec spec, int batch) {
    List<ImageFile> files = new ArrayList<>();
    for (JsonNode path : order) {
      Path file = Path.of(path.asText());
      int label = spec.classes().indexOf(file.getParent().getFileName().toString());
      files.add(new ImageFile(dataset.resolve(file), label));
    }
    return new ImageFolderIterator(
        files,
        spec.classes(),
        LoaderOptions.evaluation(spec.preprocessing())
            .withBatch(batch)
            .withBadImages(BadImages.fail()));
  }
}
