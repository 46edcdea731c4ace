package io.dmyt.video;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoReaderTest {
  private static final int FRAMES = 20;
  private static final VideoFormat H264 = VideoFormat.of("mp4", "libopenh264").withKeyInterval(6);

  @TempDir Path folder;

  private static List<Integer> numbers(int... numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private static List<Integer> upTo(int frames) {
    return IntStream.range(0, frames).boxed().toList();
  }

  private static void assertColour(RgbImage image, int x, int y, int red, int green, int blue) {
    int[] expected = {red, green, blue};
    for (int c = 0; c < 3; c++) {
      int found = TestVideos.level(image, x, y, c);
      assertTrue(
          Math.abs(found - expected[c]) <= 4,
          "channel %d at (%d, %d): expected %d, found %d".formatted(c, x, y, expected[c], found));
    }
  }

  /** Frames, times and colours of every container and codec, in 8 and 10 bits. */
  @Test
  void readsWhatEncodersWrite() throws IOException {
    Map<String, VideoFormat> formats =
        Map.ofEntries(
            Map.entry("a.mp4", H264),
            Map.entry("b.mp4", VideoFormat.of("mp4", "mpeg4").withTicks(25)),
            Map.entry("c.mov", VideoFormat.of("mov", "mjpeg").withPixels("yuvj420p")),
            Map.entry("d.mkv", VideoFormat.of("matroska", "ffv1").withPixels("bgr0")),
            Map.entry("e.mkv", VideoFormat.of("matroska", "ffv1").withPixels("yuv420p10le")),
            Map.entry("f.webm", VideoFormat.of("webm", "libvpx")),
            Map.entry("g.webm", VideoFormat.of(Path.of("g.webm"))),
            Map.entry("h.avi", VideoFormat.of("avi", "mpeg4").withTicks(25)),
            Map.entry("i.mpg", VideoFormat.of("mpeg", "mpeg2video").withTicks(25)),
            Map.entry("j.ts", VideoFormat.of("mpegts", "mpeg2video").withTicks(25)));
    for (Map.Entry<String, VideoFormat> entry : formats.entrySet()) {
      Path file =
          TestVideos.write(
              folder.resolve(entry.getKey()), 128, 96, entry.getValue(), TestVideos.steady(FRAMES));
      TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
      assertEquals(upTo(FRAMES), read.numbers(), entry.getKey());
      assertEquals(
          LongStream.of(TestVideos.steady(FRAMES)).boxed().toList(), read.millis(), entry.getKey());
      assertTrue(read.damage().isNone(), entry.getKey());
      assertEquals(FRAMES, read.info().frames());
      assertFalse(read.info().variableRate());
      RgbImage image = read.frames().get(3).image();
      assertColour(image, 8, 8, 255, 0, 0);
      assertColour(image, 120, 8, 0, 255, 0);
      assertColour(image, 120, 88, 0, 0, 255);
      assertColour(image, 8, 88, 255, 255, 255);
      assertColour(image, 64, 48, 45, 45, 45);
      assertEquals(
          numbers(0, 6, 12, 19), TestVideos.read(file, FrameSelection.evenly(4)).numbers());
    }
  }

  @Test
  void losslessFramesAreExact() throws IOException {
    VideoFormat format = VideoFormat.of("matroska", "ffv1").withPixels("bgr0");
    Path file = TestVideos.write(folder.resolve("a.mkv"), 62, 46, format, 0, 40);
    TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
    for (int i = 0; i < 2; i++) {
      assertArrayEquals(
          TestVideos.numbered(i, 62, 46).pixels(), read.frames().get(i).image().pixels());
    }
  }

  @Test
  void readsAnimatedGif() throws IOException {
    VideoFormat format = VideoFormat.of("gif", "gif").withPixels("rgb8").withTicks(100);
    Path file = folder.resolve("a.gif");
    try (VideoWriter writer = new VideoWriter(file, 64, 48, format)) {
      for (int i = 0; i < 4; i++) {
        writer.write(TestVideos.numbered(i * 12, 64, 48), Duration.ofMillis(100L * i * i));
      }
      writer.finish();
    }
    TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
    assertEquals(List.of(0L, 100L, 400L, 900L), read.millis());
    assertEquals(4, read.numbers().stream().distinct().count());
    assertTrue(read.info().variableRate());
  }

  @Test
  void framesKeepTheirTimesAtVariableRate() throws IOException {
    long[] millis = {0, 10, 100, 101, 500, 2000, 2040, 3999};
    Path file = TestVideos.write(folder.resolve("a.mp4"), 128, 96, H264, millis);
    TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
    assertEquals(LongStream.of(millis).boxed().toList(), read.millis());
    assertEquals(upTo(millis.length), read.numbers());
    assertTrue(read.info().variableRate());
    // At 0, 1, 2 and 3 s.
    assertEquals(numbers(0, 4, 5, 6), TestVideos.read(file, FrameSelection.perSecond(1)).numbers());
  }

  @Test
  void framesAreShownUpright() throws IOException {
    int[][] upperLeft = {{255, 0, 0}, {255, 255, 255}, {0, 0, 255}, {0, 255, 0}};
    for (int turn = 0; turn < 4; turn++) {
      VideoFormat format = H264.withTurn(90 * turn);
      Path file =
          TestVideos.write(folder.resolve(turn + ".mp4"), 128, 96, format, TestVideos.steady(2));
      TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
      RgbImage image = read.frames().get(0).image();
      assertEquals(turn % 2 == 0 ? 128 : 96, image.width());
      assertEquals(turn % 2 == 0 ? 96 : 128, image.height());
      assertEquals(image.width(), read.info().width());
      assertEquals(image.height(), read.info().height());
      assertColour(image, 8, 8, upperLeft[turn][0], upperLeft[turn][1], upperLeft[turn][2]);
    }
  }

  @Test
  void pixelsAreMadeSquare() throws IOException {
    for (double aspect : new double[] {2, 0.5}) {
      Path file =
          TestVideos.write(
              folder.resolve(aspect + ".mp4"),
              128,
              96,
              H264.withAspect(aspect),
              TestVideos.steady(2));
      RgbImage image = TestVideos.read(file, FrameSelection.all()).frames().get(1).image();
      assertEquals(aspect > 1 ? 256 : 128, image.width());
      assertEquals(aspect > 1 ? 96 : 192, image.height());
      assertEquals(1, TestVideos.number(image));
    }
  }

  /** From the damaged packet to the next key frame, which is each sixth, nothing is given. */
  @Test
  void damageCostsTheFramesUpToTheNextKeyFrame() throws IOException {
    for (VideoFormat format : List.of(H264, VideoFormat.of("mp4", "mpeg4").withKeyInterval(6))) {
      Path file =
          TestVideos.write(folder.resolve("a.mp4"), 128, 96, format, TestVideos.steady(FRAMES));
      damage(file);
      TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
      assertTrue(read.damage().packets() >= 1);
      List<Integer> lost = new ArrayList<>(upTo(FRAMES));
      lost.removeAll(read.numbers());
      assertEquals(FRAMES - read.frames().size(), read.damage().frames());
      assertEquals(lost.size(), read.damage().frames());
      int first = lost.get(0);
      int last = lost.get(lost.size() - 1);
      assertEquals(IntStream.rangeClosed(first, last).boxed().toList(), lost);
      assertEquals(0, (last + 1) % 6, "frame " + (last + 1) + " is a key frame");
      assertEquals(Duration.ofMillis(40L * first), read.damage().times().get(0));
    }
  }

  @Test
  void damageOfPicturesByThemselvesCostsOne() throws IOException {
    VideoFormat format = VideoFormat.of("mov", "mjpeg").withPixels("yuvj420p");
    Path file =
        TestVideos.write(folder.resolve("a.mov"), 128, 96, format, TestVideos.steady(FRAMES));
    damage(file);
    TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
    assertEquals(1, read.damage().packets());
    assertEquals(1, read.damage().frames());
    assertEquals(FRAMES - 1, read.frames().size());
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Random random = new Random(1);
    for (int i = bytes.length / 2; i < bytes.length / 2 + 60; i++) {
      bytes[i] = (byte) random.nextInt(256);
    }
    Files.write(file, bytes);
  }

  @Test
  void videoOfOneFrame() throws IOException {
    Path file = TestVideos.write(folder.resolve("a.mp4"), 128, 96, H264, 0);
    for (FrameSelection selection :
        List.of(
            FrameSelection.evenly(32),
            FrameSelection.perSecond(5),
            FrameSelection.every(7),
            FrameSelection.all())) {
      TestVideos.Read read = TestVideos.read(file, selection);
      assertEquals(numbers(0), read.numbers());
      assertEquals(1, read.info().frames());
    }
  }

  @Test
  void readsFourK() throws IOException {
    Path file = TestVideos.write(folder.resolve("a.mp4"), 3840, 2160, H264, 0, 40, 80);
    TestVideos.Read read = TestVideos.read(file, FrameSelection.evenly(2));
    assertEquals(numbers(0, 2), read.numbers());
    assertEquals(3840, read.frames().get(1).image().width());
    assertColour(read.frames().get(1).image(), 100, 100, 255, 0, 0);
  }

  /** What isn't needed is passed over, and what is given is the same. */
  @Test
  void selectionsGiveTheSameFrames() throws IOException {
    for (VideoFormat format :
        List.of(
            H264,
            VideoFormat.of("matroska", "mpeg4").withKeyInterval(5).withOption("bf", "2"),
            VideoFormat.of("webm", "libvpx-vp9").withKeyInterval(7))) {
      Path file =
          TestVideos.write(
              folder.resolve("a." + format.container()),
              96,
              64,
              format.withTicks(25),
              TestVideos.steady(44));
      List<VideoFrame> all = TestVideos.read(file, FrameSelection.all()).frames();
      assertEquals(upTo(44), all.stream().map(f -> TestVideos.number(f.image())).toList());
      for (int k = 2; k < 20; k += 3) {
        TestVideos.Read some = TestVideos.read(file, FrameSelection.evenly(k));
        assertEquals(k, some.frames().size());
        for (VideoFrame frame : some.frames()) {
          assertArrayEquals(
              all.get(frame.index()).image().pixels(), frame.image().pixels(), frame.toString());
          assertEquals(all.get(frame.index()).time(), frame.time());
        }
      }
    }
  }

  @Test
  void framesAreSamplesOfTheirVideo() throws IOException {
    Path file = TestVideos.write(folder.resolve("a.mp4"), 128, 96, H264, TestVideos.steady(4));
    VideoFrame frame = TestVideos.read(file, FrameSelection.all()).frames().get(3);
    assertEquals(file + "#t=0.12", frame.id().toString());
    assertEquals(file.toString(), frame.group());
    assertEquals(frame.image(), frame.open());
  }

  @Test
  void namesWithColonsAndPercentSignsAreFiles() throws IOException {
    Path file =
        TestVideos.write(folder.resolve("http:%03d ü.mp4"), 128, 96, H264, TestVideos.steady(2));
    assertEquals(numbers(0, 1), TestVideos.read(file, FrameSelection.all()).numbers());
  }

  @Test
  void useAfterCloseThrows() throws IOException {
    Path file = TestVideos.write(folder.resolve("a.mp4"), 128, 96, H264, 0);
    VideoReader reader = VideoReader.open(file, FrameSelection.all());
    reader.close();
    reader.close();
    assertThrows(IllegalStateException.class, reader::next);
  }
}
