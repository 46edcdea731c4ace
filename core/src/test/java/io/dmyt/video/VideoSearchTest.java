package io.dmyt.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Videos are told by their names, and by what they begin with. */
class VideoSearchTest {
  @TempDir Path folder;

  @Test
  void camerasEndingsAreVideos() throws IOException {
    for (String name : List.of("00001.MTS", "00001.m2ts", "VTS_01_1.VOB", "clip.qt", "clip.3g2")) {
      Path file = Files.createFile(folder.resolve(name));
      assertTrue(VideoSearch.isVideo(file), name);
    }
    assertEquals(5, VideoSearch.below(folder).size());
    assertFalse(VideoSearch.isVideo(folder.resolve("sound.mp3")));
  }

  @Test
  void videosAreToldByWhatTheyBeginWith() throws IOException {
    for (String container : List.of("mp4", "matroska", "avi", "mpegts", "mpeg", "flv", "asf")) {
      String encoder =
          switch (container) {
            case "mpeg" -> "mpeg2video";
            case "flv" -> "flv";
            default -> "mpeg4";
          };
      VideoFormat format = VideoFormat.of(container, encoder).withTicks(25);
      Path file = folder.resolve(container);
      TestVideos.write(file, 64, 64, format, TestVideos.steady(9));
      assertTrue(VideoSearch.beginsAsVideo(file), container);
    }
    assertFalse(VideoSearch.beginsAsVideo(Files.writeString(folder.resolve("a"), "a film")));
    assertFalse(VideoSearch.beginsAsVideo(Files.writeString(folder.resolve("b"), "GGG".repeat(9))));
    Path heif = Files.writeString(folder.resolve("c"), "\0\0\0\u0018ftypheic\0\0\0\0mif1heic");
    assertFalse(VideoSearch.beginsAsVideo(heif));
    assertFalse(VideoSearch.beginsAsVideo(folder.resolve("missing")));
  }
}
