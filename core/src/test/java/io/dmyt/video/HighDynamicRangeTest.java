package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT2020;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE2084;
import static org.bytedeco.ffmpeg.global.avutil.av_content_light_metadata_create_side_data;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.bytedeco.ffmpeg.global.avutil.av_mastering_display_metadata_create_side_data;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expected levels are BT.2100's, BT.2390's and BT.2087's formulas in NumPy, in double. */
class HighDynamicRangeTest {
  private static final HighDynamicRange.Kind PQ = new HighDynamicRange.Kind(true, true, 1000);

  /** Codes of red, green and blue of 255, and the levels that are shown. */
  private record Colour(int[] codes, double... levels) {
    static Colour grey(int code, double level) {
      return new Colour(new int[] {code, code, code}, level, level, level);
    }

    static Colour of(int r, int g, int b, double... levels) {
      return new Colour(new int[] {r, g, b}, levels);
    }
  }

  private static final List<Colour> OF_PQ =
      List.of(
          Colour.grey(0, 0),
          Colour.grey(20, 13.46),
          Colour.grey(60, 50.55),
          Colour.grey(100, 114.58),
          Colour.grey(130, 190.56),
          Colour.grey(148, 230.22),
          Colour.grey(192, 255),
          Colour.grey(230, 255),
          Colour.of(150, 110, 90, 255, 93.38, 71.60),
          Colour.of(60, 140, 100, 0, 226.20, 89.39),
          Colour.of(80, 90, 150, 0, 83.10, 243.62));

  private static final List<Colour> OF_HLG =
      List.of(
          Colour.grey(0, 0),
          Colour.grey(20, 22.44),
          Colour.grey(100, 112.20),
          Colour.grey(148, 169.62),
          Colour.grey(191, 230.12),
          Colour.grey(230, 253.30),
          Colour.of(150, 110, 90, 187.36, 119.27, 102.40),
          Colour.of(60, 140, 100, 0, 161.35, 111.70),
          Colour.of(80, 90, 150, 76.73, 101.89, 163.76));

  @TempDir Path folder;

  private static void assertMaps(HighDynamicRange.Kind kind, List<Colour> colours) {
    byte[] codes = new byte[6 * colours.size()];
    for (int i = 0; i < codes.length / 2; i++) {
      int code = 257 * colours.get(i / 3).codes()[i % 3];
      codes[2 * i] = (byte) code;
      codes[2 * i + 1] = (byte) (code >> 8);
    }
    byte[] pixels = new byte[3 + 3 * colours.size()];
    new HighDynamicRange(kind).map(codes, pixels, 3, colours.size());
    for (int i = 0; i < codes.length / 2; i++) {
      double expected = colours.get(i / 3).levels()[i % 3];
      // Half of it is rounding.
      assertEquals(expected, pixels[3 + i] & 0xff, 0.85, Text.format("%s, %d", kind, i));
    }
  }

  @Test
  void coloursAreThoseOfTheFormulas() {
    assertMaps(PQ, OF_PQ);
    assertMaps(new HighDynamicRange.Kind(false, true, 1000), OF_HLG);
    assertMaps(
        new HighDynamicRange.Kind(true, false, 1000),
        List.of(
            Colour.of(150, 110, 90, 233.35, 121.44, 84.54),
            Colour.of(60, 140, 100, 48.43, 215.14, 109.79)));
    assertMaps(
        new HighDynamicRange.Kind(true, true, 4000),
        List.of(Colour.grey(148, 210.26), Colour.grey(192, 250.17), Colour.grey(255, 255)));
  }

  /** Codes as BT.2408 has them, and the curve where it bends. */
  @Test
  void lightIsThatOfTheStandards() {
    assertEquals(0.508, PerceptualQuantizer.code(100), 5e-4);
    assertEquals(0.581, PerceptualQuantizer.code(203), 5e-4);
    assertEquals(0.752, PerceptualQuantizer.code(1000), 5e-4);
    for (double light : new double[] {0, 0.01, 1, 203, 9999, 10_000}) {
      assertEquals(light, PerceptualQuantizer.light(PerceptualQuantizer.code(light)), 1e-6);
    }
    ToneCurve curve = new ToneCurve(1000, 203);
    assertEquals(50, curve.at(50));
    assertEquals(159.04186545948, curve.at(203), 1e-9);
    assertEquals(203, curve.at(1000), 1e-9);
    assertEquals(203, curve.at(5000), 1e-9);
    double before = 0;
    for (int light = 1; light <= 1000; light++) {
      double shown = curve.at(light);
      assertTrue(shown > before && shown <= light, light + " is shown as " + shown);
      before = shown;
    }
    ToneCurve same = new ToneCurve(203, 203);
    assertEquals(150, same.at(150));
    assertEquals(203, same.at(203));
  }

