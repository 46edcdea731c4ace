package io.dmyt.data;

import java.security.MessageDigest;

/**
 * A picture as it is in a file, in any format that {@link ImageDecoder} reads.
 *
 * @param bytes the whole file; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Large, and compared by nobody.
public record EncodedImage(byte[] bytes) implements SampleContent {
  @Override
  public void addTo(MessageDigest digest) {
    digest.update(bytes);
  }
}
