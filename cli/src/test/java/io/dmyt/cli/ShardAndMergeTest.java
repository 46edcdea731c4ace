package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs in parts, whose outputs together are byte by byte those of one run. */
class ShardAndMergeTest {
  private static final int SHARDS = 3;

  @TempDir static Path folder;
  private static Path images;
  private static Path detector;

  @BeforeAll
  static void makeFiles() throws IOException {
    images = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 7);
    Files.writeString(images.resolve("train/fake/03b, broken.png"), "no picture");
    Files.writeString(images.resolve("valid/real/zz.png"), "none either");
    detector = detector("detector.zip", 1);
  }

  private static Path detector(String name, long seed) throws IOException {
    List<String> classes = List.of("fake", "real");
    Path file = folder.resolve(name);
    try (Detector made =
        Detector.create(
            new DetectorSpec(
                "resnet18",
                classes,
                "real",
                Preprocessing.imageNet(32),
                LossKind.DMYT,
                Dummies.of(classes, 512),
                null),
            seed)) {
      made.save(file);
    }
    return file;
  }

  private static Cli.Result ran(int code, Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertEquals(code, result.code(), result.all());
    return result;
  }

  private static void assertSame(Path expected, Path actual) throws IOException {
    assertEquals(Files.readString(expected), Files.readString(actual));
  }

  /** Broken files among them, so that the command's exit code is 1. */
  private static void predict(Path folder, Object... more) throws IOException {
    Files.createDirectories(folder);
    List<Object> whole =
        new ArrayList<>(
            List.of(
                "predict", images, "-w", detector, "-b", 4, "--csv", folder.resolve("all.csv")));
    whole.addAll(List.of(more));
    whole.addAll(List.of("--json", folder.resolve("all.json"), "--jsonl"));
    Cli.Result result = ran(1, whole.toArray());
    Files.writeString(folder.resolve("all.jsonl"), result.out());
    List<List<Object>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int i = SHARDS; i >= 1; i--) {
      List<Object> part = new ArrayList<>(whole);
      Path csv = folder.resolve(i + ".csv");
      Path json = folder.resolve(i + ".json");
      Path lines = folder.resolve(i + ".txt");
      part.set(part.indexOf(folder.resolve("all.csv")), csv);
      part.set(part.indexOf(folder.resolve("all.json")), json);
      part.addAll(List.of("--shard", i + "/" + SHARDS));
      Files.writeString(lines, Cli.run(part.toArray()).out());
      parts.get(0).add(csv);
      parts.get(1).add(json);
      parts.get(2).add(lines);
    }
    for (int k = 0; k < parts.size(); k++) {
      String ending = List.of("csv", "json", "jsonl").get(k);
      List<Object> merge = new ArrayList<>(List.of("merge"));
      merge.addAll(parts.get(k));
      Path merged = folder.resolve("merged." + ending);
      merge.addAll(List.of("-o", merged));
      ran(0, merge.toArray());
      assertSame(folder.resolve("all." + ending), merged);
    }
  }

  @Test
  void predictions() throws IOException {
    predict(folder.resolve("images"));
    List<String> rows = Files.readAllLines(folder.resolve("images/all.csv"));
    assertEquals(1 + 3 * 2 * 7 + 2, rows.size());
    assertTrue(rows.get(19).contains("03b, broken.png"), "not in its place: " + rows.get(19));
  }

  @Test
  void predictionsByVideo() throws IOException {
    predict(folder.resolve("videos"), "--video-by", "folder");
    assertTrue(
        Files.readString(folder.resolve("videos/all.jsonl")).contains("{\"video\":"), "no video");
  }

  @Test
  void moreShardsThanBatches() throws IOException {
    Path one = images.resolve("train/fake/00.png");
    List<Object> merge = new ArrayList<>(List.of("merge"));
    for (int i = 1; i <= 3; i++) {
      Path csv = folder.resolve("few" + i + ".csv");
      ran(0, "predict", one, "-w", detector, "--csv", csv, "--shard", i + "/3");
      merge.add(csv);
    }
    Path whole = folder.resolve("few.csv");
    ran(0, "predict", one, "-w", detector, "--csv", whole);
    Path merged = folder.resolve("few-merged.csv");
    merge.addAll(List.of("-o", merged));
    ran(0, merge.toArray());
    assertSame(whole, merged);
  }

  @Test
  void embeddings() throws IOException {
    Path whole = folder.resolve("all.npy");
    ran(0, "embed", images, "-w", detector, "-b", 4, "-o", whole);
    List<Object> merge = new ArrayList<>(List.of("merge"));
    for (int i = 1; i <= SHARDS; i++) {
      Path part = folder.resolve("part" + i + ".npy");
      ran(0, "embed", images, "-w", detector, "-b", 4, "-o", part, "--shard", i + "/" + SHARDS);
      merge.add(1, part);
    }
    Path merged = folder.resolve("merged.npy");
    merge.addAll(List.of("-o", merged));
    ran(0, merge.toArray());
    assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(merged));
    assertSame(folder.resolve("all.csv"), folder.resolve("merged.csv"));

    byte[] cut = Files.readAllBytes(folder.resolve("part2.npy"));
    Files.write(folder.resolve("part2.npy"), Arrays.copyOf(cut, cut.length - 4));
    refused("part2.npy is not a whole matrix", merge.toArray());
  }

  private Path shard(String name, String shard, Object... more) {
    Path csv = folder.resolve(name);
    List<Object> arguments = new ArrayList<>(List.of("predict", images.resolve("test")));
    arguments.addAll(List.of("--csv", csv, "--shard", shard));
    arguments.addAll(List.of(more));
    if (!arguments.contains("-w")) {
      arguments.addAll(List.of("-w", detector));
    }
    ran(0, arguments.toArray());
    return csv;
  }

  private static void refused(String why, Object... arguments) {
    Cli.Result result = ran(1, arguments);
    assertTrue(result.err().contains(why), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() throws IOException {
    Path one = shard("a1.csv", "1/2");
    Path two = shard("a2.csv", "2/2");
    Path output = folder.resolve("refused.csv");
    Files.writeString(output, "kept", StandardCharsets.UTF_8);
    refused("shard 2/2 is missing", "merge", one, "-o", output);
    refused("are both shard 1/2", "merge", one, shard("b1.csv", "1/2"), two, "-o", output);
    refused(
        "the threshold differs (0.5, 0.7)",
        "merge",
        one,
        shard("threshold.csv", "2/2", "--threshold", 0.7),
        "-o",
        output);
    refused(
        "the detector differs",
        "merge",
        one,
        shard("other.csv", "2/2", "-w", detector("other.zip", 2)),
        "-o",
        output);
    refused(
        "one is of 2 shards, the other of 3", "merge", one, shard("c.csv", "2/3"), "-o", output);
    refused(
        "they were made from different files",
        "merge",
        one,
        shard("files.csv", "2/2", images.resolve("train/real")),
        "-o",
        output);
    Path whole = folder.resolve("whole.csv");
    ran(0, "predict", images.resolve("test"), "-w", detector, "--csv", whole);
    refused("was written without --shard", "merge", one, whole, "-o", output);
    refused("no such file or folder", "merge", one, folder.resolve("none.csv"), "-o", output);
    assertEquals("kept", Files.readString(output));
  }

  @Test
  void aWholeRunIsNoShardAnyMore() {
    Path csv = shard("again.csv", "1/2");
    ran(0, "predict", images.resolve("test"), "-w", detector, "--csv", csv);
    refused("was written without --shard", "merge", csv, "-o", folder.resolve("x.csv"));
  }

  @Test
  void whatIsNoShardIsCalledWrongly() {
    Cli.Result result = ran(2, "predict", images, "-w", detector, "--shard", "4/3");
    assertTrue(result.err().contains("a shard is I/N with I from 1 to N, found 4/3"), result.err());
  }
}
