package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVRational;

/**
 * Which frames a file holds, read from its packets without decoding any: eight bytes a frame.
 *
 * <p>A file whose packets don't all say when they are shown, each at its own time, is counted
 * instead: its frames follow each other at the rate that it names.
 */
final class PacketIndex {
  /** Of a file that names no rate. */
  private static final double USUAL_RATE = 25;

  private final boolean timed;
  private final long[] stamps;
  private final long[] nanos;
  private final long end;
  private final int[] keyPositions;
  private final long[] keyStamps;

  private PacketIndex(
      boolean timed, long[] stamps, long[] nanos, long end, int[] keyPositions, long[] keyStamps) {
    this.timed = timed;
    this.stamps = stamps;
    this.nanos = nanos;
    this.end = end;
    this.keyPositions = keyPositions;
    this.keyStamps = keyStamps;
  }

  /**
   * Reads the packets of a file.
   *
   * @throws VideoException if there are none
   */
  static PacketIndex of(Path file) throws IOException {
    LongStream.Builder shown = LongStream.builder();
    LongStream.Builder keys = LongStream.builder();
    LongStream.Builder keyPositions = LongStream.builder();
    boolean timed = true;
    int frames = 0;
    long lastDuration = 0;
    long latest = Long.MIN_VALUE;
    AVPacket packet = av_packet_alloc();
    try (MediaInput input = new MediaInput(file)) {
      for (int position = 0; input.read(packet); position++) {
        long stamp = MediaInput.stamp(packet);
        timed &= stamp != AV_NOPTS_VALUE;
        if ((packet.flags() & AV_PKT_FLAG_KEY) != 0) {
          keys.add(stamp);
          keyPositions.add(position);
        }
        if (MediaInput.isShown(packet)) {
          shown.add(stamp);
          frames++;
          if (stamp >= latest) {
            latest = stamp;
            lastDuration = packet.duration();
          }
        }
      }
      if (frames == 0) {
        throw new VideoException(file.toString(), "its video stream is empty");
      }
      AVRational unit = input.stream().time_base();
      long[] stamps = shown.build().sorted().toArray();
      if (!timed || Arrays.stream(stamps).distinct().count() < frames) {
        return counted(frames, input.stream().avg_frame_rate());
      }
      long[] nanos = Arrays.stream(stamps).map(s -> FFmpeg.nanos(s - stamps[0], unit)).toArray();
      long end = nanos[frames - 1] + FFmpeg.nanos(lastDuration, unit);
      return new PacketIndex(
          true,
          stamps,
          nanos,
          end,
          keyPositions.build().mapToInt(Math::toIntExact).toArray(),
          keys.build().toArray());
    } finally {
      av_packet_free(packet);
    }
  }

  private static PacketIndex counted(int frames, AVRational rate) {
    double perSecond = rate.num() > 0 && rate.den() > 0 ? (double) rate.num() / rate.den() : 0;
    double gap = 1e9 / (perSecond > 0 ? perSecond : USUAL_RATE);
    long[] stamps = LongStream.range(0, frames).toArray();
    long[] nanos = Arrays.stream(stamps).map(s -> Math.round(s * gap)).toArray();
    return new PacketIndex(
        false, stamps, nanos, Math.round(frames * gap), new int[] {0}, new long[] {0});
  }

  /** Whether frames are told apart by their time stamps; otherwise they are counted. */
  boolean isTimed() {
    return timed;
  }

  /** The frames' time stamps, ascending; without stamps, numbers from 0. */
  long[] stamps() {
    return stamps;
  }

  /** When the frames are shown, in nanoseconds from the first, ascending. */
  long[] nanos() {
    return nanos;
  }

  /** The end of the last frame, in nanoseconds from the first one's start. */
  long end() {
    return end;
  }

  /** The frame with a time stamp, or the last one before it. */
  int indexOf(long stamp) {
    int at = Arrays.binarySearch(stamps, stamp);
    return Math.max(0, at >= 0 ? at : -at - 2);
  }

  /** The position of the packet from which on has to be decoded to get a frame. */
  int start(long stamp) {
    int start = 0;
    for (int k = 0; k < keyStamps.length && keyStamps[k] <= stamp; k++) {
      start = keyPositions[k];
    }
    return start;
  }

  /** Whether all distances between frames are the same, give or take a rounded time stamp. */
  boolean isVariable() {
    long shortest = Long.MAX_VALUE;
    long longest = 0;
    for (int i = 1; i < stamps.length; i++) {
      shortest = Math.min(shortest, stamps[i] - stamps[i - 1]);
      longest = Math.max(longest, stamps[i] - stamps[i - 1]);
    }
    return stamps.length > 2 && longest - shortest > 1;
  }
}
