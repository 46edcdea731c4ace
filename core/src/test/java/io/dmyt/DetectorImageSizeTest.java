package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dmyt.backbone.Backbone;
import io.dmyt.backbone.BackboneOptions;
import io.dmyt.backbone.Backbones;
import io.dmyt.loss.Dummies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Detectors over networks that are laid out for a size of images. */
class DetectorImageSizeTest {
  private static final String MODEL = "vit_tiny_patch16_224.augreg_in21k_ft_in1k";
  private static final int SIZE = 48;

  @TempDir Path folder;

  private static Detector detector() {
    List<String> classes = List.of("deepfake", "real");
    DetectorSpec spec =
        new DetectorSpec(
            MODEL,
            classes,
            "real",
            PreprocessingKind.WEIGHTS.of(Backbones.spec(MODEL), SIZE),
            LossKind.DMYT,
            Dummies.of(classes, "real", Backbones.spec(MODEL).embeddingSize()),
            null);
    return Detector.create(spec, 5);
  }

  @Test
  void openAgainForTheSameSize() throws IOException {
    Detector detector = detector();
    INDArray images = Nd4j.rand(DataType.FLOAT, 2, 3, SIZE, SIZE);
    INDArray expected = detector.backbone().embed(images);
    Path zip = folder.resolve("detector.zip");
    detector.save(zip);
    Detector again = Detector.load(zip);
    assertEquals(detector.spec(), again.spec());
    assertEquals(expected, again.backbone().embed(images));
    Path safetensors = folder.resolve("detector.safetensors");
    try (ModelFile file = ModelFile.open(zip)) {
      file.write(safetensors);
    }
    assertEquals(expected, Detector.load(safetensors).backbone().embed(images));
  }

  @Test
  void startFromWeightsForAnotherSize() {
    Backbone full = Backbones.create(MODEL, BackboneOptions.defaults().withSeed(3));
    Detector detector = detector();
    detector.backbone().loadPretrained(full.stateDict());
    assertEquals(full.get("norm.weight"), detector.backbone().get("norm.weight"));
    INDArray positions = detector.backbone().get("pos_embed");
    assertEquals(10, positions.size(1));
    // That of the class token stays.
    assertEquals(full.get("pos_embed").getDouble(0, 0, 7), positions.getDouble(0, 0, 7));
  }
}
