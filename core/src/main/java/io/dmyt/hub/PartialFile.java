package io.dmyt.hub;

import io.dmyt.internal.Sha256;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * What was received of a file so far, also by an earlier process.
 *
 * @param channel open for reading and writing, and locked
 * @param validator the file that says which version the bytes are of
 */
record PartialFile(FileChannel channel, Path validator) {
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST_VALIDATOR = 500;

  /** Empties the file: what is there is of no use. */
  void forget() throws IOException {
    channel.truncate(0);
    Files.deleteIfExists(validator);
  }

  /** What the received bytes are a part of, if there are any. */
  Optional<String> tag() throws IOException {
    if (!Files.exists(validator) || Files.size(validator) > LONGEST_VALIDATOR) {
      return Optional.empty();
    }
    String tag = new String(Files.readAllBytes(validator), StandardCharsets.ISO_8859_1).strip();
    return tag.isEmpty() || tag.chars().anyMatch(Character::isISOControl)
        ? Optional.empty()
        : Optional.of(tag);
  }

  /** Begins anew, and keeps what tells this version from others: a strong ETag, else the date. */
  void begin(HttpResponse<?> response) throws IOException {
    channel.truncate(0);
    Optional<String> tag =
        response
            .headers()
            .firstValue("etag")
            .filter(etag -> !etag.startsWith("W/"))
            .or(() -> response.headers().firstValue("last-modified"))
            .filter(text -> text.length() <= LONGEST_VALIDATOR);
    if (tag.isPresent()) {
      Files.writeString(validator, tag.get(), StandardCharsets.ISO_8859_1);
    } else {
      Files.deleteIfExists(validator);
    }
  }

  /**
   * Fails, and empties the file, if its hash is another than the one expected.
   *
   * @param sha256 its first digits, if known
   */
  void verify(Optional<String> sha256) throws IOException {
    if (sha256.isEmpty()) {
      return;
    }
    String expected = sha256.get();
    String found = sha256();
    if (!found.startsWith(expected)) {
      forget();
      throw new IOException(
          Text.format(
              "its SHA-256 begins with %s, expected %s",
              found.substring(0, expected.length()), expected));
    }
  }

  private String sha256() throws IOException {
    MessageDigest digest = Sha256.begin();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = 0; channel.read(buffer, at) >= 0; buffer.clear()) {
      at += buffer.position();
      digest.update(buffer.flip());
    }
    return Sha256.hex(digest);
  }
}
