package io.dmyt.screening;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.FaceCrop;
import io.dmyt.data.RgbImage;
import io.dmyt.data.Shard;
import io.dmyt.face.TestFaces;
import io.dmyt.video.FrameSelection;
import io.dmyt.video.VideoFormat;
import io.dmyt.video.VideoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaceDatasetMergeTest {
  private static final VideoFormat LOSSLESS =
      new VideoFormat("matroska", "ffv1", "bgr0", 1000, 1, 0, 1, Map.of());

  @TempDir Path folder;

  private void video(String name, RgbImage frame) throws IOException {
    Path file = folder.resolve("videos").resolve(name);
    Files.createDirectories(file.getParent());
    try (VideoWriter writer = new VideoWriter(file, frame.width(), frame.height(), LOSSLESS)) {
      for (int i = 0; i < 2; i++) {
        writer.write(frame, Duration.ofMillis(100L * i));
      }
      writer.finish();
    }
  }

  private Path faces(String name, Shard shard, FaceCrop crop) throws IOException {
    VideoDataset all = VideoDataset.scan(folder.resolve("videos"));
    Path out = folder.resolve(name);
    new FaceDatasetWriter(FrameSelection.evenly(2), crop, 1)
        .write(
            new VideoDataset(all.layout(), shard.of(all.videos(), 1)),
            out,
            TestFaces::detector,
            n -> {});
    return out;
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> below = Files.walk(root)) {
      return below.filter(Files::isRegularFile).map(root::relativize).sorted().toList();
    }
  }

  @Test
  void shardsTogetherAreTheWhole() throws IOException {
    for (String name : List.of("train/real/a, b.mkv", "train/fake/c.mkv", "test/real/d.mkv")) {
      video(name, TestFaces.astronaut().resize(256, 256));
    }
    video("test/fake/nobody.mkv", TestFaces.grey(160, 120));
    Path whole = faces("whole", Shard.WHOLE, FaceCrop.aligned());
    List<Path> shards = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      shards.add(faces("shard" + i, new Shard(i, 3), FaceCrop.aligned()));
    }
    Path merged = folder.resolve("merged");
    assertEquals(6, FaceDatasetMerge.merge(shards, merged));
    assertEquals(files(whole), files(merged));
    for (Path file : files(whole)) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)),
          Files.readAllBytes(merged.resolve(file)),
          file.toString());
    }

    refused("is not empty", shards, merged);
    refused("is not a finished data set", List.of(folder), folder.resolve("a"));
    Path other = faces("other", Shard.WHOLE, FaceCrop.box(1.3));
    refused("were cut out differently", List.of(whole, other), folder.resolve("b"));
    refused("is in another folder too", List.of(whole, whole), folder.resolve("c"));
  }

  private static void refused(String why, List<Path> folders, Path output) {
    IOException e = assertThrows(IOException.class, () -> FaceDatasetMerge.merge(folders, output));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }
}