  /** What a file's frames say, through an encoder and decoder of ten bits. */
  @Test
  void framesOfFilesAreMapped() throws IOException {
    for (String transfer : List.of("smpte2084", "arib-std-b67")) {
      List<Colour> colours = transfer.equals("smpte2084") ? OF_PQ : OF_HLG;
      for (String pixels : List.of("gbrp10le", "yuv444p10le")) {
        VideoFormat format =
            VideoFormat.of("matroska", "ffv1")
                .withPixels(pixels)
                .withOption("color_trc", transfer)
                .withOption("color_primaries", "bt2020");
        Path file = folder.resolve(transfer + pixels + ".mkv");
        try (VideoWriter writer = new VideoWriter(file, 32, 32, format)) {
          for (int i = 0; i < colours.size(); i++) {
            writer.write(plain(colours.get(i).codes()), Duration.ofMillis(40L * i));
          }
          writer.finish();
        }
        TestVideos.Read read = TestVideos.read(file, FrameSelection.all());
        assertEquals(colours.size(), read.frames().size());
        for (int i = 0; i < colours.size(); i++) {
          RgbImage image = read.frames().get(i).image();
          for (int c = 0; c < 3; c++) {
            double expected = colours.get(i).levels()[c];
            int found = TestVideos.level(image, 16, 16, c);
            assertEquals(expected, found, 2.5, Text.format("%s, colour %d, %d", file, i, c));
          }
        }
      }
    }
  }

  private static RgbImage plain(int[] rgb) {
    byte[] pixels = new byte[3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) rgb[i % 3];
    }
    return new RgbImage(32, 32, pixels);
  }

  @Test
  void itsKindIsNamed() throws IOException {
    for (String[] kind : new String[][] {{"smpte2084", "PQ"}, {"arib-std-b67", "HLG"}}) {
      Path file = folder.resolve(kind[1] + ".mkv");
      VideoFormat format = VideoFormat.of(file).withOption("color_trc", kind[0]);
      TestVideos.write(file, 64, 48, format, TestVideos.steady(3));
      try (VideoReader reader = VideoReader.open(file, FrameSelection.all())) {
        assertEquals(kind[1], reader.info().highDynamicRange().orElse("none"));
      }
    }
    Path usual = folder.resolve("usual.mkv");
    TestVideos.write(usual, 64, 48, VideoFormat.of(usual), TestVideos.steady(3));
    try (VideoReader reader = VideoReader.open(usual, FrameSelection.all())) {
      assertTrue(reader.info().highDynamicRange().isEmpty());
    }
  }

  /** The brightest pixel's light comes first, then the screen's, then what is usual. */
  @Test
  void thePeakIsTheStreams() {
    AVFrame frame = av_frame_alloc();
    try {
      frame.color_trc(AVCOL_TRC_BT709);
      assertEquals(Optional.empty(), HighDynamicRange.of(frame));
      frame.color_trc(AVCOL_TRC_SMPTE2084);
      frame.color_primaries(AVCOL_PRI_BT2020);
      assertEquals(Optional.of(PQ), HighDynamicRange.of(frame));
      av_mastering_display_metadata_create_side_data(frame)
          .has_luminance(1)
          .max_luminance(av_make_q(40_000_000, 10_000));
      assertEquals(4000, HighDynamicRange.of(frame).orElseThrow().peak());
      av_content_light_metadata_create_side_data(frame).MaxCLL(50);
      assertEquals(203, HighDynamicRange.of(frame).orElseThrow().peak());
      frame.color_primaries(AVCOL_PRI_BT709);
      assertEquals(
          Optional.of(new HighDynamicRange.Kind(true, false, 203)), HighDynamicRange.of(frame));
    } finally {
      av_frame_free(frame);
    }
  }
}
