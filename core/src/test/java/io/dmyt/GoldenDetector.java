package io.dmyt;

import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.backbone.NamedParameter;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.Sample;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.loss.ClassNames;
import io.dmyt.loss.Dummies;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Detectors and images as the golden runs have them. */
public final class GoldenDetector {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] STD = {0.229, 0.224, 0.225};

  private GoldenDetector() {}

  /** The detector of a run on the best engine, every weight made from its name. */
  public static Detector create(JsonNode run) {
    return create(run, Engines.best());
  }

  /** The detector of a run, every weight made from its name. */
  public static Detector create(JsonNode run, Engine engine) {
    Detector detector = Detector.create(spec(run), 1, engine);
    setWeights(detector.backbone());
    return detector;
  }

  /** The detector of a run in double precision, on DL4J's own layers. */
  public static Detector inDouble(JsonNode run) {
    DetectorSpec spec = spec(run);
    Backbone backbone =
        Backbones.create(
            spec.backbone(),
            BackboneOptions.defaults()
                .withImageSize(spec.preprocessing().size())
                .withClasses(spec.loss().hasClassifier() ? spec.classes().size() : 0)
                .withDataType(DataType.DOUBLE));
    setWeights(backbone);
    return Detector.of(spec, backbone);
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

  /** Images in the given order, every one of them. */
  public static ImageFolderIterator images(
      Path dataset, JsonNode order, DetectorSpec spec, int batch) {
    return images(dataset, order, spec, batch, false);
  }

  /** Images to train on in the given order, in whole batches. */
  public static ImageFolderIterator trainingImages(
      Path dataset, JsonNode order, DetectorSpec spec, int batch) {
    return images(dataset, order, spec, batch, true);
  }

  private static ImageFolderIterator images(
      Path dataset, JsonNode order, DetectorSpec spec, int batch, boolean dropLast) {
    List<LabelledSample> files = new ArrayList<>();
    for (JsonNode path : order) {
      Path file = Path.of(path.asText());
      int label = spec.classes().indexOf(file.getParent().getFileName().toString());
      files.add(new LabelledSample(Sample.of(dataset.resolve(file)), label));
    }
    return new ImageFolderIterator(
        files,
        spec.classes(),
        LoaderOptions.evaluation(spec.preprocessing())
            .withBatch(batch)
            .withDropLast(dropLast)
            .withBadImages(BadImages.fail()));
  }

  /**
   * Casts images and labels to double, the images as if they had been normalised in double: from
   * the grey levels that they were made of.
   */
  public static void toDouble(DataSet batch) {
    INDArray images = batch.getFeatures().castTo(DataType.DOUBLE).dup('c');
    for (int image = 0; image < images.size(0); image++) {
      for (int channel = 0; channel < MEAN.length; channel++) {
        INDArray plane = images.get(point(image), point(channel));
        double mean = MEAN[channel];
        double std = STD[channel];
        INDArray levels = Transforms.round(plane.mul(std).addi(mean).muli(255), false);
        plane.assign(levels.divi(255).subi(mean).divi(std));
      }
    }
    batch.setFeatures(images);
    batch.setLabels(batch.getLabels().castTo(DataType.DOUBLE));
  }
}
