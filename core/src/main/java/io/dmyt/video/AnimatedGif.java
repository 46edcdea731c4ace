package io.dmyt.video;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells a GIF of several pictures, which is a video, from one of a single picture. */
final class AnimatedGif {
  private static final int HEADER = 10;
  private static final int TABLE = 0x80;
  private static final int PICTURE = ',';
  private static final int EXTENSION = '!';

  private AnimatedGif() {}

  /** Whether a file is a GIF with a second picture; false if it can't be read. */
  static boolean is(Path file) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return new String(in.readNBytes(3), StandardCharsets.US_ASCII).equals("GIF")
          && hasTwoPictures(in);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasTwoPictures(DataInputStream in) throws IOException {
    in.skipNBytes(HEADER - 3);
    int flags = in.readUnsignedByte();
    in.skipNBytes(2);
    passTable(in, flags);
    boolean one = false;
    for (int block = in.read(); block == PICTURE || block == EXTENSION; block = in.read()) {
      if (block == PICTURE) {
        if (one) {
          return true;
        }
        one = true;
        in.skipNBytes(8);
        passTable(in, in.readUnsignedByte());
      }
      // The size of the code words, or the extension's kind.
      in.readUnsignedByte();
      passParts(in);
    }
    return false;
  }

  private static void passTable(DataInputStream in, int flags) throws IOException {
    if ((flags & TABLE) != 0) {
      in.skipNBytes(3L << ((flags & 7) + 1));
    }
  }

  private static void passParts(InputStream in) throws IOException {
    for (int size = in.read(); size > 0; size = in.read()) {
      in.skipNBytes(size);
    }
  }
}
