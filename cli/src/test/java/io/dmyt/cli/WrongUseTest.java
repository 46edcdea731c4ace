package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.SystemReport;
import io.dmyt.cli.command.Command;
import io.dmyt.cli.command.Commands;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong is said in one line, with the right exit code. */
class WrongUseTest {
  private static final String NO_SPARK = "--spark needs Spark 3.5 for Scala 2.12: set SPARK_HOME";
  private static final String LEAVE_OUT = "stay on the cluster: leave out --spark for the files";

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> saysWhatIsWrong() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 2);
    Path noValid = Cli.dataset(folder.resolve("novalid"), List.of("fake", "real"), 2);
    remove(noValid.resolve("valid"));
    Path emptyClass = Cli.dataset(folder.resolve("empty"), List.of("fake", "real"), 2);
    Files.createDirectories(emptyClass.resolve("train/other"));
    Path oneSided = Cli.dataset(folder.resolve("onesided"), List.of("fake", "real"), 2);
    remove(oneSided.resolve("valid/fake"));
    Path noReal = Cli.dataset(folder.resolve("noreal"), List.of("a", "b"), 2);
    Path text = Files.writeString(folder.resolve("text.zip"), "hello");
    Path noImages = Files.createDirectories(folder.resolve("images"));
    Path badLayout = Files.writeString(folder.resolve("dummies.json"), "{ nonsense");
    Path npy = folder.resolve("e.npy");
    Path clip = Files.createFile(folder.resolve("clip.mp4"));
    Path newRun = folder.resolve("run");
    return Stream.of(
            wrong(2, "no command"),
            wrong(2, "command", "fly"),
            wrong(2, "--dataset", "train"),
            wrong(2, "--nonsense", "train", "-d", data, "--nonsense"),
            wrong(2, "unknown option --nonsense (see", "train", "-d", data, "--nonsense"),
            wrong(2, "option --datset: did you mean --dataset?", "train", "--datset", data),
            wrong(2, "option --datset: did you mean --dataset?", "train", "--datset=" + data),
            wrong(2, "--weights? (see dmyt predict --help)", "predict", "-weights", text, data),
            wrong(2, "--verbose takes no value", "models", "--verbose=true"),
            wrong(2, "must be from 0 to 1, got 2", "predict", data, "-w", text, "--threshold=2"),
            wrong(1, "text.zip", "predict", data, "-w=" + text),
            wrong(2, "unknown command \"preddict\": did you mean predict?", "preddict"),
            wrong(2, "unknown command \"\" (see", ""),
            wrong(2, "the name for a file is empty", "predict", "-w", text, ""),
            wrong(2, "the name for -w is empty", "predict", "-w", "", data),
            wrong(2, "did you mean --threshold?", "predict", data, "-w", text, "--treshold", "1"),
            wrong(2, "did you mean --explain?", "predict", "--explian", "x", data, "-w", text),
            wrong(1, "file or folder:  a.jpg ", "predict", " a.jpg ", "-w", text),
            wrong(1, "file or folder: \"a.jpg\"", "predict", "\"a.jpg\"", "-w", text),
            wrong(1, "file or folder: --x.jpg", "predict", "-w", text, "--", "--x.jpg"),
            wrong(1, "is real with --real-class", "train", "-d", noReal),
            wrong(1, "nowhere", "train", "-d", folder.resolve("nowhere")),
            wrong(2, "-e", "train", "-d", data, "-e", "0"),
            wrong(2, "-b", "train", "-d", data, "-b", "many"),
            wrong(2, "--lr", "train", "-d", data, "--lr", "-1"),
            wrong(2, "--lr", "train", "-d", data, "--lr", "NaN"),
            wrong(2, "DmyT", "train", "-d", data, "-l", "Quadruplet"),
            wrong(2, "--image-size", "train", "-d", data, "--image-size", "7"),
            wrong(2, "--label-weights", "train", "-d", data, "-lw", "1,2,3"),
            wrong(2, "--label-weights", "train", "-d", data, "-lw", "1,-2"),
            wrong(2, "--real-class", "train", "-d", data, "--real-class", "nobody"),
            wrong(2, "--dummies", "train", "-d", data, "-l", "BCE", "--dummies", badLayout),
            wrong(1, "dummies.json", "train", "-d", data, "--dummies", badLayout),
            wrong(2, "xception", "train", "-d", data, "-m", "xceptoin"),
            wrong(2, "xception", "bench", "-m", "xceptoin"),
            wrong(2, "--rounds", "bench", "--rounds", "0"),
            wrong(2, "bf16", "bench", "--precision", "bf16", "--engine", "dl4j"),
            wrong(1, "valid", "train", "-d", noValid),
            wrong(1, "other", "train", "-d", emptyClass),
            wrong(1, "fake", "train", "-d", oneSided),
            wrong(1, "real", "train", "-d", noReal),
            wrong(1, "missing.zip", "test", "-d", data, "-w", folder.resolve("missing.zip")),
            wrong(1, "text.zip", "test", "-d", data, "-w", text),
            wrong(2, "svm-binary", "test", "-d", data, "-w", text, "--classifier", "svm,forest"),
            wrong(2, "--video-by", "test", "-d", data, "-w", text, "--video-by", "colour"),
            wrong(2, "--bootstrap", "test", "-d", data, "-w", text, "--bootstrap", "-1"),
            wrong(2, "one folder", "embed", data, data, "-w", text, "-o", npy),
            wrong(2, "--output", "embed", data, "-w", text),
            wrong(2, ".npy", "embed", data, "-w", text, "-o", folder.resolve("e.bin")),
            wrong(1, "nowhere", "embed", folder.resolve("nowhere"), "-w", text, "-o", npy),
            wrong(1, "text.zip", "embed", data, "-w", text, "-o", npy),
            wrong(2, "brightness", "test", "-d", data, "-w", text, "--corrupt", "rain"),
            wrong(2, "--weights", "calibrate", "-d", data),
            wrong(2, "--fpr", "calibrate", "-d", data, "-w", text, "--fpr", "1.5"),
            wrong(2, "one of", "calibrate", "-d", data, "-w", text, "--eer", "--fpr", "0.1"),
            wrong(2, "--method", "calibrate", "-d", data, "-w", text, "--method", "guess"),
            wrong(2, "--split", "calibrate", "-d", data, "-w", text, "--split", "best"),
            wrong(1, "text.zip", "calibrate", "-d", data, "-w", text),
            wrong(2, "FILES", "predict", "-w", text),
            wrong(2, "--weights", "predict", data),
            wrong(2, "--threshold", "predict", data, "-w", text, "--threshold", "2"),
            wrong(2, "--video-by", "predict", data, "-w", text, "--video-by", "colour"),
            wrong(2, LEAVE_OUT, "predict", clip, "-w", text, "--spark=local", "--report", npy),
            wrong(2, LEAVE_OUT, "predict", clip, "-w", text, "--spark=local", "--annotate", npy),
            wrong(2, LEAVE_OUT, "predict", data, "-w", text, "--spark=local", "--explain", npy),
            wrong(1, NO_SPARK, "predict", clip, data, "-w", text, "--spark=local"),
            wrong(1, NO_SPARK, "embed", data, "-w", text, "-o", npy, "--spark=local"),
            wrong(1, NO_SPARK, "train", "-d", data, "-o", newRun, "--spark=local"),
            wrong(2, "give --spark too", "train", "-d", data, "--round-steps", "4"),
            wrong(2, "give --spark too", "train", "-d", data, "--round-workers", "2"),
            wrong(1, "nowhere", "predict", folder.resolve("nowhere"), "-w", text),
            wrong(1, "below", "predict", noImages, "-w", text),
            wrong(1, "text.zip", "predict", data, "-w", text),
            wrong(1, "folder", "test", "-d", data, "-w", folder))
        .map(
            w ->
                DynamicTest.dynamicTest(
                    List.of(w.arguments).toString().replace(folder.toString(), ""), w::check));
  }

  @Test
  void noRunIsBegunWithoutSpark() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 2);
    Path run = folder.resolve("run");
    assertEquals(1, Cli.run("train", "-d", data, "-o", run, "--spark=local").code());
    assertFalse(Files.exists(run));
  }

  @Test
  void unknownModel_hasTheFiveClosest() {
    String said = Cli.run("bench", "-m", "resnet5").err();
    assertTrue(said.contains("did you mean resnet50? Also close: "), said);
    assertEquals(3, said.chars().filter(c -> c == ',').count(), said);
  }

  private record Wrong(int code, String mentions, Object[] arguments) {
    void check() {
      Cli.Result result = Cli.run(arguments);
      assertEquals(code, result.code(), result.all());
      assertEquals("", result.out());
      assertFalse(result.err().contains("\tat "), result.err());
      assertFalse(result.err().contains("unexpected"), result.err());
      String said = arguments.length == 0 ? "no command" : result.err();
      assertTrue(said.contains(mentions), result.err());
      if (arguments.length > 0) {
        assertEquals(1, result.err().lines().filter(l -> l.startsWith("dmyt: ")).count());
      }
    }
  }

  private static Wrong wrong(int code, String mentions, Object... arguments) {
    return new Wrong(code, mentions, arguments);
  }

  private static void remove(Path tree) throws Exception {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void helpsWithEveryCommand() {
    Cli.Result help = Cli.run("--help");
    assertEquals(0, help.code());
    for (Command command : Commands.all()) {
      assertTrue(help.out().contains("  " + command.name() + " "), help.out());
      Cli.Result own = Cli.run(command.name(), "--help");
      assertEquals(0, own.code());
      assertTrue(own.out().startsWith("Usage: dmyt " + command.name()), own.out());
      assertFalse(own.out().contains("(default: )"), own.out());
    }
    Cli.Result train = Cli.run("train", "-h");
    assertTrue(train.out().contains("(default: 2e-5)"), train.out());
  }

  @Test
  void showsVersionAndInfo() {
    assertTrue(Cli.run("--version").out().matches("dmyt \\d+\\.\\d+\\S*\\R"));
    Cli.Result info = Cli.run("info");
    assertEquals(0, info.code());
    assertTrue(info.out().contains("1.0.0-M2.1"), info.out());
    for (SystemReport.Entry entry : SystemReport.create().entries()) {
      assertTrue(info.out().contains(entry.name() + " "), info.out());
    }
  }
}
