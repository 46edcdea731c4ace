package io.dmyt.video;

import io.dmyt.data.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes videos whose frames tell their own number, and reads them. */
final class TestVideos {
  /** Grey levels between one frame and the next. */
  private static final int STEP = 5;

  private static final int DARKEST = 30;

  private TestVideos() {}

  /**
   * A picture with its number as its grey level, and in its corners, clockwise from the upper left,
   * red, green, blue and white.
   */
  static RgbImage numbered(int number, int width, int height) {
    byte[] pixels = new byte[3 * width * height];
    int grey = DARKEST + STEP * number;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean left = x < width / 4;
        boolean right = x >= width - width / 4;
        boolean top = y < height / 4;
        boolean bottom = y >= height - height / 4;
        int rgb = grey << 16 | grey << 8 | grey;
        if (top && left) {
          rgb = 0xff0000;
        } else if (top && right) {
          rgb = 0x00ff00;
        } else if (bottom && right) {
          rgb = 0x0000ff;
        } else if (bottom && left) {
          rgb = 0xffffff;
        }
        int at = 3 * (y * width + x);
        pixels[at] = (byte) (rgb >> 16);
        pixels[at + 1] = (byte) (rgb >> 8);
        pixels[at + 2] = (byte) rgb;
      }
    }
    return new RgbImage(width, height, pixels);
  }

  /** The number that a picture tells in its middle, whatever became of the picture's colours. */
  static int number(RgbImage image) {
    return Math.round(
        (float) (level(image, image.width() / 2, image.height() / 2, 1) - DARKEST) / STEP);
  }

  /** One of red, green and blue at a point. */
  static int level(RgbImage image, int x, int y, int channel) {
    return image.pixels()[3 * (y * image.width() + x) + channel] & 0xff;
  }

  /** A video of numbered pictures that are shown at the given milliseconds. */
  static Path write(Path file, int width, int height, VideoFormat format, long... millis)
      throws IOException {
    try (VideoWriter writer = new VideoWriter(file, width, height, format)) {
      for (int i = 0; i < millis.length; i++) {
        writer.write(numbered(i, width, height), Duration.ofMillis(millis[i]));
      }
      writer.finish();
    }
    return file;
  }

  /** So many times, 40 ms apart. */
  static long[] steady(int frames) {
    long[] millis = new long[frames];
    for (int i = 0; i < frames; i++) {
      millis[i] = 40L * i;
    }
    return millis;
  }

  /** What a reader gives. */
  record Read(List<VideoFrame> frames, VideoInfo info, VideoDamage damage) {
    List<Integer> numbers() {
      return frames.stream().map(f -> number(f.image())).toList();
    }

    List<Long> millis() {
      return frames.stream().map(f -> f.time().toMillis()).toList();
    }
  }

  static Read read(Path file, FrameSelection selection) throws IOException {
    List<VideoFrame> frames = new ArrayList<>();
    try (VideoReader reader = VideoReader.open(file, selection)) {
      for (Optional<VideoFrame> f = reader.next(); f.isPresent(); f = reader.next()) {
        frames.add(f.get());
      }
      return new Read(frames, reader.info(), reader.damage());
    }
  }
}
