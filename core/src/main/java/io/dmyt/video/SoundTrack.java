package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_query_codec;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.jspecify.annotations.Nullable;

/** Takes a video's sound over into another file as it is coded. Not thread-safe. */
final class SoundTrack implements AutoCloseable {
  private static final int FF_COMPLIANCE_NORMAL = 0;
  private static final int YES = 1;

  private final String file;
  private final MediaInput input;
  private final @Nullable AVStream from;
  private final AVPacket packet = av_packet_alloc();
  private @Nullable AVStream to;
  private @Nullable AVFormatContext target;

  /** Whether the packet waits for its time. */
  private boolean waits;

  private boolean ended;

  /**
   * @throws VideoException if the file is no video that can be read
   */
  SoundTrack(Path video) throws IOException {
    file = video.toString();
    input = new MediaInput(video);
    from = input.sound().orElse(null);
  }

  /**
   * Adds a stream to a file whose head isn't written yet.
   *
   * @return whether there is sound, and the file's kind has room for it
   */
  boolean addTo(AVFormatContext context) throws VideoException {
    if (from == null
        || avformat_query_codec(context.oformat(), from.codecpar().codec_id(), FF_COMPLIANCE_NORMAL)
            != YES) {
      ended = true;
      return false;
    }
    AVStream added = avformat_new_stream(context, null);
    FFmpeg.check(
        avcodec_parameters_copy(added.codecpar(), from.codecpar()),
        file,
        "its sound can't be read");
    // Each container has tags of its own.
    added.codecpar().codec_tag(0);
    added.time_base(from.time_base());
    to = added;
    target = context;
    return true;
  }

  /** FFmpeg's name of how the sound is coded; empty if there is none. */
  String codec() {
    return from == null ? "" : avcodec_get_name(from.codecpar().codec_id()).getString();
  }

  /** Writes what is heard before a time from the first frame on. */
  void writeUntil(Duration time) throws VideoException {
    AVStream source = from;
    AVStream added = to;
    AVFormatContext context = target;
    if (source == null || added == null || context == null) {
      return;
    }
    while (!ended) {
      if (!waits && !input.read(packet, source)) {
        ended = true;
        return;
      }
      waits = true;
      long start = start(source);
      long stamp = MediaInput.stamp(packet);
      if (stamp != AV_NOPTS_VALUE && stamp >= start) {
        if (FFmpeg.nanos(stamp - start, source.time_base()) > time.toNanos()) {
          return;
        }
        packet.pts(packet.pts() == AV_NOPTS_VALUE ? packet.pts() : packet.pts() - start);
        packet.dts(packet.dts() == AV_NOPTS_VALUE ? packet.dts() : packet.dts() - start);
        av_packet_rescale_ts(packet, source.time_base(), added.time_base());
        packet.stream_index(added.index());
        packet.pos(-1);
        FFmpeg.check(
            av_interleaved_write_frame(context, packet), file, "its sound can't be written");
      }
      waits = false;
    }
  }

  /** Where the video's first frame stands, in the sound's unit. */
  private long start(AVStream source) {
    AVStream video = input.stream();
    if (video.start_time() == AV_NOPTS_VALUE) {
      return 0;
    }
    double seconds =
        (double) video.start_time() * video.time_base().num() / video.time_base().den();
    return Math.round(seconds * source.time_base().den() / source.time_base().num());
  }

  @Override
  public void close() {
    av_packet_free(packet);
    input.close();
  }
}
