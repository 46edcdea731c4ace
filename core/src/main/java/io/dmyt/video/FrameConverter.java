package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_RGB;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB48LE;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INT;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Text;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures of decoded frames, as a player shows them: upright, with square pixels, colours by
 * the stream's matrix and range. A stream that names no matrix has BT.709 from 1280 columns or 577
 * rows on and BT.601 below, as mpv has it. {@link HighDynamicRange} is mapped. Keeps its buffers;
 * not thread-safe.
 */
final class FrameConverter implements AutoCloseable {
  /** What has to be the same for a converter to serve again. */
  private record Kind(
      int width,
      int height,
      int format,
      int matrix,
      boolean full,
      HighDynamicRange.@Nullable Kind range,
      int outWidth,
      int outHeight) {}

  /** PIL's limit, as of pictures. */
  private static final long MAX_PIXELS = 178_956_970;

  private static final int HD_WIDTH = 1280;
  private static final int SD_HEIGHT = 576;

  /** Beyond a row's end and the last row, where faster code may write. */
  private static final int SLACK = 64;

  private static final int FIXED_ONE = 1 << 16;

  private final String file;
  private final Orientation orientation;
  private @Nullable Kind kind;
  private @Nullable SwsContext scaler;
  private @Nullable BytePointer buffer;
  private @Nullable HighDynamicRange range;

  FrameConverter(String file, Orientation orientation) {
    this.file = file;
    this.orientation = orientation;
  }

  /** The size of a picture with square pixels: the shorter side is drawn out. */
  static int[] square(int width, int height, @Nullable AVRational aspect) {
    double ratio =
        aspect == null || aspect.num() <= 0 || aspect.den() <= 0
            ? 1
            : (double) aspect.num() / aspect.den();
    return ratio >= 1
        ? new int[] {(int) Math.round(width * ratio), height}
        : new int[] {width, (int) Math.round(height / ratio)};
  }

  RgbImage convert(AVFrame frame) throws VideoException {
    int[] size = square(frame.width(), frame.height(), frame.sample_aspect_ratio());
    if (size[0] < 1 || size[1] < 1 || (long) size[0] * size[1] > MAX_PIXELS) {
      throw new VideoException(
          file,
          Text.format(
              "a frame of %d x %d pixels; at most %d are read", size[0], size[1], MAX_PIXELS));
    }
    Kind wanted =
        new Kind(
            frame.width(),
            frame.height(),
            frame.format(),
            matrix(frame),
            frame.color_range() == AVCOL_RANGE_JPEG,
            HighDynamicRange.of(frame).orElse(null),
            size[0],
            size[1]);
    int bytes = (wanted.range() == null ? 3 : 6) * size[0];
    int stride = (bytes + SLACK - 1) / SLACK * SLACK;
    SwsContext context = scaler;
    BytePointer target = buffer;
    if (context == null || target == null || !wanted.equals(kind)) {
      close();
      context = scaler = create(wanted);
      target = buffer = new BytePointer((long) stride * size[1] + SLACK);
      range = wanted.range() == null ? null : new HighDynamicRange(wanted.range());
      kind = wanted;
    }
    try (PointerPointer<BytePointer> planes = new PointerPointer<>(4);
        IntPointer strides = new IntPointer(4)) {
      planes.put(0, target).put(1, (Pointer) null).put(2, (Pointer) null).put(3, (Pointer) null);
      strides.put(stride, 0, 0, 0);
      FFmpeg.check(
          sws_scale(context, frame.data(), frame.linesize(), 0, frame.height(), planes, strides),
          file,
          "its colours can't be converted");
    }
    byte[] pixels = new byte[3 * size[0] * size[1]];
    byte[] codes = new byte[bytes];
    for (int y = 0; y < size[1]; y++) {
      int at = 3 * size[0] * y;
      if (range == null) {
        target.position((long) y * stride).get(pixels, at, bytes);
      } else {
        target.position((long) y * stride).get(codes);
        range.map(codes, pixels, at, size[0]);
      }
    }
    target.position(0);
    return orientation.apply(new RgbImage(size[0], size[1], pixels));
  }

  private SwsContext create(Kind wanted) throws VideoException {
    SwsContext created =
        sws_getContext(
            wanted.width(),
            wanted.height(),
            wanted.format(),
            wanted.outWidth(),
            wanted.outHeight(),
            wanted.range() == null ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_RGB48LE,
            SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT,
            null,
            null,
            (double[]) null);
    if (created == null) {
      throw new VideoException(file, "its colours are in a format that can't be converted");
    }
    IntPointer matrix = sws_getCoefficients(wanted.matrix());
    // Fails for formats that are RGB already, which need none of it.
    sws_setColorspaceDetails(
        created, matrix, wanted.full() ? 1 : 0, matrix, 1, 0, FIXED_ONE, FIXED_ONE);
    return created;
  }

  private static int matrix(AVFrame frame) {
    int named = frame.colorspace();
    if (named != AVCOL_SPC_UNSPECIFIED && named != AVCOL_SPC_RGB) {
      return named;
    }
    return usualMatrix(frame.width(), frame.height());
  }

  /** The matrix of a stream of this size that names none. */
  static int usualMatrix(int width, int height) {
    return width >= HD_WIDTH || height > SD_HEIGHT ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }

  @Override
  public void close() {
    if (scaler != null) {
      sws_freeContext(scaler);
      scaler = null;
    }
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }
}
