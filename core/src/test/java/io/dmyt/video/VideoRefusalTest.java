package io.dmyt.video;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PCM_S16LE;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
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
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no video, or none that can be read, is named in one line. */
class VideoRefusalTest {
  private static final VideoFormat H264 = VideoFormat.of("mp4", "libopenh264").withKeyInterval(6);

  @TempDir Path folder;

  private void assertRefused(Path file, String reason) {
    VideoException e =
        assertThrows(
            VideoException.class, () -> VideoReader.open(file, FrameSelection.evenly(3)).close());
    assertTrue(e.getMessage().startsWith(file + ": " + reason), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void refusesWhatIsNoVideo() throws IOException {
    Path text = Files.writeString(folder.resolve("text.mp4"), "This is no video.\n".repeat(99));
    assertRefused(text, "not a video that can be read");
    assertRefused(Files.createFile(folder.resolve("empty.mp4")), "the file is empty");
    assertRefused(Files.createDirectory(folder.resolve("folder.mp4")), "not a file");
    assertThrows(
        NoSuchFileException.class,
        () -> VideoReader.open(folder.resolve("none.mp4"), FrameSelection.all()).close());
    // A playlist would lead to other files.
    Path list =
        Files.writeString(
            folder.resolve("list.m3u8"), "#EXTM3U\n#EXTINF:1,\n" + text.toUri() + "\n");
    assertRefused(list, "not a video that can be read");
    Path half = TestVideos.write(folder.resolve("half.mp4"), 128, 96, H264, TestVideos.steady(9));
    Files.write(half, Arrays.copyOf(Files.readAllBytes(half), 2000));
    assertRefused(half, "not a video that can be read: it is cut short");
    Files.write(half, Arrays.copyOf(Files.readAllBytes(half), 100));
    assertRefused(half, "not a video that can be read: it is cut short");
  }

  @Test
  void refusesEncryptedVideo() throws IOException {
    VideoFormat format =
        H264.withOption("encryption_scheme", "cenc-aes-ctr")
            .withOption("encryption_key", "00112233445566778899aabbccddeeff")
            .withOption("encryption_kid", "00112233445566778899aabbccddeeff");
    assertRefused(
        TestVideos.write(folder.resolve("a.mp4"), 128, 96, format, TestVideos.steady(3)),
        "the video is encrypted");
  }

  @Test
  void refusesAnimatedWebp() throws IOException {
    byte[] file = "RIFF....WEBPVP8X...............".getBytes(StandardCharsets.ISO_8859_1);
    file[20] = 2;
    assertRefused(Files.write(folder.resolve("a.webp"), file), "an animated WebP");
    assertTrue(VideoSearch.isVideo(folder.resolve("a.webp")));
    file[20] = 0x10;
    assertFalse(VideoSearch.isVideo(Files.write(folder.resolve("still.webp"), file)));
    assertFalse(VideoSearch.isVideo(Files.writeString(folder.resolve("short.webp"), "RIFF")));
    assertFalse(VideoSearch.isVideo(folder.resolve("missing.webp")));
  }

  @Test
  void refusesSoundWithoutPicture() {
    assertRefused(sound(folder.resolve("a.mov")), "it has no video stream");
  }

  /** A file of sound, which holds nothing but its head. */
  private static Path sound(Path file) {
    AVFormatContext context = new AVFormatContext(null);
    avformat_alloc_output_context2(context, null, "mov", file.toString());
    AVCodecParameters codec = avformat_new_stream(context, null).codecpar();
    codec.codec_type(AVMEDIA_TYPE_AUDIO).codec_id(AV_CODEC_ID_PCM_S16LE).sample_rate(8000);
    codec.format(AV_SAMPLE_FMT_S16);
    av_channel_layout_default(codec.ch_layout(), 1);
    AVIOContext io = new AVIOContext(null);
    avio_open(io, file.toString(), AVIO_FLAG_WRITE);
    context.pb(io);
    avformat_write_header(context, (PointerPointer<?>) null);
    av_write_trailer(context);
    avio_closep(context.pb());
    avformat_free_context(context);
    return file;
  }
}
