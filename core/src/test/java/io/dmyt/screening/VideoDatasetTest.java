package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.ImageDataException;
import io.dmyt.data.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideoDatasetTest {
  @TempDir Path root;

  private void touch(String... files) throws IOException {
    for (String file : files) {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.createFile(path);
    }
  }

  private static VideoEntry video(VideoDataset dataset, String name) {
    return dataset.videos().stream().filter(v -> v.name().endsWith(name)).findFirst().orElseThrow();
  }

  private static void assertOneSplitPerSource(VideoDataset dataset) {
    Map<String, Split> splits = new HashMap<>();
    for (VideoEntry video : dataset.videos()) {
      Split split = video.split().orElseThrow();
      assertEquals(split, splits.merge(video.source(), split, (a, b) -> a), video.name());
    }
  }

  @Test
  void faceForensics() throws IOException {
    touch(
        "original_sequences/youtube/c23/videos/071.mp4",
        "original_sequences/youtube/c23/videos/054.mp4",
        "original_sequences/youtube/c23/videos/003.mp4",
        "manipulated_sequences/Deepfakes/c23/videos/071_054.mp4",
        "manipulated_sequences/FaceSwap/c23/videos/003_000.mp4");
    Files.writeString(root.resolve("train.json"), "[[\"071\", \"054\"]]");
    Files.writeString(root.resolve("test.json"), "[[\"000\", \"003\"]]");
    VideoDataset dataset = VideoDataset.scan(root);
    assertEquals("FaceForensics++", dataset.layout());
    assertEquals(5, dataset.videos().size());
    assertEquals("original", video(dataset, "/071").className());
    assertEquals("Deepfakes", video(dataset, "071_054").className());
    assertEquals(Split.TRAIN, video(dataset, "071_054").split().orElseThrow());
    assertEquals(Split.TEST, video(dataset, "003_000").split().orElseThrow());
    assertEquals(Split.TEST, video(dataset, "/003").split().orElseThrow());
    assertOneSplitPerSource(dataset);
  }

  @Test
  void celebDf() throws IOException {
    touch(
        "Celeb-real/id0_0001.mp4",
        "Celeb-real/id1_0002.mp4",
        "YouTube-real/00170.mp4",
        "Celeb-synthesis/id0_id1_0001.mp4",
        "Celeb-synthesis/id1_id0_0002.mp4");
    Files.writeString(
        root.resolve("List_of_testing_videos.txt"),
        "1 YouTube-real/00170.mp4\n0 Celeb-synthesis/id1_id0_0002.mp4\n1 Celeb-real/id1_0002.mp4\n");
    VideoDataset dataset = VideoDataset.scan(root);
    assertEquals("Celeb-DF v2", dataset.layout());
    assertEquals("fake", video(dataset, "id0_id1_0001").className());
    assertEquals("real", video(dataset, "00170").className());
    assertEquals(Split.TEST, video(dataset, "00170").split().orElseThrow());
    assertEquals(video(dataset, "/id0_0001").split(), video(dataset, "id0_id1_0001").split());
    assertTrue(video(dataset, "id0_id1_0001").split().orElseThrow() != Split.TEST);
    assertOneSplitPerSource(dataset);
  }

  @Test
  void dfdc() throws IOException {
    touch("part_0/a.mp4", "part_0/b.mp4", "part_0/c.mp4");
    Files.writeString(
        root.resolve("part_0/metadata.json"),
        """
        {"a.mp4": {"label": "FAKE", "split": "train", "original": "b.mp4"},
         "b.mp4": {"label": "REAL", "split": "train", "original": null},
         "c.mp4": {"label": "REAL", "split": "train"},
         "gone.mp4": {"label": "REAL", "split": "train"}}
        """);
    VideoDataset dataset = VideoDataset.scan(root);
    assertEquals("DFDC", dataset.layout());
    assertEquals(3, dataset.videos().size());
    assertEquals("b.mp4", video(dataset, "/a").source());
    assertEquals("fake", video(dataset, "/a").className());
    assertOneSplitPerSource(dataset);
  }

  /** 40 reals and 40 fakes of them: 28, 6 and 6 sources. */
  @Test
  void foldersByClass() throws IOException {
    for (int i = 0; i < 40; i++) {
      touch("real/%03d.mp4".formatted(i), "swap/deep/%03d_%03d.mp4".formatted(i, i + 1));
    }
    VideoDataset dataset = VideoDataset.scan(root);
    assertEquals("folders", dataset.layout());
    assertOneSplitPerSource(dataset);
    Map<Split, Integer> counts = new HashMap<>();
    dataset.videos().forEach(v -> counts.merge(v.split().orElseThrow(), 1, Integer::sum));
    assertEquals(Map.of(Split.TRAIN, 56, Split.VALID, 12, Split.TEST, 12), counts);
    assertEquals(VideoDataset.scan(root), dataset);
  }

  @Test
  void ofFewSourcesOneIsInEachSplit() throws IOException {
    for (int i = 0; i < 3; i++) {
      touch("real/%03d.mp4".formatted(i));
      touch("fake/%03d_swap.mp4".formatted(i));
      VideoDataset dataset = VideoDataset.scan(root);
      assertOneSplitPerSource(dataset);
      if (i == 2) {
        assertEquals(
            3, dataset.videos().stream().map(v -> v.split().orElseThrow()).distinct().count());
      }
    }
  }

  @Test
  void foldersBySplit() throws IOException {
    touch("train/real/a.mp4", "val/real/b.avi", "test/fake/c.webm");
    VideoDataset dataset = VideoDataset.scan(root);
    assertEquals(Split.VALID, video(dataset, "/b").split().orElseThrow());
    assertEquals("fake", video(dataset, "/c").className());
  }

  @Test
  void refusesWhatHasNoClass() throws IOException {
    assertThrows(ImageDataException.class, () -> VideoDataset.scan(root));
    touch("a.mp4");
    ImageDataException e = assertThrows(ImageDataException.class, () -> VideoDataset.scan(root));
    assertTrue(e.getMessage().contains("is not in a class folder"), e.getMessage());
  }
}
