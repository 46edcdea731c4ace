package io.dmyt.backbone;

/**
 * What is known of a network before it is built.
 *
 * @param name timm's name of the model, for example {@code xception}
 * @param family the architecture it belongs to, for example {@code resnet}
 * @param imageSize height and width in pixels of the images that timm feeds it by default
 * @param embeddingSize number of features after global pooling
 * @param classifier timm's name of the linear classifier, for example {@code fc}
 * @param batchNormEps constant added to every batch normalisation's variance
 */
public record BackboneSpec(
    String name,
    String family,
    int imageSize,
    int embeddingSize,
    String classifier,
    double batchNormEps) {

  /** The number of trainable values without classifier. */
  public long parameters() {
    return Backbones.cost(name).parameters();
  }

  /**
   * The multiply-adds (a multiplication with its addition counted once, as "GFLOPs" of networks are
   * usually given) of one image at {@link #imageSize}, in convolutions.
   */
  public long flops() {
    return Backbones.cost(name).multiplyAdds();
  }
}
