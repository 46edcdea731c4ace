package io.dmyt.backbone;

import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How to build a backbone.
 *
 * @param imageSize height and width in pixels of the images to come; 0 means the model's own. The
 *     network takes others as well; one that it cannot take is refused here
 * @param classes outputs of the linear classifier, at least 2; 0 means no classifier: the network's
 *     output is the embedding
 * @param seed of the initial weights
 * @param dataType of parameters and activations: FLOAT or DOUBLE
 * @param unitLength whether embeddings are brought to length 1, before a classifier or as the
 *     output
 * @param randomWeights whether to draw initial weights as timm does; false leaves them 0, for a
 *     caller that sets every parameter anyway
 */
public record BackboneOptions(
    int imageSize,
    int classes,
    boolean unitLength,
    long seed,
    DataType dataType,
    boolean randomWeights) {

  /**
   * @throws IllegalArgumentException if the image size is negative, there is a single class or a
   *     negative number of them, or the data type is neither FLOAT nor DOUBLE
   */
  public BackboneOptions {
    if (imageSize < 0) {
      throw new IllegalArgumentException("image size must be positive, or 0: " + imageSize);
    }
    if (classes < 0 || classes == 1) {
      throw new IllegalArgumentException("classes must be 0 (embedding) or at least 2: " + classes);
    }
    Objects.requireNonNull(dataType, "dataType");
    if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
      throw new IllegalArgumentException("data type must be FLOAT or DOUBLE: " + dataType);
    }
  }

  /** The model's own image size, no classifier, seed 42, single precision, random weights. */
  public static BackboneOptions defaults() {
    return new BackboneOptions(0, 0, false, 42, DataType.FLOAT, true);
  }

  /**
   * The same for images of another size.
   *
   * @param pixels height and width; 0 for the model's own
   */
  public BackboneOptions withImageSize(int pixels) {
    return new BackboneOptions(pixels, classes, unitLength, seed, dataType, randomWeights);
  }

  /**
   * The same with another classifier.
   *
   * @param count of its outputs, at least 2; 0 for none: the output is the embedding
   */
  public BackboneOptions withClasses(int count) {
    return new BackboneOptions(imageSize, count, unitLength, seed, dataType, randomWeights);
  }

  /** The same with or without embeddings of length 1. */
  public BackboneOptions withUnitLength(boolean unit) {
    return new BackboneOptions(imageSize, classes, unit, seed, dataType, randomWeights);
  }

  /** The same with another seed of the initial weights. */
  public BackboneOptions withSeed(long value) {
    return new BackboneOptions(imageSize, classes, unitLength, value, dataType, randomWeights);
  }

  /**
   * The same in another precision.
   *
   * @param type of parameters and activations, FLOAT or DOUBLE
   */
  public BackboneOptions withDataType(DataType type) {
    return new BackboneOptions(imageSize, classes, unitLength, seed, type, randomWeights);
  }

  /** The same with initial weights that are drawn, or all 0. */
  public BackboneOptions withRandomWeights(boolean random) {
    return new BackboneOptions(imageSize, classes, unitLength, seed, dataType, random);
  }
}
