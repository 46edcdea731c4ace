package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_FFV1;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_BITSTREAM;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_BUFFER;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_CRCCHECK;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_EXPLODE;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;

import io.dmyt.internal.Text;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.javacpp.PointerPointer;

/** Opens and frees FFmpeg's decoders. */
final class Decoders {
  /** More of them hold more frames and don't hasten. */
  private static final int MAX_THREADS = 8;

  private Decoders() {}

  static AVCodecContext open(AVStream stream, String file) throws VideoException {
    AVCodec codec = avcodec_find_decoder(stream.codecpar().codec_id());
    if (codec == null) {
      throw new VideoException(
          file,
          Text.format(
              "it is coded as %s, which can't be decoded",
              avcodec_get_name(stream.codecpar().codec_id()).getString()));
    }
    AVCodecContext decoder = avcodec_alloc_context3(codec);
    try {
      FFmpeg.check(
          avcodec_parameters_to_context(decoder, stream.codecpar()),
          file,
          "the video can't be decoded");
      decoder.pkt_timebase(stream.time_base());
      decoder.err_recognition(AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | strictness(codec));
      decoder.thread_count(Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()));
      FFmpeg.check(
          avcodec_open2(decoder, codec, (PointerPointer<?>) null),
          file,
          "the video can't be decoded");
      return decoder;
    } catch (VideoException e) {
      avcodec_free_context(decoder);
      throw e;
    }
  }

  /** These two would give what is left of a damaged picture, and not say so. */
  private static int strictness(AVCodec codec) {
    return codec.id() == AV_CODEC_ID_MJPEG || codec.id() == AV_CODEC_ID_FFV1 ? AV_EF_EXPLODE : 0;
  }

  static void close(AVCodecContext decoder) {
    avcodec_free_context(decoder);
  }
}
