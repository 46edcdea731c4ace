package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_ARIB_STD_B67;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE2084;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_CONTENT_LIGHT_LEVEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_MASTERING_DISPLAY_METADATA;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_side_data;

import java.util.Optional;
import org.bytedeco.ffmpeg.avutil.AVContentLightMetadata;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.avutil.AVMasteringDisplayMetadata;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Maps high dynamic range to what a common screen shows.
 *
 * <p>PQ or HLG (ITU-R BT.2100) become the light of a screen, in cd/m². {@link ToneCurve} compresses
 * it to 203 cd/m², the white of BT.2408: the largest of red, green and blue gives the factor for
 * all three, so that the hue stays. BT.2020's primaries become BT.709's (BT.2087), and the light
 * the code of a screen by BT.1886 (gamma 2.4). Colours beyond BT.709 are clipped.
 *
 * <p>The brightest light is what the stream says (MaxCLL, or else the screen that it was graded
 * on), and 1,000 cd/m² where it says nothing; of HLG it is always that.
 *
 * <p>Tables hold everything but the matrix; the error is below a third of one of 255 levels.
 */
final class HighDynamicRange {
  /**
   * What makes two streams the same here.
   *
   * @param pq whether the light is coded as PQ, else as HLG
   * @param wide whether the primaries are BT.2020's, else BT.709's
   * @param peak the brightest light, cd/m²
   */
  record Kind(boolean pq, boolean wide, double peak) {}

  /** White of standard dynamic range within high dynamic range, cd/m². */
  static final double WHITE = 203;

  private static final double USUAL_PEAK = 1000;
  private static final double GAMMA = 2.4;

  /** Exponent of luminance in HLG's OOTF at 1,000 cd/m²: its gamma of 1.2, less one. */
  private static final double HLG_GAMMA = 0.2;

  private static final int CODES = 1 << 16;
  private static final int STEPS = 1 << 12;

  private final Kind kind;

  /** Of each code: light as a share of the peak; of HLG the scene's light. */
  private final float[] light = new float[CODES];

  /** By the square root of the largest share of the peak: what makes of it a share of white. */
  private final float[] gain = new float[STEPS + 1];

  /** By the square root of the share of white: the level from 0 to 255. */
  private final byte[] level = new byte[STEPS + 1];

  HighDynamicRange(Kind kind) {
    this.kind = kind;
    for (int i = 0; i < CODES; i++) {
      double code = i / (CODES - 1.0);
      light[i] =
          (float)
              (kind.pq()
                  ? Math.min(1, PerceptualQuantizer.light(code) / kind.peak())
                  : hlgSceneLight(code));
    }
    ToneCurve curve = new ToneCurve(kind.peak(), WHITE);
    for (int i = 0; i <= STEPS; i++) {
      double share = (double) i * i / ((double) STEPS * STEPS);
      double shown = i == 0 ? kind.peak() : curve.at(share * kind.peak()) / share;
      gain[i] = (float) (shown / WHITE);
      level[i] = (byte) Math.round(255 * Math.pow(share, 1 / GAMMA));
    }
  }

  /** What the transfer function of a stream is called, if it is one of high dynamic range. */
  static Optional<String> name(int transfer) {
    return switch (transfer) {
      case AVCOL_TRC_SMPTE2084 -> Optional.of("PQ");
      case AVCOL_TRC_ARIB_STD_B67 -> Optional.of("HLG");
      default -> Optional.empty();
    };
  }

  /** What a frame's colours are; nothing if they are of standard dynamic range. */
  static Optional<Kind> of(AVFrame frame) {
    int transfer = frame.color_trc();
    if (name(transfer).isEmpty()) {
      return Optional.empty();
    }
    boolean pq = transfer == AVCOL_TRC_SMPTE2084;
    return Optional.of(
        new Kind(pq, frame.color_primaries() != AVCOL_PRI_BT709, pq ? peak(frame) : USUAL_PEAK));
  }

  private static double peak(AVFrame frame) {
    double peak = 0;
    AVFrameSideData content = av_frame_get_side_data(frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
    if (content != null) {
      peak = new AVContentLightMetadata(content.data()).MaxCLL();
    }
    AVFrameSideData screen =
        av_frame_get_side_data(frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
    if (peak <= 0 && screen != null) {
      AVMasteringDisplayMetadata graded = new AVMasteringDisplayMetadata(screen.data());
      AVRational luminance = graded.max_luminance();
      peak =
          graded.has_luminance() == 0 || luminance.den() <= 0
              ? 0
              : (double) luminance.num() / luminance.den();
    }
    return peak <= 0 ? USUAL_PEAK : Math.min(PerceptualQuantizer.BRIGHTEST, Math.max(WHITE, peak));
  }

  /** Light of the scene of a code of HLG from 0 to 1, as a share of the most (ARIB STD-B67). */
  private static double hlgSceneLight(double code) {
    return code <= 0.5
        ? code * code / 3
        : (Math.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
  }

  /**
   * Maps a row.
   *
   * @param codes red, green and blue of each pixel, 16 bits each, low byte first
   * @param pixels takes 8 bits each
   * @param at where the row begins there
   * @param width pixels in the row
   */
  void map(byte[] codes, byte[] pixels, int at, int width) {
    for (int x = 0; x < width; x++) {
      float r = light[code(codes, 6 * x)];
      float g = light[code(codes, 6 * x + 2)];
      float b = light[code(codes, 6 * x + 4)];
      if (!kind.pq()) {
        float screen = (float) Math.pow(0.2627f * r + 0.6780f * g + 0.0593f * b, HLG_GAMMA);
        r *= screen;
        g *= screen;
        b *= screen;
      }
      float factor = gain[step(Math.max(r, Math.max(g, b)))];
      r *= factor;
      g *= factor;
      b *= factor;
      int target = at + 3 * x;
      if (kind.wide()) {
        pixels[target] = level[step(1.660491f * r - 0.587641f * g - 0.072850f * b)];
        pixels[target + 1] = level[step(-0.124550f * r + 1.132900f * g - 0.008349f * b)];
        pixels[target + 2] = level[step(-0.018151f * r - 0.100579f * g + 1.118730f * b)];
      } else {
        pixels[target] = level[step(r)];
        pixels[target + 1] = level[step(g)];
        pixels[target + 2] = level[step(b)];
      }
    }
  }

  private static int code(byte[] codes, int at) {
    return (codes[at] & 0xff) | ((codes[at + 1] & 0xff) << 8);
  }

  private static int step(float share) {
    return Math.round(STEPS * (float) Math.sqrt(Math.min(1, Math.max(0, share))));
  }
}
