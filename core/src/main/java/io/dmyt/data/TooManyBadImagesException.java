package io.dmyt.data;

/** More images of an epoch are bad than may be, see {@link BadImages}. */
public final class TooManyBadImagesException extends ImageDataException {
  private static final long serialVersionUID = 1L;

  TooManyBadImagesException(int limit, BadImageException last) {
    this(
        "More than %d bad images in one epoch, the last is %s".formatted(limit, last.getMessage()),
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
