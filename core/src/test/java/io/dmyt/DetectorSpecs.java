package io.dmyt;

import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small detectors for tests. */
public final class DetectorSpecs {
  private DetectorSpecs() {}

  /**
   * resnet18 on images of that size; one of the classes is "real".
   *
   * @param weights of the classes in the loss, or null
   */
  public static DetectorSpec resnet18(
      List<String> classes, int imageSize, LossKind loss, @Nullable List<Double> weights) {
    int features = Backbones.spec("resnet18").embeddingSize();
    return new DetectorSpec(
        "resnet18",
        classes,
        "real",
        Preprocessing.imageNet(imageSize),
        loss,
        loss.hasClassifier() ? null : Dummies.of(classes, features),
        weights);
  }
}
