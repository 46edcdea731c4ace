package io.dmyt.data;

import java.security.MessageDigest;

/** What a sample holds once it is open: an encoded picture, or pixels. */
public sealed interface SampleContent permits EncodedImage, RgbImage {

  /** Adds all that the picture is made of to a digest. */
  void addTo(MessageDigest digest);
}
