package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_new;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.AVFMT_GLOBALHEADER;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_display_rotation_set;

import io.dmyt.data.RgbImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.IntPointer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a video of pictures, one after the other. Sides of odd length lose their last pixel. Until
 * {@link #finish} the file is not whole: write it beside its place, and move it there afterwards.
 * Not thread-safe.
 */
public final class VideoWriter implements AutoCloseable {
  private static final int MATRIX_BYTES = 9 * Integer.BYTES;

  /** Frames a second, of a video of one frame. */
  private static final int USUAL_RATE = 25;

  private final String file;
  private final VideoFormat format;
  private final AVFormatContext context = new AVFormatContext(null);
  private final FrameEncoder encoder;
  private final AVStream stream;
  private final AVPacket packet = av_packet_alloc();
  private final @Nullable SoundTrack sound;
  private final Sound kept;
  private long before;
  private long gap;
  private boolean closed;

  /**
   * Opens the file and writes its head.
   *
   * @param width of the pictures, at least 2
   * @param height of the pictures, at least 2
   * @param format how it is coded and stored
   * @throws VideoException if the file can't be written, or the codec doesn't take such pictures
   */
  public VideoWriter(Path path, int width, int height, VideoFormat format) throws IOException {
    this(path, width, height, format, null);
  }

  /**
   * The same with the sound of another video, as it is coded there.
   *
   * @param heard the other video, whose first frame is this one's; null for no sound
   * @throws VideoException if the file can't be written, or the other one not be read
   */
  public VideoWriter(Path path, int width, int height, VideoFormat format, @Nullable Path heard)
      throws IOException {
    FFmpeg.load();
    file = path.toString();
    this.format = format;
    encoder = new FrameEncoder(file, width, height, format);
    String place = "file:" + path.toAbsolutePath();
    FFmpeg.check(
        avformat_alloc_output_context2(context, null, format.container(), place),
        file,
        "FFmpeg can't write this kind of video");
    stream = avformat_new_stream(context, null);
    sound = heard == null ? null : new SoundTrack(heard);
    try {
      kept = new Sound(sound == null ? "" : sound.codec(), sound != null && sound.addTo(context));
      encoder.open((context.oformat().flags() & AVFMT_GLOBALHEADER) != 0);
      writeHead(place);
    } catch (VideoException e) {
      close();
      throw e;
    }
  }

  /**
   * What became of the sound.
   *
   * @param codec FFmpeg's name of how it is coded, such as {@code aac}; empty if there is none
   * @param kept whether it is in the new file, which has room for some codecs only
   */
  public record Sound(String codec, boolean kept) {}

  /** What becomes of the sound. */
  public Sound sound() {
    return kept;
  }

  private void writeHead(String place) throws VideoException {
    AVCodecParameters parameters = stream.codecpar();
    FFmpeg.check(
        avcodec_parameters_from_context(parameters, encoder.context()), file, "can't be written");
    stream.time_base(encoder.context().time_base());
    stream.sample_aspect_ratio(encoder.context().sample_aspect_ratio());
    if (format.turn() != 0) {
      turn(parameters);
    }
    AVIOContext io = new AVIOContext(null);
    FFmpeg.check(avio_open(io, place, AVIO_FLAG_WRITE), file, "can't be written");
    context.pb(io);
    AVDictionary options = FrameEncoder.options(format);
    int written = avformat_write_header(context, options);
    av_dict_free(options);
    FFmpeg.check(written, file, "can't be written");
  }

  private void turn(AVCodecParameters parameters) {
    try (IntPointer count = new IntPointer(1)) {
      count.put(parameters.nb_coded_side_data());
      AVPacketSideData all = new AVPacketSideData(parameters.coded_side_data());
      AVPacketSideData data =
          av_packet_side_data_new(all, count, AV_PKT_DATA_DISPLAYMATRIX, MATRIX_BYTES, 0);
      av_display_rotation_set(new IntPointer(data.data()), format.turn());
      parameters.coded_side_data(all);
      parameters.nb_coded_side_data(count.get());
    }
  }

  /**
   * Adds a picture.
   *
   * @param image of the size that was given
   * @param time at which it is shown, later than the one before
   * @throws IllegalStateException once the video is closed
   * @throws VideoException if the picture has another size, or can't be encoded or written
   */
  public void write(RgbImage image, Duration time) throws VideoException {
    if (closed) {
      throw new IllegalStateException("The video is closed");
    }
    long stamp = Math.round(time.toNanos() / 1e9 * format.ticks());
    gap = stamp > before ? stamp - before : gap;
    before = stamp;
    if (sound != null) {
      sound.writeUntil(time);
    }
    send(encoder.frame(image, stamp));
  }

  private void send(@Nullable AVFrame frame) throws VideoException {
    FFmpeg.check(
        avcodec_send_frame(encoder.context(), frame), file, format.codec() + " can't encode it");
    while (avcodec_receive_packet(encoder.context(), packet) >= 0) {
      if (packet.duration() == 0) {
        // Of the last frame nothing else says how long it is shown, and players would leave it out.
        packet.duration(gap == 0 ? format.ticks() / USUAL_RATE : gap);
      }
      av_packet_rescale_ts(packet, encoder.context().time_base(), stream.time_base());
      packet.stream_index(stream.index());
      FFmpeg.check(av_interleaved_write_frame(context, packet), file, "can't be written");
    }
  }

  /** Writes what is left; the file is whole afterwards. */
  public void finish() throws VideoException {
    send(null);
    if (sound != null) {
      // What is heard after the last picture's beginning, and not much more.
      sound.writeUntil(Duration.ofNanos(Math.round((before + gap) * 1e9 / format.ticks())));
    }
    FFmpeg.check(av_write_trailer(context), file, "can't be written");
    close();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      av_packet_free(packet);
      encoder.close();
      if (sound != null) {
        sound.close();
      }
      if (context.pb() != null) {
        avio_closep(context.pb());
      }
      avformat_free_context(context);
    }
  }
}
