package io.dmyt.video;

import io.dmyt.internal.Text;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a video is coded and stored, in FFmpeg's names. Start from {@link #of}.
 *
 * @param container such as {@code mp4}
 * @param codec the encoder, such as {@code libopenh264}
 * @param pixels the format of its pixels, such as {@code yuv420p}
 * @param ticks in a second: times are multiples of 1 / ticks
 * @param keyInterval frames from one key frame to the next, at least 1
 * @param turn by how many degrees a player turns the frames clockwise: 0, 90, 180 or 270
 * @param aspect the width of a pixel divided by its height
 * @param options of encoder and container
 */
public record VideoFormat(
    String container,
    String codec,
    String pixels,
    int ticks,
    int keyInterval,
    int turn,
    double aspect,
    Map<String, String> options) {

  /** Whole numbers of the usual frame rates, and of milliseconds. */
  private static final int TICKS = 30_000;

  private static final int KEY_INTERVAL = 30;

  /**
   * @throws IllegalArgumentException if a number is out of range
   */
  public VideoFormat {
    if (ticks < 1 || keyInterval < 1 || turn % 90 != 0 || turn < 0 || turn > 270 || !(aspect > 0)) {
      throw new IllegalArgumentException(
          Text.format(
              "ticks %d, key interval %d, turn %d, aspect %s are out of range",
              ticks, keyInterval, turn, aspect));
    }
    options = Map.copyOf(options);
  }

  /**
   * What a browser plays, by the file's ending: H.264 in {@code .mp4}, {@code .mov} and {@code
   * .mkv}, VP9 in {@code .webm}.
   *
   * @throws IllegalArgumentException for another ending
   */
  public static VideoFormat of(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return switch (ending) {
      case "mp4" -> of("mp4", "libopenh264").withOption("movflags", "+faststart");
      case "mov" -> of("mov", "libopenh264");
      case "mkv" -> of("matroska", "libopenh264");
      case "webm" ->
          of("webm", "libvpx-vp9").withOption("deadline", "realtime").withOption("cpu-used", "8");
      default ->
          throw new IllegalArgumentException(
              Text.format("%s: expected a name that ends in .mp4, .mov, .mkv or .webm", file));
    };
  }

  /** A container and an encoder, with pixels that most of them take. */
  static VideoFormat of(String container, String codec) {
    return new VideoFormat(container, codec, "yuv420p", TICKS, KEY_INTERVAL, 0, 1, Map.of());
  }

  /** The same with other pixels. */
  VideoFormat withPixels(String value) {
    return new VideoFormat(container, codec, value, ticks, keyInterval, turn, aspect, options);
  }

  /** The same with other units of time. */
  VideoFormat withTicks(int value) {
    return new VideoFormat(container, codec, pixels, value, keyInterval, turn, aspect, options);
  }

  /** The same with key frames at other distances. */
  public VideoFormat withKeyInterval(int value) {
    return new VideoFormat(container, codec, pixels, ticks, value, turn, aspect, options);
  }

  /** The same, turned by a player. */
  public VideoFormat withTurn(int value) {
    return new VideoFormat(container, codec, pixels, ticks, keyInterval, value, aspect, options);
  }

  /** The same with pixels that are no squares. */
  VideoFormat withAspect(double value) {
    return new VideoFormat(container, codec, pixels, ticks, keyInterval, turn, value, options);
  }

  /**
   * The same with one more option of FFmpeg's encoder or container, such as {@code b}, the bits a
   * second.
   */
  public VideoFormat withOption(String name, String value) {
    Map<String, String> more = new TreeMap<>(options);
    more.put(name, value);
    return new VideoFormat(container, codec, pixels, ticks, keyInterval, turn, aspect, more);
  }
}
