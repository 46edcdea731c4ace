package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_RGB;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_d2q;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.avutil.av_get_pix_fmt;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;

import io.dmyt.data.RgbImage;
import io.dmyt.internal.Text;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** Makes frames for an encoder, which it owns, of pictures. */
final class FrameEncoder implements AutoCloseable {
  /** An encoder's bits a pixel and second: enough that no picture suffers. */
  private static final long BITS_PER_PIXEL = 8;

  private static final int MAX_ASPECT = 255;
  private static final int USUAL_RATE = 25;
  private static final int FIXED_ONE = 1 << 16;

  private final String file;
  private final int width;
  private final int height;
  private final VideoFormat format;
  private final AVCodec codec;
  private final AVCodecContext context;
  private final AVFrame frame = av_frame_alloc();
  private final SwsContext scaler;
  private final BytePointer source;

  FrameEncoder(String file, int width, int height, VideoFormat format) throws VideoException {
    this.file = file;
    this.width = width / 2 * 2;
    this.height = height / 2 * 2;
    this.format = format;
    AVCodec found = avcodec_find_encoder_by_name(format.codec());
    int pixels = av_get_pix_fmt(format.pixels());
    if (found == null || pixels < 0 || this.width < 2 || this.height < 2) {
      throw new VideoException(
          file,
          Text.format(
              "FFmpeg can't encode %d x %d pixels of format %s with %s here",
              width, height, format.pixels(), format.codec()));
    }
    codec = found;
    context = avcodec_alloc_context3(codec);
    context.width(this.width).height(this.height).pix_fmt(pixels);
    context.time_base(av_make_q(1, format.ticks()));
    context.framerate(av_make_q(USUAL_RATE, 1));
    context.gop_size(format.keyInterval());
    context.bit_rate(BITS_PER_PIXEL * width * height);
    context.sample_aspect_ratio(av_d2q(format.aspect(), MAX_ASPECT));
    boolean rgb =
        format.pixels().contains("rgb")
            || format.pixels().contains("bgr")
            || format.pixels().startsWith("gbr");
    context.colorspace(rgb ? AVCOL_SPC_RGB : FrameConverter.usualMatrix(width, height));
    if (!rgb && !format.pixels().startsWith("yuvj")) {
      context.color_range(AVCOL_RANGE_MPEG);
    }
    frame.width(this.width).height(this.height).format(pixels);
    frame.colorspace(context.colorspace());
    frame.color_range(context.color_range());
    av_frame_get_buffer(frame, 0);
    scaler =
        sws_getContext(
            this.width,
            this.height,
            AV_PIX_FMT_RGB24,
            this.width,
            this.height,
            pixels,
            SWS_BICUBIC | SWS_ACCURATE_RND,
            null,
            null,
            (double[]) null);
    IntPointer matrix = sws_getCoefficients(FrameConverter.usualMatrix(width, height));
    int full = format.pixels().startsWith("yuvj") ? 1 : 0;
    sws_setColorspaceDetails(scaler, matrix, 1, matrix, full, 0, FIXED_ONE, FIXED_ONE);
    source = new BytePointer(3L * this.width * this.height);
  }

  /** Opens the encoder. */
  void open(boolean globalHeader) throws VideoException {
    if (globalHeader) {
      context.flags(context.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    }
    AVDictionary options = options(format);
    int opened = avcodec_open2(context, codec, options);
    av_dict_free(options);
    FFmpeg.check(
        opened, file, Text.format("%s can't encode %d x %d pixels", format.codec(), width, height));
  }

  static AVDictionary options(VideoFormat format) {
    AVDictionary options = new AVDictionary(null);
    format.options().forEach((name, value) -> av_dict_set(options, name, value, 0));
    return options;
  }

  AVCodecContext context() {
    return context;
  }

  /** A picture as the encoder's frame, valid until the next call. */
  AVFrame frame(RgbImage image, long stamp) throws VideoException {
    if (image.width() / 2 != width / 2 || image.height() / 2 != height / 2) {
      throw new VideoException(
          file,
          Text.format(
              "expected pictures of %d x %d, found %d x %d",
              width, height, image.width(), image.height()));
    }
    for (int y = 0; y < height; y++) {
      source.position(3L * width * y).put(image.pixels(), 3 * image.width() * y, 3 * width);
    }
    source.position(0);
    FFmpeg.check(av_frame_make_writable(frame), file, "no memory for a frame");
    try (PointerPointer<BytePointer> planes = new PointerPointer<>(4);
        IntPointer strides = new IntPointer(4)) {
      planes.put(0, source).put(1, (Pointer) null).put(2, (Pointer) null).put(3, (Pointer) null);
      strides.put(3 * width, 0, 0, 0);
      FFmpeg.check(
          sws_scale(scaler, planes, strides, 0, height, frame.data(), frame.linesize()),
          file,
          "its colours can't be converted");
    }
    frame.pts(stamp);
    return frame;
  }

  @Override
  public void close() {
    avcodec_free_context(context);
    av_frame_free(frame);
    sws_freeContext(scaler);
    source.close();
  }
}
