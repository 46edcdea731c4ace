package io.dmyt.training;

import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmyt.DetectorSpec;
import io.dmyt.Golden;
import io.dmyt.GoldenDetector;
import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.loss.CrossEntropyLoss;
import io.dmyt.loss.DummyTripletLoss;
import io.dmyt.loss.TripletLoss;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Retraces PyTorch's runs in double precision, where rounding has no say: the first steps of runs
 * that are chaotic in single precision. DL4J's own layers take half a minute for each.
 */
@Tag("slow")
class DoubleRunTest {
  /** Single precision has strayed by .01 in the fourth step of CrossEntropy. */
  private static final int STEPS = 4;

  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] STD = {0.229, 0.224, 0.225};

  @ParameterizedTest
  @ValueSource(strings = {"resnet18-DmyT", "resnet18-CrossEntropy", "resnet18-Triplet"})
  void retracesPyTorchInDouble(String name) {
    Path file = Path.of(Golden.class.getResource("/golden/run/" + name + ".json").getPath());
    JsonNode run = Golden.read(file);
    double[] expected = Golden.doubles(ReferenceRuns.of(name).get("double").get(0));
    DetectorSpec spec = GoldenDetector.spec(run);
    double[] weights =
        run.get("label_weights").isNull() ? null : Golden.doubles(run.get("label_weights"));
    ILossFunction loss =
        switch (spec.loss()) {
          case DMYT -> new DummyTripletLoss(spec.dummies(), weights);
          case TRIPLET -> new TripletLoss(weights);
          case CROSS_ENTROPY -> new CrossEntropyLoss(weights);
        };
    Backbone backbone =
        Backbones.create(
            run.get("model").asText(),
            BackboneOptions.defaults()
                .withImageSize(run.get("input_size").intValue())
                .withClasses(spec.loss().hasClassifier() ? spec.classes().size() : 0)
                .withDataType(DataType.DOUBLE));
    GoldenDetector.setWeights(backbone);
    TrainingOptions options =
        TrainingOptions.defaults().withLearningRate(run.get("lr").doubleValue());
    try (TrainingStep step = new TrainingStep(backbone, loss, options);
        var images =
            GoldenDetector.images(
                file.resolveSibling("dataset"),
                run.get("train_order"),
                spec,
                run.get("batch").intValue())) {
      for (int s = 0; s < STEPS; s++) {
        DataSet batch = images.next();
        INDArray labels = batch.getLabels().castTo(DataType.DOUBLE);
        double actual = step.run(inDouble(batch.getFeatures()), labels);
        Golden.assertClose(expected[s], actual, 1e-5, 1e-3, "loss of step " + (s + 1));
      }
    }
  }

  /** The grey levels that the normalised images were made of, normalised again in double. */
  private static INDArray inDouble(INDArray images) {
    INDArray result = images.castTo(DataType.DOUBLE).dup('c');
    for (int image = 0; image < result.size(0); image++) {
      for (int channel = 0; channel < MEAN.length; channel++) {
        INDArray plane = result.get(point(image), point(channel));
        double mean = MEAN[channel];
        double std = STD[channel];
        INDArray levels = Transforms.round(plane.mul(std).addi(mean).muli(255), false);
        plane.assign(levels.divi(255).subi(mean).divi(std));
      }
    }
    return result;
  }
}
