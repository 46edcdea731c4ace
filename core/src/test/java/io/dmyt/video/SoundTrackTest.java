package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S16LE;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AV_SAMPLE_FMT_S16;
import static org.bytedeco.ffmpeg.global.avutil.av_channel_layout_default;
import static org.bytedeco.ffmpeg.global.avutil.av_make_q;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A video's sound goes into another file as it is. */
class SoundTrackTest {
  private static final int RATE = 8000;
  private static final int PACKETS = 12;
  private static final int SAMPLES = RATE / 10;

  @TempDir Path folder;

  /** Frames 40 ms apart for 0.8 s, and 1.2 s of sound whose bytes are numbered by packets. */
  private Path heard() throws IOException {
    Path silent =
        TestVideos.write(
            folder.resolve("silent.mkv"),
            64,
            48,
            VideoFormat.of(Path.of("a.mkv")),
            TestVideos.steady(20));
    Path file = folder.resolve("heard.mkv");
    AVFormatContext out = new AVFormatContext(null);
    avformat_alloc_output_context2(out, null, "matroska", "file:" + file);
    AVPacket packet = av_packet_alloc();
    try (MediaInput in = new MediaInput(silent)) {
      AVStream video = avformat_new_stream(out, null);
      avcodec_parameters_copy(video.codecpar(), in.stream().codecpar());
      AVStream sound = avformat_new_stream(out, null);
      AVCodecParameters pcm = sound.codecpar();
      pcm.codec_type(AVMEDIA_TYPE_AUDIO).codec_id(AV_CODEC_ID_PCM_S16LE).sample_rate(RATE);
      pcm.format(AV_SAMPLE_FMT_S16);
      av_channel_layout_default(pcm.ch_layout(), 1);
      pcm.bits_per_coded_sample(16);
      pcm.block_align(2);
      sound.time_base(av_make_q(1, RATE));
      AVIOContext io = new AVIOContext(null);
      avio_open(io, "file:" + file, AVIO_FLAG_WRITE);
      out.pb(io);
      assertTrue(avformat_write_header(out, (AVDictionary) null) >= 0);
      while (in.read(packet)) {
        av_packet_rescale_ts(packet, in.stream().time_base(), video.time_base());
        packet.stream_index(video.index());
        av_interleaved_write_frame(out, packet);
      }
      for (int i = 0; i < PACKETS; i++) {
        av_new_packet(packet, 2 * SAMPLES);
        packet.data().put(bytes(i), 0, 2 * SAMPLES);
        packet.pts((long) i * SAMPLES).dts((long) i * SAMPLES).duration(SAMPLES);
        av_packet_rescale_ts(packet, av_make_q(1, RATE), sound.time_base());
        packet.stream_index(sound.index());
        av_interleaved_write_frame(out, packet);
      }
      av_write_trailer(out);
    } finally {
      av_packet_free(packet);
      avio_closep(out.pb());
      avformat_free_context(out);
    }
    return file;
  }

  private static byte[] bytes(int number) {
    byte[] bytes = new byte[2 * SAMPLES];
    Arrays.fill(bytes, (byte) (number + 1));
    return bytes;
  }

  private VideoWriter.Sound write(Path target, Path heard) throws IOException {
    try (VideoWriter writer = new VideoWriter(target, 64, 48, VideoFormat.of(target), heard)) {
      for (long millis : TestVideos.steady(20)) {
        writer.write(TestVideos.numbered(1, 64, 48), Duration.ofMillis(millis));
      }
      writer.finish();
      return writer.sound();
    }
  }

  @Test
  void isTakenOverForAsLongAsThePicturesLast() throws IOException {
    Path target = folder.resolve("out.mkv");
    assertEquals(new VideoWriter.Sound("pcm_s16le", true), write(target, heard()));
    AVPacket packet = av_packet_alloc();
    try (MediaInput in = new MediaInput(target)) {
      AVStream sound = in.sound().orElseThrow();
      int packets = 0;
      while (in.read(packet, sound)) {
        byte[] found = new byte[packet.size()];
        packet.data().get(found);
        assertArrayEquals(bytes(packets), found);
        long nanos = FFmpeg.nanos(MediaInput.stamp(packet), sound.time_base());
        assertEquals(packets * 100.0, nanos / 1e6, 1.5);
        packets++;
      }
      assertEquals(9, packets, "those that begin until 0.8 s");
    } finally {
      av_packet_free(packet);
    }
    try (VideoReader reader = VideoReader.open(target, FrameSelection.all())) {
      assertEquals(20, reader.info().frames());
    }
  }

  @Test
  void isLeftOutWhereThereIsNoRoomForIt() throws IOException {
    Path target = folder.resolve("out.webm");
    assertEquals(new VideoWriter.Sound("pcm_s16le", false), write(target, heard()));
    try (MediaInput in = new MediaInput(target)) {
      assertTrue(in.sound().isEmpty());
    }
    Path silent = folder.resolve("silent.mkv");
    assertEquals(new VideoWriter.Sound("", false), write(folder.resolve("again.mp4"), silent));
  }
}
