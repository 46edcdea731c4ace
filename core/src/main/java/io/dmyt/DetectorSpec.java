package io.dmyt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.dmyt.data.Preprocessing;
import io.dmyt.internal.Text;
import io.dmyt.loss.Dummies;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a detector is, apart from its weights: stored beside them as JSON.
 *
 * @param backbone timm's name of the network
 * @param classes the classes in the order of their indices, at least two
 * @param realClass which of them is no manipulation
 * @param preprocessing what is done to an image before the network sees it
 * @param loss what it is trained with
 * @param dummies the classes' dummies, for embeddings; null with a classifier
 * @param labelWeights of each class in the loss, positive; null for equal weights
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DetectorSpec(
    String backbone,
    List<String> classes,
    String realClass,
    Preprocessing preprocessing,
    LossKind loss,
    @Nullable Dummies dummies,
    @Nullable List<Double> labelWeights) {

  /**
   * @throws IllegalArgumentException if the real class is not one of the classes, the loss needs
   *     dummies that are missing or has no use for those that are there, or the dummies or the
   *     weights are not those of the classes
   */
  public DetectorSpec {
    Objects.requireNonNull(backbone, "backbone");
    Objects.requireNonNull(preprocessing, "preprocessing");
    Objects.requireNonNull(loss, "loss");
    classes = List.copyOf(classes);
    if (!classes.contains(realClass)) {
      throw new IllegalArgumentException(
          Text.format("the real class '%s' is not one of the classes %s", realClass, classes));
    }
    if ((dummies == null) != loss.hasClassifier()) {
      throw new IllegalArgumentException(
          loss.label()
              + (dummies == null ? " needs dummies" : " has a classifier, and no dummies"));
    }
    if (dummies != null && !dummies.classes().equals(classes)) {
      throw new IllegalArgumentException(
          Text.format(
              "the dummies' classes %s are not the detector's %s", dummies.classes(), classes));
    }
    if (labelWeights != null) {
      labelWeights = List.copyOf(labelWeights);
      if (labelWeights.size() != classes.size()) {
        throw new IllegalArgumentException(
            Text.format(
                "%d label weights for the %d classes %s",
                labelWeights.size(), classes.size(), classes));
      }
    }
  }

  /** The same with pictures prepared in another way. */
  public DetectorSpec withPreprocessing(Preprocessing value) {
    return new DetectorSpec(backbone, classes, realClass, value, loss, dummies, labelWeights);
  }

  /**
   * The weights of the classes in the loss, one for each class in order; of length 0 if all classes
   * count the same.
   */
  public double[] weights() {
    return labelWeights == null
        ? new double[0]
        : labelWeights.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** The real class's index. */
  public int realIndex() {
    return classes.indexOf(realClass);
  }

  /** The dummies of a detector that has some. */
  Dummies requireDummies() {
    return Objects.requireNonNull(dummies, "dummies");
  }
}
