package io.dmyt.data;

import io.dmyt.internal.Text;

/** More images of an epoch are bad than may be, see {@link BadImages}. */
public final class TooManyBadImagesException extends ImageDataException {
  private static final long serialVersionUID = 1L;

  /**
   * @param limit how many were allowed
   * @param last the one that was too many
   */
  public TooManyBadImagesException(int limit, BadImageException last) {
    this(
        Text.format(
            "More than %d bad images in one epoch, the last is %s", limit, last.getMessage()),
        last);
  }

  private TooManyBadImagesException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The same failure on the way of another thread. */
  TooManyBadImagesException again() {
    return new TooManyBadImagesException(String.valueOf(getMessage()), this);
  }
}
