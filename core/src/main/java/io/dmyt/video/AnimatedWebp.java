package io.dmyt.video;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a WebP of several pictures, which FFmpeg can't read, from one of a single picture. */
final class AnimatedWebp {
  private static final int FLAGS = 20;
  private static final int ANIMATION = 2;

  private AnimatedWebp() {}

  /** Whether a file is a WebP that says it is animated; false if it can't be read. */
  static boolean is(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(FLAGS + 1);
      if (head.length <= FLAGS) {
        return false;
      }
      String text = new String(head, StandardCharsets.ISO_8859_1);
      return text.startsWith("RIFF")
          && text.startsWith("WEBPVP8X", 8)
          && (head[FLAGS] & ANIMATION) != 0;
    } catch (IOException e) {
      return false;
    }
  }
}
