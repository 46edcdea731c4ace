package io.dmyt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engines;
import io.dmyt.loss.Dummies;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/**
 * Detectors made to harm whoever opens them: each is refused in one line, or what is wrong with it
 * is ignored. The time limit stands for "never", which is what a bomb takes.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class HostileDetectorTest {
  private static final String JSON = "dmyt.json";
  private static final String CONFIGURATION = "configuration.json";
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final List<String> CLASSES = List.of("fake", "real");

  @TempDir static Path folder;

  private static final Map<String, byte[]> ENTRIES = new LinkedHashMap<>();
  private static float[] parameters;
  private static boolean harmed;

  /** A class that tells when it is loaded because a file names it. */
  static final class Canary {
    static {
      harmed = true;
    }
  }

  @BeforeAll
  static void save() throws IOException {
    Path file = folder.resolve("honest.zip");
    String model = "mobilenetv3_small_100";
    DetectorSpec spec =
        new DetectorSpec(
            model,
            CLASSES,
            "real",
            Preprocessing.imageNet(32),
            LossKind.DMYT,
            Dummies.of(CLASSES, 1024),
            null);
    try (Detector detector = Detector.create(spec, 3)) {
      BaseLayer first = (BaseLayer) detector.graph().getLayer("conv_stem").conf().getLayer();
      first.setRegularization(List.of(new WeightDecay(0.01, true)));
      detector.graph().getUpdater();
      parameters = detector.graph().params().toFloatVector();
      detector.save(file);
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        ENTRIES.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
  }

  private static List<RawZip.Entry> entries() {
    List<RawZip.Entry> entries = new ArrayList<>();
    ENTRIES.forEach((name, bytes) -> entries.add(RawZip.Entry.stored(name, bytes)));
    return entries;
  }

  private static List<RawZip.Entry> with(RawZip.Entry... changed) {
    List<RawZip.Entry> entries = entries();
    for (RawZip.Entry entry : changed) {
      entries.removeIf(e -> e.name().equals(entry.name()));
      entries.add(entry);
    }
    return entries;
  }

  private static List<RawZip.Entry> text(String entry, UnaryOperator<String> change) {
    String before = new String(ENTRIES.get(entry), StandardCharsets.UTF_8);
    String after = change.apply(before);
    assertFalse(before.equals(after), "nothing changed");
    return with(RawZip.Entry.stored(entry, after.getBytes(StandardCharsets.UTF_8)));
  }

  private static Path write(List<RawZip.Entry> entries) throws IOException {
    return Files.write(folder.resolve("hostile.zip"), RawZip.of(entries));
  }

  private static void refuse(String why, List<RawZip.Entry> entries) throws IOException {
    Path file = write(entries);
    IOException e = assertThrows(IOException.class, () -> Detector.load(file, Engines.dl4j()));
    String said = e.getMessage();
    assertTrue(said.contains(why), said);
    assertTrue(said.contains("hostile.zip"), said);
    assertEquals(1, said.lines().count(), said);
    assertTrue(said.length() < 1000, said);
    assertFalse(harmed, "a class was loaded because the file names it");
  }

  private static void accept(List<RawZip.Entry> entries) throws IOException {
    try (Detector detector = Detector.load(write(entries), Engines.dl4j())) {
      assertArrayEquals(parameters, detector.graph().params().toFloatVector());
    }
  }

  @Test
  void anHonestOneIsOpenedHoweverItIsZipped() throws IOException {
    accept(entries());
    List<RawZip.Entry> deflated = new ArrayList<>();
    for (Map.Entry<String, byte[]> entry : ENTRIES.entrySet()) {
      deflated.add(RawZip.Entry.deflated(entry.getKey(), entry.getValue()));
    }
    deflated.removeIf(e -> e.name().equals("updaterState.bin"));
    accept(deflated);
  }

  /** DL4J's own reader makes an object of it, which takes longer than the universe will last. */
  @Test
  void aSerialisedBombIsNotTouched() throws IOException {
    Set<Object> root = new HashSet<>();
    Set<Object> one = root;
    Set<Object> two = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Set<Object> nextOne = new HashSet<>(Set.of("a"));
      Set<Object> nextTwo = new HashSet<>();
      one.add(nextOne);
      one.add(nextTwo);
      two.add(nextOne);
      two.add(nextTwo);
      one = nextOne;
      two = nextTwo;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(root);
    }
    accept(with(RawZip.Entry.stored("preprocessor.bin", bytes.toByteArray())));
  }

  /** Wherever DL4J's JSON names a class, and in the forms of its older versions. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.deeplearning4j.nn.conf.layers.ConvolutionLayer",
        "org.deeplearning4j.nn.conf.graph.LayerVertex",
        "org.deeplearning4j.nn.conf.graph.ElementWiseVertex",
        "org.nd4j.linalg.activations.impl.ActivationReLU",
        "org.nd4j.linalg.lossfunctions.impl.LossMSE",
        "org.nd4j.linalg.learning.config.Adam",
        "org.nd4j.linalg.learning.regularization.WeightDecay",
        "org.nd4j.linalg.schedule.FixedSchedule",
        "org.deeplearning4j.nn.weights.WeightInitXavier"
      })
  void foreignClassesAreRefusedUnloaded(String name) throws IOException {
    for (String foreign :
        List.of(
            "io.dmyt.HostileDetectorTest$Canary",
            "javax.swing.JEditorPane",
            "org.nd4j.linalg.learning.config.Adam$Canary")) {
      refuse(
          "hostile.zip",
          text(CONFIGURATION, json -> json.replaceFirst("\"" + name + "\"", quote(foreign))));
    }
  }

  private static String quote(String name) {
    return '"' + name.replace("$", "\\$") + '"';
  }

  @Test
  void otherWaysToNameAClassAreRefused() throws IOException {
    String canary = "\"io.dmyt.HostileDetectorTest$Canary\"";
    for (String updater :
        List.of(
            "[" + canary + ", {}]",
            "{" + canary + ": {}}",
            canary,
            "{\"@class\": \"org.nd4j.linalg.learning.config.Sgd\", \"learningRateSchedule\": {"
                + "\"@class\": "
                + canary
                + "}}",
            "{\"@class\": \"org.nd4j.linalg.learning.config.Sgd\", \"learningRateSchedule\": ["
                + canary
                + ", {}]}",
            "{\"@class\": [" + canary + "]}")) {
      refuse(
          "not allowed",
          text(
              CONFIGURATION,
              json ->
                  json.replaceFirst(
                      "\"biasUpdater\" : null",
                      "\"biasUpdater\" : " + updater.replace("$", "\\$"))));
    }
    refuse(
        "preProcessor",
        text(
            CONFIGURATION,
            json ->
                json.replaceFirst(
                    "\"preProcessor\" : null",
                    "\"preProcessor\" : {\"@class\" : " + canary.replace("$", "\\$") + "}")));
  }

  @Test
  void whatTheDirectoryShowsIsEnough() throws IOException {
    RawZip.Entry json = RawZip.Entry.stored(JSON, ENTRIES.get(JSON));
    RawZip.Entry values = RawZip.Entry.deflated(COEFFICIENTS, ENTRIES.get(COEFFICIENTS));
    refuse("more than 200 to 1", with(values.claiming(10_000_000_000L)));
    refuse("more than 200 to 1", with(RawZip.Entry.deflated("zeros", new byte[20 << 20])));
    List<RawZip.Entry> twice = with(values);
    twice.add(json);
    refuse("two entries named 'dmyt.json'", twice);
    for (String name :
        List.of(
            "../evil", "a/../../evil", "/etc/passwd", "C:\\evil", "..\\evil", "..", "a\u0000b")) {
      refuse("leads out of a folder", with(RawZip.Entry.stored(name, new byte[1])));
    }
    refuse("is encrypted", with(values.flagged(1)));
    refuse("unknown method 99", with(values.by(99)));
    refuse("says something else", with(json.locally("other.json")));
    refuse("bytes, but", with(RawZip.Entry.stored(JSON, ENTRIES.get(JSON)).claiming(7)));
    byte[] sound = RawZip.of(entries());
    for (int cut : new int[] {1, 22, 100, sound.length / 2}) {
      Path file = folder.resolve("hostile.zip");
      Files.write(file, Arrays.copyOf(sound, sound.length - cut));
      assertThrows(IOException.class, () -> Detector.load(file, Engines.dl4j()));
    }
  }

  @Test
  void entriesThatOverlapAreRefused() throws IOException {
    byte[] zip = RawZip.of(entries());
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int directory = bytes.getInt(zip.length - 6);
    int second = directory + 46 + bytes.getShort(directory + 28);
    bytes.putInt(second + 42, bytes.getInt(directory + 42) + 1);
    Path file = Files.write(folder.resolve("hostile.zip"), zip);
    IOException e = assertThrows(IOException.class, () -> Detector.load(file, Engines.dl4j()));
    assertTrue(e.getMessage().contains("run into what follows"), e.getMessage());
  }

  @Test
  void valuesAreAsManyAsTheNetworkHas() throws IOException {
    byte[] values = ENTRIES.get(COEFFICIENTS);
    byte[] more = Arrays.copyOf(values, values.length + 1000);
    byte[] less = Arrays.copyOf(values, values.length - 4);
    byte[] endless = values.clone();
    // After the shape's description: the number of values.
    int header = indexOf(values, "FLOAT") - Long.BYTES - Short.BYTES;
    ByteBuffer.wrap(endless).putLong(header, Long.MAX_VALUE);
    byte[] doubles = values.clone();
    System.arraycopy("INT32".getBytes(StandardCharsets.US_ASCII), 0, doubles, header + 10, 5);
    refuse("the network's has at most", with(RawZip.Entry.stored(COEFFICIENTS, more)));
    refuse(
        "more data after",
        with(RawZip.Entry.stored(COEFFICIENTS, Arrays.copyOf(values, values.length + 1))));
    refuse("cut short", with(RawZip.Entry.stored(COEFFICIENTS, less)));
    refuse("values, expected", with(RawZip.Entry.stored(COEFFICIENTS, endless)));
    refuse("of the type 'INT32'", with(RawZip.Entry.stored(COEFFICIENTS, doubles)));
    refuse("cut short", with(RawZip.Entry.stored(COEFFICIENTS, new byte[0])));
    refuse("array of ND4J", with(RawZip.Entry.stored(COEFFICIENTS, new byte[] {-1, -1, 0, 0})));
    RawZip.Entry deflated = RawZip.Entry.deflated(COEFFICIENTS, values);
    refuse("ends after", with(deflated.cutTo(1000).claiming(100_000)));
    refuse("longer than", with(deflated.claiming(values.length - 4L)));
    refuse("the entry coefficients.bin is missing", List.copyOf(entriesWithout(COEFFICIENTS)));
    refuse("the entry configuration.json is missing", List.copyOf(entriesWithout(CONFIGURATION)));
    byte[] state = ENTRIES.get("updaterState.bin");
    refuse(
        "updaterState.bin",
        with(RawZip.Entry.stored("updaterState.bin", Arrays.copyOf(state, state.length - 4))));
  }

  /** Values that no training leaves, each named with its tensor. */
  @Test
  void brokenValuesAreRefused() throws IOException {
    byte[] values = ENTRIES.get(COEFFICIENTS);
    int first = indexOf(values, "FLOAT") + 5;
    for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      byte[] changed = values.clone();
      ByteBuffer.wrap(changed).putFloat(first + 4 * (parameters.length / 2), broken);
      refuse("holds " + broken, with(RawZip.Entry.stored(COEFFICIENTS, changed)));
    }
    // Statistics start as ones and are negative here: weights are as likely to be, variances not.
    byte[] negative = values.clone();
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] == 1) {
        ByteBuffer.wrap(negative).putFloat(first + 4 * i, -1);
      }
    }
    refuse("running_var holds -1.0", with(RawZip.Entry.stored(COEFFICIENTS, negative)));
  }

  private static int indexOf(byte[] bytes, String text) {
    return new String(bytes, 0, 512, StandardCharsets.ISO_8859_1).indexOf(text);
  }

  private static List<RawZip.Entry> entriesWithout(String name) {
    List<RawZip.Entry> entries = entries();
    entries.removeIf(e -> e.name().equals(name));
    return entries;
  }

  @Test
  void jsonIsBounded() throws IOException {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    String number = "1".repeat(100_000);
    String string = '"' + "s".repeat(3_000_000) + '"';
    for (String value : List.of(deep, number, string)) {
      refuse("hostile.zip", text(JSON, json -> json.replaceFirst("\\{", "{\"x\": " + value + ",")));
      refuse(
          "hostile.zip",
          text(CONFIGURATION, json -> json.replaceFirst("\\{", "{\"x\": " + value + ",")));
    }
    refuse("allowed", with(RawZip.Entry.stored(JSON, new byte[9 << 20])));
    refuse("allowed", with(RawZip.Entry.stored(CONFIGURATION, new byte[33 << 20])));
    refuse("Duplicate", text(JSON, json -> json.replaceFirst("\\{", "{\"format\": 1,")));
    refuse("hostile.zip", text(CONFIGURATION, json -> "[]"));
    refuse("hostile.zip", text(CONFIGURATION, json -> ""));
    for (String count : List.of("-1", "1e3", "99999999999999999999", "\"1\"", "{}")) {
      refuse(
          "expected a count",
          text(
              CONFIGURATION,
              json ->
                  json.replaceFirst("\"iterationCount\" : 0", "\"iterationCount\" : " + count)));
    }
  }

  /** oneDNN where there is one, so that the fast path reads the same. */
  @Test
  void theBestEngineIsNotAskedForBeforeTheArchiveIsSound() throws IOException {
    Path file = write(with(RawZip.Entry.stored("../evil", new byte[1])));
    IOException e = assertThrows(IOException.class, () -> Detector.load(file));
    assertTrue(e.getMessage().contains("leads out of a folder"), e.getMessage());
    assertThrows(IOException.class, () -> ModelFile.requireSound(file));
    if (Engines.bestUnavailableBecause() == null) {
      try (Detector detector = Detector.load(write(entries()))) {
        assertArrayEquals(parameters, detector.graph().params().toFloatVector());
      }
    }
  }
}
