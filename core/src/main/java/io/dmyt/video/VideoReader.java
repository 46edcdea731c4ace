package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_get;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_flush_buffers;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Decodes a video from front to back and gives the chosen frames, one at a time: at most a few are
 * in memory, however long the video is.
 *
 * <p>What the file holds is known before anything is decoded, from its packets, and from the last
 * key frame before each chosen frame on it is decoded: what lies between is passed over.
 *
 * <p>A packet that can't be decoded costs its frame and those made from it, up to the next key
 * frame, so that no smeared picture is ever given. The next whole frame stands in the place of a
 * chosen one that is lost. {@link #damage} says how much was.
 *
 * <p>Not thread-safe.
 */
public final class VideoReader implements AutoCloseable {
  private static final int FLAG_CORRUPT = 1;
  private static final int FLAG_KEY = 1 << 1;
  private static final int TOLD_TIMES = 10;

  private final String file;
  private final PacketIndex index;
  private final long[] wanted;
  private final MediaInput input;
  private final AVCodecContext decoder;
  private final FrameConverter converter;
  private final VideoInfo info;
  private final AVPacket packet = av_packet_alloc();
  private final AVFrame frame = av_frame_alloc();

  private int next;
  private int position = -1;
  private int start;
  private long decoded;
  private boolean broken;
  private int damagedPackets;
  private int lostFrames;
  private final List<Duration> damageTimes = new ArrayList<>();
  private boolean closed;

  private VideoReader(Path path, FrameSelection selection) throws IOException {
    file = path.toString();
    index = PacketIndex.of(path);
    wanted =
        Arrays.stream(selection.choose(index.nanos())).mapToLong(i -> index.stamps()[i]).toArray();
    input = new MediaInput(path);
    try {
      decoder = Decoders.open(input.stream(), file);
    } catch (VideoException e) {
      input.close();
      throw e;
    }
    AVCodecParameters codec = input.stream().codecpar();
    AVPacketSideData matrix =
        av_packet_side_data_get(
            codec.coded_side_data(), codec.nb_coded_side_data(), AV_PKT_DATA_DISPLAYMATRIX);
    Orientation orientation =
        matrix == null ? Orientation.UPRIGHT : Orientation.of(matrix.data(), matrix.size());
    converter = new FrameConverter(file, orientation);
    info = info(codec, orientation);
    start = wanted.length == 0 ? 0 : index.start(wanted[0]);
  }

  /**
   * Opens a video.
   *
   * @param selection which of its frames are wanted
   * @throws VideoException if the file is no video, is empty, encrypted or damaged at its root; one
   *     line that says which
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  public static VideoReader open(Path file, FrameSelection selection) throws IOException {
    return new VideoReader(file, selection);
  }

  private VideoInfo info(AVCodecParameters codec, Orientation orientation) {
    int[] size =
        FrameConverter.square(codec.width(), codec.height(), input.stream().sample_aspect_ratio());
    int across = orientation.swaps() ? 1 : 0;
    return new VideoInfo(
        size[across],
        size[1 - across],
        index.stamps().length,
        Duration.ofNanos(index.end()),
        index.isVariable(),
        HighDynamicRange.name(codec.color_trc()),
        avcodec_get_name(codec.codec_id()).getString(),
        input.format());
  }

  /** What the video is. */
  public VideoInfo info() {
    return info;
  }

  /** How many frames were chosen. */
  public int chosen() {
    return wanted.length;
  }

  /** What could not be decoded so far. Complete when {@link #next} has given nothing. */
  public VideoDamage damage() {
    return new VideoDamage(damagedPackets, lostFrames, damageTimes);
  }

  /**
   * The next of the chosen frames.
   *
   * @return nothing after the last one
   * @throws VideoException if its colours can't be converted
   */
  public Optional<VideoFrame> next() throws IOException {
    if (closed) {
      throw new IllegalStateException("The video is closed");
    }
    while (next < wanted.length) {
      int code = avcodec_receive_frame(decoder, frame);
      if (code >= 0) {
        Optional<VideoFrame> taken = take();
        if (taken.isPresent()) {
          return taken;
        }
      } else if (code == AVERROR_EAGAIN()) {
        feed();
      } else if (code == AVERROR_EOF) {
        next = wanted.length;
      } else {
        lose(stampOf(packet));
        lostFrames++;
      }
    }
    return Optional.empty();
  }

  /** Gives the decoder one more packet, or tells it that there is none. */
  private void feed() throws VideoException {
    boolean more = input.read(packet);
    for (position++; more && index.isTimed() && position < start; position++) {
      more = input.read(packet);
    }
    if (more && (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0) {
      lose(stampOf(packet));
    }
    int code = avcodec_send_packet(decoder, more ? packet : null);
    if (code < 0 && code != AVERROR_EOF && code != AVERROR_EAGAIN()) {
      lose(stampOf(packet));
      lostFrames++;
    }
  }

  private long stampOf(AVPacket given) {
    return index.isTimed() ? MediaInput.stamp(given) : decoded;
  }

  private void lose(long stamp) {
    broken = true;
    damagedPackets++;
    if (damageTimes.size() < TOLD_TIMES) {
      damageTimes.add(Duration.ofNanos(index.nanos()[index.indexOf(stamp)]));
    }
  }

  /** The decoded frame, if it is whole and wanted. */
  private Optional<VideoFrame> take() throws VideoException {
    long stamp = index.isTimed() ? frame.best_effort_timestamp() : decoded;
    decoded++;
    if (frame.decode_error_flags() != 0 || (frame.flags() & FLAG_CORRUPT) != 0) {
      lose(stamp);
    } else if ((frame.flags() & FLAG_KEY) != 0) {
      broken = false;
    }
    if (broken) {
      lostFrames++;
      return Optional.empty();
    }
    if (stamp < wanted[next]) {
      return Optional.empty();
    }
    while (next < wanted.length && wanted[next] <= stamp) {
      next++;
    }
    int number = index.indexOf(stamp);
    VideoFrame taken =
        new VideoFrame(
            file, number, Duration.ofNanos(index.nanos()[number]), converter.convert(frame));
    passOver();
    return Optional.of(taken);
  }

  /** Skips to the key frame before the next wanted frame, if that is ahead. */
  private void passOver() {
    if (next < wanted.length && index.isTimed()) {
      start = index.start(wanted[next]);
      if (start > position + 1) {
        avcodec_flush_buffers(decoder);
        broken = false;
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      av_frame_free(frame);
      av_packet_free(packet);
      converter.close();
      Decoders.close(decoder);
      input.close();
    }
  }
}
