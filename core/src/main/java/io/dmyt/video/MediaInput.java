package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_ENCRYPTION_INFO;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_ENCRYPTION_INIT_INFO;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_DISCARD;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_get_side_data;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_get;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avformat.AV_DISPOSITION_ATTACHED_PIC;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_STREAM_NOT_FOUND;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The packets of a file's video stream, from front to back. Not thread-safe. */
final class MediaInput implements AutoCloseable {
  /** Containers of videos. Others, playlists among them, could lead FFmpeg to further files. */
  private static final String FORMATS =
      "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,gif,flv,asf,ogg,ivf,m4v,h264,"
          + "hevc,obu,mxf,nut";

  private final String file;
  private final AVFormatContext context = new AVFormatContext(null);
  private final AVStream stream;

  /**
   * @throws VideoException if it is no video, or has no picture
   * @throws IOException if there is no such file
   */
  MediaInput(Path path) throws IOException {
    FFmpeg.load();
    file = path.toString();
    requireFile(path);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "format_whitelist", FORMATS, 0);
    av_dict_set(options, "protocol_whitelist", "file", 0);
    // Without "file:", a name with a colon would be an address.
    int opened = avformat_open_input(context, "file:" + path.toAbsolutePath(), null, options);
    av_dict_free(options);
    if (opened < 0 && VideoHeader.lacksIndex(path)) {
      throw new VideoException(
          file,
          "not a video that can be read: it is cut short, before the end of its index (moov)");
    }
    FFmpeg.check(opened, file, "not a video that can be read");
    try {
      FFmpeg.check(
          avformat_find_stream_info(context, (PointerPointer<?>) null),
          file,
          "not a video that can be read");
      int best =
          av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, (PointerPointer<?>) null, 0);
      if (best < 0 && best != AVERROR_STREAM_NOT_FOUND) {
        FFmpeg.check(best, file, "the video can't be decoded");
      }
      if (best < 0 || (context.streams(best).disposition() & AV_DISPOSITION_ATTACHED_PIC) != 0) {
        throw new VideoException(file, "it has no video stream");
      }
      stream = context.streams(best);
      requireReadable();
    } catch (VideoException e) {
      avformat_close_input(context);
      throw e;
    }
  }

  private void requireFile(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(file);
    }
    if (!Files.isRegularFile(path)) {
      throw new VideoException(file, "not a file");
    }
    if (Files.size(path) == 0) {
      throw new VideoException(file, "the file is empty");
    }
    if (AnimatedWebp.is(path)) {
      throw new VideoException(
          file, "an animated WebP can't be read as a video: save it as a GIF or an MP4");
    }
  }

  private void requireReadable() throws VideoException {
    AVPacketSideData data =
        av_packet_side_data_get(
            stream.codecpar().coded_side_data(),
            stream.codecpar().nb_coded_side_data(),
            AV_PKT_DATA_ENCRYPTION_INIT_INFO);
    if (data != null) {
      throw encrypted();
    }
  }

  private VideoException encrypted() {
    return new VideoException(file, "the video is encrypted: it can't be read without its key");
  }

  AVStream stream() {
    return stream;
  }

  /** The sound, if there is any. */
  Optional<AVStream> sound() {
    int best =
        av_find_best_stream(
            context, AVMEDIA_TYPE_AUDIO, -1, stream.index(), (PointerPointer<?>) null, 0);
    return best < 0 ? Optional.empty() : Optional.of(context.streams(best));
  }

  /** The container's name. */
  String format() {
    return context.iformat().name().getString();
  }

  AVFormatContext context() {
    return context;
  }

  /**
   * Reads the next packet of the video that leads to a shown frame or is needed for one.
   *
   * @return false at the end. A file that breaks off ends there
   */
  boolean read(AVPacket packet) throws VideoException {
    return read(packet, stream);
  }

  /** The same of another stream. */
  boolean read(AVPacket packet, AVStream of) throws VideoException {
    while (true) {
      av_packet_unref(packet);
      if (av_read_frame(context, packet) < 0) {
        return false;
      }
      if (packet.stream_index() == of.index()) {
        if (av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, (SizeTPointer) null)
            != null) {
          throw encrypted();
        }
        return true;
      }
    }
  }

  /** Whether a packet's frame is shown: what lies before the start of an edit isn't. */
  static boolean isShown(AVPacket packet) {
    return (packet.flags() & AV_PKT_FLAG_DISCARD) == 0;
  }

  /** When a packet's frame is shown, in the stream's unit, as far as the file says it. */
  static long stamp(AVPacket packet) {
    return packet.pts() != AV_NOPTS_VALUE ? packet.pts() : packet.dts();
  }

  @Override
  public void close() {
    if (!Pointer.isNull(context)) {
      avformat_close_input(context);
    }
  }
}
