package io.dmyt.cli.option;

import com.beust.jcommander.Parameter;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.PreprocessingKind;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.backbone.Backbones;
import io.dmyt.data.Preprocessing;
import io.dmyt.internal.Text;
import io.dmyt.loss.ClassNames;
import io.dmyt.loss.Dummies;
import io.dmyt.loss.DummyLayout;
import io.dmyt.screening.FaceCropFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of the commands that make a detector. */
public final class DetectorOptions {
  @Parameter(
      names = "--image-size",
      validateWith = OptionChecks.ImageSize.class,
      description = "Side of the images in pixels (default: the backbone's own)")
  public @Nullable Integer imageSize;

  @Parameter(
      names = "--preprocessing",
      description =
          "How images are prepared: reference (bilinear, squeezed to a square, ImageNet's mean and"
              + " deviation) or weights (as for the network's published weights: their mean,"
              + " deviation, interpolation and crop); default: reference for networks of timm"
              + " 0.4.9, weights for others")
  PreprocessingKind preprocessing;

  @Parameter(
      names = "--real-class",
      description = "The class of the real images (default: found by name, such as real)")
  @Nullable String realClass;

  @Parameter(
      names = "--dummies",
      description = "JSON file with a layout of the dummies (default: the reference's)")
  @Nullable Path dummies;

  /** Whether any was given. */
  public boolean given() {
    return imageSize != null || preprocessing != null || realClass != null || dummies != null;
  }

  /** The network of that name. */
  public static BackboneSpec backbone(String name) {
    try {
      return Backbones.spec(name);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private Preprocessing preprocessing(BackboneSpec backbone) {
    PreprocessingKind kind =
        preprocessing == null ? PreprocessingKind.defaultFor(backbone) : preprocessing;
    return kind.of(backbone, imageSize == null ? backbone.imageSize() : imageSize);
  }

  private static String byName(List<String> classes) {
    try {
      return ClassNames.real(classes);
    } catch (IllegalArgumentException e) {
      String fault = String.valueOf(e.getMessage());
      String option = fault.endsWith("is real") ? " with --real-class" : "";
      throw new IllegalArgumentException(fault + option, e);
    }
  }

  /**
   * What the detector will be.
   *
   * @param labelWeights null for equal ones
   */
  public DetectorSpec spec(
      BackboneSpec backbone,
      List<String> classes,
      LossKind loss,
      @Nullable List<Double> labelWeights)
      throws IOException {
    if (realClass != null && !classes.contains(realClass)) {
      throw new UsageException(
          Text.format("--real-class %s is not one of the classes %s", realClass, classes));
    }
    if (dummies != null && loss.hasClassifier()) {
      throw new UsageException("--dummies has no meaning with --loss " + loss.label());
    }
    DummyLayout layout = dummies == null ? null : DummyLayout.read(dummies);
    String real = realClass != null ? realClass : layout != null ? layout.real() : byName(classes);
    int size = backbone.embeddingSize();
    return new DetectorSpec(
        backbone.name(),
        classes,
        real,
        preprocessing(backbone),
        loss,
        loss.hasClassifier()
            ? null
            : layout != null ? Dummies.of(classes, layout, size) : Dummies.of(classes, real, size),
        labelWeights);
  }

  /** A detector that is trained on a data set of {@code dmyt faces} is given faces as these are. */
  public static DetectorSpec givenFaces(DetectorSpec spec, Path dataset) throws IOException {
    return spec.withPreprocessing(
        spec.preprocessing().withFaces(FaceCropFile.read(dataset).orElse(null)));
  }
}
