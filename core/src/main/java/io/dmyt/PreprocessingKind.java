package io.dmyt;

import io.dmyt.backbone.BackboneSpec;
import io.dmyt.data.Interpolation;
import io.dmyt.data.Preprocessing;
import io.dmyt.data.Resizing;
import io.dmyt.hub.PublishedDetectors;
import io.dmyt.hub.TimmCatalogue;
import io.dmyt.hub.TimmWeights;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whose way of preparing images a new detector takes over. */
public enum PreprocessingKind {
  /** The reference's: straight to a square, bilinear, with ImageNet's mean and deviation. */
  REFERENCE,
  /** That of the network's published weights. */
  WEIGHTS;

  /** The reference's for the names of timm 0.4.9, which it knows; else that of the weights. */
  public static PreprocessingKind defaultFor(BackboneSpec backbone) {
    String name = backbone.name();
    boolean current = TimmCatalogue.find(name).isEmpty() && TimmWeights.find(name).isPresent();
    return current || PublishedDetectors.ofNetwork(name).isPresent() ? WEIGHTS : REFERENCE;
  }

  /**
   * How images are prepared for a network.
   *
   * @param size side in pixels of what the network sees
   * @throws IllegalArgumentException if it is to be as with the network's weights, and none are
   *     published
   */
  public Preprocessing of(BackboneSpec backbone, int size) {
    if (this == REFERENCE) {
      return Preprocessing.imageNet(size);
    }
    String name = backbone.name();
    return TimmCatalogue.find(name)
        .map(e -> of(size, e.mean(), e.deviation(), e.interpolation(), e.crop(), false))
        .or(() -> ofWeights(name, size))
        .or(() -> PublishedDetectors.ofNetwork(name).map(e -> of(e, size)))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "how images are prepared for "
                        + name
                        + " is not known: no weights of it are published"));
  }

  private static Optional<Preprocessing> ofWeights(String name, int size) {
    return TimmWeights.find(name)
        .map(e -> of(size, e.mean(), e.deviation(), e.interpolation(), e.crop(), e.squash()));
  }

  /** As a published detector was trained. */
  public static Preprocessing of(PublishedDetectors.Entry detector) {
    return of(detector, detector.imageSize());
  }

  private static Preprocessing of(PublishedDetectors.Entry e, int size) {
    return of(size, e.mean(), e.deviation(), e.interpolation(), 1, false);
  }

  private static Preprocessing of(
      int size,
      List<Double> mean,
      List<Double> deviation,
      String interpolation,
      double crop,
      boolean squash) {
    Interpolation how = Interpolation.valueOf(interpolation.toUpperCase(Locale.ROOT));
    // A few are over 1, for images with a black frame.
    return new Preprocessing(size, mean, deviation)
        .withResizing(new Resizing(how, Math.min(1, crop), squash));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
