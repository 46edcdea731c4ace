package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** What {@code dmyt test} measures, in every way, with one detector of three classes. */
class MeasureTest {
  private static final List<String> CLASSES = List.of("deepfake", "faceswap", "real");

  @TempDir static Path folder;

  private static Path dataset;
  private static Path detector;

  @BeforeAll
  static void train() throws Exception {
    dataset = Cli.dataset(folder.resolve("data"), CLASSES, 6);
    detector = folder.resolve("detector.zip");
    Cli.Result trained =
        Cli.run(
            "train",
            "-d",
            dataset,
            "-o",
            detector,
            "-m",
            "resnet18",
            "--image-size",
            32,
            "-b",
            6,
            "-e",
            1,
            "--lr",
            1e-3,
            "--pretrained",
            "none");
    assertEquals(0, trained.code(), trained.all());
  }

  private static Cli.Result test(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("test", "-d", dataset, "-w", detector));
    arguments.addAll(List.of(more));
    if (!arguments.contains("--bootstrap")) {
      arguments.addAll(List.of("--bootstrap", 50));
    }
    return Cli.run(arguments.toArray());
  }

  private static JsonNode json(Path file) throws Exception {
    return new ObjectMapper().readTree(file.toFile());
  }

  @Test
  void classifiersStandSideBySide_andAgreeWithEachAlone() throws Exception {
    Path all = folder.resolve("all.json");
    Cli.Result many =
        test("--classifier", "dummies,root,svm,svm-binary", "--json", all, "--video-by", "name");
    assertEquals(0, many.code(), many.all());
    String heads = many.out().lines().filter(l -> l.contains("svm-binary")).findFirst().orElse("");
    assertTrue(heads.matches(" +dummies +root +svm +svm-binary"), many.out());
    JsonNode classifiers = json(all).get("classifiers");
    List<String> table = many.out().lines().toList();
    int auc = table.indexOf(table.stream().filter(l -> l.contains("ROC AUC ")).findFirst().get());
    JsonNode metric = classifiers.at("/svm/detection/images/metrics/rocAuc");
    String interval =
        String.format(
            Locale.ROOT,
            "[%.3f, %.3f]",
            metric.get("low").asDouble(),
            metric.get("high").asDouble());
    assertEquals(interval, table.get(auc + 1).strip().split(" {2,}", -1)[2]);
    assertEquals(4, classifiers.size());
    for (String way : List.of("dummies", "root", "svm", "svm-binary")) {
      Path own = folder.resolve(way + ".json");
      Cli.Result alone = test("--classifier", way, "--json", own, "--video-by", "name");
      assertEquals(0, alone.code(), alone.all());
      assertTrue(alone.out().contains("confusion, in percent"), alone.out());
      assertEquals(classifiers.get(way), json(own).get("classifiers").get(way));
      assertEquals(way, json(own).get("classifier").asText());
      assertEquals(
          way.equals("root") || way.equals("svm-binary") ? 2 : 3,
          json(own).get("report").get("recalls").size());
    }
  }

  /** The frames are 00.png to 05.png: one video a class. */
  @Test
  void videosAreJudgedByEachRule() throws Exception {
    Path file = folder.resolve("videos.json");
    Cli.Result result = test("--video-by", "name", "--json", file);
    assertEquals(0, result.code(), result.all());
    JsonNode detection = json(file).get("detection");
    assertEquals(18, samples(detection.get("images")));
    for (String rule : List.of("mean", "median", "max")) {
      assertEquals(3, samples(detection.get("videos, " + rule)));
      assertTrue(result.out().contains("videos, " + rule), result.out());
    }
  }

  private static int samples(JsonNode report) {
    return report.get("reals").intValue() + report.get("fakes").intValue();
  }

  @Test
  void lossesStillChoose_butNotBeside_aClassifier() {
    Cli.Result svm = test("-l", "Triplet", "--bootstrap", 0);
    assertEquals(0, svm.code(), svm.all());
    assertTrue(svm.err().contains("SVM          fitted on 18 training images"), svm.err());
    assertFalse(svm.out().contains("["), svm.out());
    for (Object[] wrong :
        List.of(
            new Object[] {"-l", "CrossEntropy"},
            new Object[] {"--classifier", "argmax"},
            new Object[] {"-l", "DmyT", "--classifier", "dummies"},
            new Object[] {"-m", "resnet50"})) {
      Cli.Result result = test(wrong);
      assertEquals(2, result.code(), result.all());
      assertEquals(1, result.err().lines().count(), result.err());
    }
  }

  @Test
  void embeddingsAreComputedOnce() throws Exception {
    Cli.Result first = test();
    Cli.Result second = test();
    Cli.Result anew = test("--no-cache");
    assertTrue(second.err().contains("18 of 18 embeddings computed before"), second.err());
    assertFalse(anew.err().contains("computed before"), anew.err());
    assertEquals(first.out(), second.out());
    assertEquals(first.out(), anew.out());
    Files.writeString(dataset.resolve("test/real/broken.jpg"), "no picture");
    Cli.Result broken = test();
    Files.delete(dataset.resolve("test/real/broken.jpg"));
    assertEquals(first.out(), broken.out());
    assertTrue(broken.err().contains("broken.jpg"), broken.err());
  }

  /** One page with everything in it, and no address but those within. */
  @Test
  void report_isWholeAndAsksNoOne() throws Exception {
    Path page = folder.resolve("pages/report.html");
    Cli.Result result = test("--classifier", "dummies,svm", "--report", page, "--video-by", "name");
    assertEquals(0, result.code(), result.all());
    String html = Files.readString(page);
    for (String part :
        List.of(
            "Test of detector.zip",
            "By video (mean of frames)",
            "Other decision rules",
            "ROC curve",
            "Reliability",
            "dummies",
            "predicted real",
            "Heat map of",
            "resnet18, images of 32 × 32 pixels",
            "18 images: deepfake 6, faceswap 6, real 6",
            "fingerprint")) {
      assertTrue(html.contains(part), "lacks " + part);
    }
    assertFalse(
        Pattern.compile("(?i)https?:|<script|<link|@import|\\ssrc=\"(?!data:)")
            .matcher(html)
            .find());
  }

  @Test
  void corruptions_areSweptAtFiveSeverities() throws Exception {
    Path file = folder.resolve("corrupted.json");
    Path page = folder.resolve("corrupted.html");
    Cli.Result result =
        test("--corrupt", "noise,jpeg", "--bootstrap", 0, "--json", file, "--report", page);
    assertEquals(0, result.code(), result.all());
    JsonNode corrupted = json(file).get("corrupted");
    assertEquals(List.of("noise", "jpeg"), names(corrupted));
    corrupted.forEach(reports -> assertEquals(5, reports.size()));
    assertEquals(18, samples(corrupted.get("jpeg").get(4)));
    assertTrue(result.out().contains("ROC AUC by severity"), result.out());
    assertTrue(Files.readString(page).contains("ROC AUC by corruption and severity"));
    Cli.Result again = test("--corrupt", "noise,jpeg", "--bootstrap", 0, "--no-cache");
    assertEquals(result.out(), again.out());
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Of a data set with split and class, of any folder without; ND4J reads the matrix. */
  @Test
  void embed_writesAMatrixAndItsIndex() throws Exception {
    Path matrix = folder.resolve("out/all.npy");
    Files.writeString(dataset.resolve("valid/real/broken.jpg"), "no picture");
    Cli.Result result = Cli.run("embed", dataset, "-w", detector, "-o", matrix);
    Files.delete(dataset.resolve("valid/real/broken.jpg"));
    assertEquals(0, result.code(), result.all());
    assertTrue(result.err().contains("broken.jpg"), result.err());
    assertArrayEquals(new long[] {54, 512}, Nd4j.createFromNpyFile(matrix.toFile()).shape());
    List<String> index = Files.readAllLines(folder.resolve("out/all.csv"));
    assertEquals("row,split,class,file", index.get(0));
    assertEquals("0,train,deepfake,train/deepfake/00.png", index.get(1));
    assertEquals("53,test,real,test/real/05.png", index.get(54));

    Path plain = folder.resolve("out/plain.npy");
    assertEquals(
        0, Cli.run("embed", dataset.resolve("test/real"), "-w", detector, "-o", plain).code());
    assertEquals("5,,,05.png", Files.readAllLines(folder.resolve("out/plain.csv")).get(6));
    assertArrayEquals(
        Nd4j.createFromNpyFile(matrix.toFile()).getRow(53).toFloatVector(),
        Nd4j.createFromNpyFile(plain.toFile()).getRow(5).toFloatVector(),
        1e-5f);
  }
}
