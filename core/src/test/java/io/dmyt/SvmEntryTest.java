package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.checkpoint.StateDict;
import io.dmyt.checkpoint.Tensor;
import io.dmyt.checkpoint.safetensors.SafeTensors;
import io.dmyt.data.Preprocessing;
import io.dmyt.loss.Dummies;
import io.dmyt.svm.EmbeddingSvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SVM in a detector's file: one fault at a time, each told in one line. */
class SvmEntryTest {
  private static final String ENTRY = "dmyt-svm.safetensors";
  private static final List<String> CLASSES = List.of("deepfake", "faceswap", "real");
  private static final int FEATURES = 4;

  @TempDir Path folder;

  private EmbeddingSvm svm;
  private byte[] stored;

  @BeforeEach
  void fit() throws IOException {
    float[][] rows = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 1}, {0, 1, 0, 1}};
    svm = EmbeddingSvm.fit(rows, new int[] {0, 1, 2, 0, 1}, EmbeddingSvm.Options.DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeTensors.write(SvmTensors.of(svm), out);
    stored = out.toByteArray();
  }

  private static DetectorContent content(LossKind loss, String realClass, EmbeddingSvm svm) {
    DetectorSpec spec =
        new DetectorSpec(
            "resnet18",
            CLASSES,
            realClass,
            Preprocessing.imageNet(32),
            loss,
            Dummies.of(CLASSES, realClass, FEATURES),
            null);
    DecisionRule rule = svm == null ? null : SvmRule.of(spec, svm);
    return DetectorContent.of(spec, null, new FittedVerdict(Calibration.NONE, null, rule, null));
  }

  private DetectorContent triplet() {
    return content(LossKind.TRIPLET, "real", svm);
  }

  private Path zip(String entry, byte[] bytes) throws IOException {
    Path file = folder.resolve("detector.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      out.setLevel(0);
      out.putNextEntry(new ZipEntry(entry));
      out.write(bytes);
    }
    return file;
  }

  /** The stored tensors, one of them another. */
  private byte[] with(String name, Tensor tensor) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>(SafeTensors.read(stored, "").tensors());
    tensors.put(name, tensor);
    StateDict.Builder changed = StateDict.builder();
    tensors.forEach(changed::put);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafeTensors.write(changed.build(), out);
    return out.toByteArray();
  }

  private void assertSays(String what, byte[] bytes) throws IOException {
    assertSays(what, zip(ENTRY, bytes), triplet());
  }

  private static void assertSays(String what, Path file, DetectorContent content) {
    IOException e =
        assertThrows(IOException.class, () -> DetectorFile.rule(file, content, FEATURES));
    String said = e.getMessage();
    assertTrue(said.startsWith("damaged detector: " + file + ": "), said);
    assertTrue(said.contains(ENTRY) && said.contains(what), said);
    assertEquals(1, said.lines().count(), said);
  }

  @Test
  void comesBackBitByBit() throws IOException {
    EmbeddingSvm read =
        ((SvmRule) DetectorFile.rule(zip(ENTRY, stored), triplet(), FEATURES)).svm();
    float[] point = {0.3f, 0, -0.1f, 0.7f};
    assertArrayEquals(svm.decisions(point), read.decisions(point));
    assertArrayEquals(svm.supportVectors(), read.supportVectors());
    assertArrayEquals(svm.classes(), read.classes());
    assertNull(DetectorFile.rule(folder, content(LossKind.TRIPLET, "real", null), FEATURES));
  }

  @Test
  void isTheDetectors() throws IOException {
    assertSays("the entry " + ENTRY + " is missing", zip("other", stored), triplet());
    Path file = zip(ENTRY, stored);
    assertSays("judged by dummies, not by svm", file, content(LossKind.DMYT, "real", svm));
    assertSays(
        "belongs to no detector",
        file,
        new DetectorContent(3, null, "resnet18", null, null, null, ENTRY, null, null));
    IOException e =
        assertThrows(IOException.class, () -> DetectorFile.rule(file, triplet(), FEATURES + 1));
    assertTrue(e.getMessage().contains("over 4 features, for a detector"), e.getMessage());
  }

  @Test
  void isWholeAndOfItsFormat() throws IOException {
    assertSays("neither a PyTorch file nor safetensors", new byte[3]);
    assertSays("data_offsets", Arrays.copyOf(stored, stored.length - 4));
    assertSays("expected the tensors of an SVM", with("later", Tensor.of(new double[] {1})));
    // A bit that flips on the disk.
    byte[] zip = Files.readAllBytes(zip(ENTRY, stored));
    int header = new String(zip, StandardCharsets.ISO_8859_1).indexOf("support_vectors");
    zip[header + 200] ^= 1;
    Path flipped = Files.write(folder.resolve("flipped.zip"), zip);
    assertSays("another checksum", flipped, triplet());
  }

  @Test
  void hasPartsThatBelongTogether() throws IOException {
    assertSays("gamma is F32", with("gamma", Tensor.of(new float[] {1})));
    assertSays("gamma is F64[1]", with("gamma", Tensor.of(new double[] {1}, 1)));
    Tensor bottomless = Tensor.of(new float[0], 1L << 40, 0);
    assertSays("[1099511627776, 0], expected values", with("support_vectors", bottomless));
    assertSays("gamma must be above 0", with("gamma", Tensor.of(new double[] {0})));
    assertSays("classes must be ascending", with("classes", Tensor.of(new long[] {1, 0, 2}, 3)));
    assertSays("is not an index", with("classes", Tensor.of(new long[] {0, 1, 1L << 33}, 3)));
    assertSays("real class 2", with("classes", Tensor.of(new long[] {0, 1, 3}, 3)));
    assertSays("support vectors are not those", with("n_support", Tensor.of(new long[3], 3)));
    assertSays("1 intercepts, expected 3", with("intercept", Tensor.of(new double[] {1}, 1)));
  }
}
