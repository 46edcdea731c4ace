package io.dmyt.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The formats of pictures that are read, told apart by their first bytes. */
enum ImageFormat {
  JPEG("FFD8FF", ".jpg", ".jpeg", ".jpe", ".jfif"),
  PNG("89504E470D0A1A0A", ".png"),
  /** A RIFF container, whose size comes between. */
  WEBP("52494646........57454250", ".webp"),
  BMP("424D", ".bmp"),
  GIF("47494638", ".gif"),
  /** In either byte order. */
  TIFF("(49492A00|4D4D002A)", ".tif", ".tiff");

  /** As many bytes as the longest signature has. */
  private static final int SIGNATURE_BYTES = 12;

  private final String signature;
  private final List<String> endings;

  ImageFormat(String signature, String... endings) {
    this.signature = signature + ".*";
    this.endings = List.of(endings);
  }

  /** The format that bytes begin as. */
  static Optional<ImageFormat> of(byte[] data) {
    String start =
        HexFormat.of().withUpperCase().formatHex(data, 0, Math.min(data.length, SIGNATURE_BYTES));
    return Arrays.stream(values()).filter(f -> start.matches(f.signature)).findFirst();
  }

  /** Whether a file has an image's name; its content may be another's. */
  static boolean hasEnding(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).flatMap(f -> f.endings.stream()).anyMatch(name::endsWith);
  }

  /** All endings, for people. */
  static String endings() {
    return Arrays.stream(values())
        .flatMap(f -> f.endings.stream())
        .collect(Collectors.joining(", "));
  }
}
