package io.dmyt.video;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What files of videos begin with. */
final class VideoHeader {
  /** EBML (Matroska, WebM), MPEG program and video streams, FLV, Ogg, ASF. */
  private static final List<String> BEGINNINGS =
      List.of(
          "\u001aE\u00df\u00a3",
          "\0\0\u0001\u00ba",
          "\0\0\u0001\u00b3",
          "FLV\u0001",
          "OggS",
          "0&\u00b2u\u008ef\u00cf\u0011");

  /** Pictures in the same container as MP4. */
  private static final Set<String> PICTURES = Set.of("avif", "heic", "heix", "mif1");

  /** Packets of MPEG transport streams; on discs and in cameras with four bytes before each. */
  private static final List<Integer> PACKETS = List.of(188, 192);

  private static final char SYNC = 'G';

  /** What an MP4 or a QuickTime film begins with. */
  private static final Set<String> FIRST = Set.of("ftyp", "mdat", "wide", "free", "skip");

  private VideoHeader() {}

  /** Whether a file begins as one of video or sound; false if it can't be read. */
  static boolean is(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(600), StandardCharsets.ISO_8859_1);
      return BEGINNINGS.stream().anyMatch(head::startsWith)
          || (head.startsWith("RIFF") && head.startsWith("AVI ", 8))
          || (head.startsWith("ftyp", 4)
              && head.length() >= 12
              && !PICTURES.contains(head.substring(8, 12)))
          || PACKETS.stream().anyMatch(length -> isTransportStream(head, length));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isTransportStream(String head, int length) {
    int first = length - PACKETS.get(0);
    int last = first + 2 * length;
    return last < head.length()
        && head.charAt(first) == SYNC
        && head.charAt(first + length) == SYNC
        && head.charAt(last) == SYNC;
  }

  /**
   * Whether a file begins as an MP4 or a QuickTime film and ends before the end of its index, the
   * box {@code moov}: what a download or a recording that broke off leaves behind.
   */
  static boolean lacksIndex(Path file) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long start = 0;
      byte[] type = new byte[4];
      while (start + 8 <= in.length()) {
        in.seek(start);
        long length = Integer.toUnsignedLong(in.readInt());
        in.readFully(type);
        String name = new String(type, StandardCharsets.ISO_8859_1);
        if (start == 0 && !FIRST.contains(name)) {
          return false;
        }
        if (length == 1 && start + 16 <= in.length()) {
          length = in.readLong();
        }
        if (name.equals("moov")) {
          return start + length > in.length();
        }
        // A length of zero reaches to the file's end; other small ones make no sense.
        if (length < 8) {
          return length == 0;
        }
        start = Math.addExact(start, length);
      }
      return start > 0;
    } catch (IOException | ArithmeticException e) {
      return false;
    }
  }
}
