package io.dmyt.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.VideoGrouping;
import io.dmyt.metric.DetectionScores;
import io.dmyt.metric.VideoScore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoTest {
  @ParameterizedTest
  @CsvSource({
    "id3/00017.png,            fake/id3",
    "actor/id3/00017.png,      fake/actor/id3",
    "00017.png,                fake",
  })
  void parentFolder(String file, String video) {
    assertEquals(video, VideoGrouping.PARENT_FOLDER.key("fake", Path.of(file)));
  }

  @ParameterizedTest
  @CsvSource({
    "id3_0001_frame17.png,     fake/id3_0001",
    "id3_0001_Frame_17.png,    fake/id3_0001",
    "000_003_0045.jpg,         fake/000_003",
    "clip-f12.jpeg,            fake/clip",
    "clip 12.png,              fake/clip",
    "clip.012.png,             fake/clip",
    "clip012.png,              fake/clip",
    "half12.png,               fake/half",
    "portrait.png,             fake/portrait",
    ".hidden,                  fake/.hidden",
    "00017.png,                fake/*",
    "frame17.png,              fake/*",
    "id3/00017.png,            fake/id3/*",
    "id3/clip_2.png,           fake/id3/clip",
  })
  void fileName(String file, String video) {
    assertEquals(video, VideoGrouping.FILE_NAME.key("fake", Path.of(file)));
  }

  @Test
  void equalNames_inTwoClassesOrFolders_neverMerge() {
    for (VideoGrouping grouping : VideoGrouping.values()) {
      Path frame = Path.of("id3", "7.png");
      assertNotEquals(grouping.key("fake", frame), grouping.key("real", frame));
      assertNotEquals(grouping.key("fake", frame), grouping.key("fake", Path.of("id4", "7.png")));
    }
    assertNotEquals(
        VideoGrouping.FILE_NAME.key("fake", Path.of("id3", "7.png")),
        VideoGrouping.FILE_NAME.key("fake", Path.of("id3_7.png")));
  }

  @Test
  void videoScores_byHand() {
    assertEquals(0.5, VideoScore.MEAN.of(0.9, 0.1, 0.8, 0.2), 1e-12);
    assertEquals(0.5, VideoScore.MEDIAN.of(0.9, 0.1, 0.8, 0.2), 1e-12);
    assertEquals(0.2, VideoScore.MEDIAN.of(0.9, 0.1, 0.2), 1e-12);
    assertEquals(0.9, VideoScore.MAX.of(0.9, 0.1, 0.2), 1e-12);
    // The highest fifth: of ten two, of three one.
    assertEquals(
        0.85, VideoScore.TOP_K.of(0.1, 0.9, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1), 1e-12);
    assertEquals(0.9, VideoScore.TOP_K.of(0.9, 0.1, 0.2), 1e-12);
  }

  @Test
  void framesWithoutScore_areLeftOut() {
    for (VideoScore rule : VideoScore.values()) {
      assertEquals(0.3, rule.of(Double.NaN, 0.3), 1e-12);
      assertTrue(Double.isNaN(rule.of(Double.NaN)));
      assertTrue(Double.isNaN(rule.of()));
    }
  }

  @Test
  void byVideo_hasOneScorePerVideo_inTheOrderOfFirstFrames() {
    DetectionScores frames =
        DetectionScores.of(
            new double[] {0.2, 0.9, 0.4, Double.NaN},
            new boolean[] {false, true, false, true},
            List.of("real/b", "fake/a", "real/b", "fake/c"));
    DetectionScores videos = frames.byVideo(VideoScore.MEAN);
    assertEquals(3, videos.size());
    assertEquals("real/b", videos.video(0));
    assertEquals(0.3, videos.probability(0), 1e-12);
    assertTrue(videos.isFake(1));
    assertEquals(0.9, videos.probability(1));
    assertEquals(1, videos.unscored());
  }
}
