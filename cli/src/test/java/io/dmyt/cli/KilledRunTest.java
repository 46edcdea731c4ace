package io.dmyt.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dmyt.Detector;
import io.dmyt.engine.Engines;
import io.dmyt.internal.Text;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What befalls a run in a folder: real processes are killed, states damaged, disks full.
 *
 * <p>{@code -Ddmyt.kills=100} kills a hundred processes instead of a few.
 */
class KilledRunTest {
  private static final int KILLS = Integer.getInteger("dmyt.kills", 3);
  private static final String MODEL = "tf_mobilenetv3_small_minimal_100";
  private static final int EPOCHS = 6;

  @TempDir Path folder;

  private static Object[] train(Path data, int epochs, Object... more) {
    String constant =
        "train --image-size 32 -b 4 --lr 1e-3 --pretrained none --threads 1 --workers 1 -m "
            + MODEL;
    return concat(concat(constant.split(" "), new Object[] {"-d", data, "-e", epochs}), more);
  }

  private static Object[] concat(Object[] first, Object[] second) {
    return Stream.of(first, second).flatMap(Arrays::stream).toArray();
  }

  private static List<String> command(Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.dmyt.cli.Main"));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    return command;
  }

  private static Process start(Path said, Object... arguments) throws IOException {
    return start(said, command(arguments));
  }

  private static Process start(Path said, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
        .start();
  }

  private static List<String> losses(Path run) throws IOException {
    return Files.readAllLines(run.resolve("history.csv")).stream()
        .map(line -> line.replaceAll(",[^,]*(,[^,]*)$", "$1"))
        .toList();
  }

  private static float[] weights(Path file) throws IOException {
    try (Detector detector = Detector.load(file, Engines.dl4j())) {
      return detector.graph().params().data().asFloat();
    }
  }

  @Test
  void killsLoseNothing() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 16);
    Path said = folder.resolve("said.txt");
    Path whole = folder.resolve("whole");
    long begun = System.nanoTime();
    assertEquals(
        0, start(said, train(data, EPOCHS, "-o", whole)).waitFor(), Files.readString(said));
    long millis = (System.nanoTime() - begun) / 1_000_000;

    Random random = new Random(3);
    int kills = 0;
    for (int round = 0; kills < KILLS; round++) {
      Path run = folder.resolve("run" + round);
      boolean done = false;
      while (!done) {
        Process process =
            Files.exists(run.resolve("config.yaml"))
                ? start(said, "train", "--resume", run)
                : start(said, train(data, EPOCHS, "-o", run));
        boolean kill = kills < KILLS;
        long patience = kill ? (long) (millis * (0.3 + 0.7 * random.nextDouble())) : 1_000_000;
        done = process.waitFor(patience, TimeUnit.MILLISECONDS);
        if (done) {
          assertEquals(0, process.exitValue(), Files.readString(said));
        } else {
          process.destroyForcibly().waitFor();
          kills++;
        }
      }
      assertSameRun(whole, run);
      System.out.println(Text.format("%d kills, %d runs, none lost", kills, round + 1));
    }
  }

  /** SIGTERM, as Ctrl-C: the step is finished, all is saved, and the rest is as without it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-l DmyT",
        "-l Triplet --miner batch-hard --margin 0.3 --distance cosine --keep 2"
            + " --sampler m-per-class=2"
      })
  void aSignalSavesAndSaysHowToGoOn(String options) throws Exception {
    Object[] how = options.split(" ");
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path run = folder.resolve("run");
    Path said = folder.resolve("said.txt");
    Process process = start(said, concat(train(data, 10_000, "-o", run), how));
    while (process.isAlive() && !Files.exists(run.resolve("history.csv"))) {
      Thread.sleep(50);
    }
    process.destroy();
    assertEquals(143, process.waitFor(), Files.readString(said));
    assertTrue(Files.readString(said).contains("dmyt train --resume " + run), "says how");
    assertTrue(Files.readString(run.resolve("log.txt")).contains("Stopped in epoch"), "logs it");
    int epochs = losses(run).size();
    Cli.Result more = Cli.run("train", "--resume", run, "-e", epochs);
    assertEquals(0, more.code(), more.all());
    assertTrue(more.err().contains("--epoch " + epochs + " (was 10000)"), more.err());
    assertEquals(epochs, losses(run).size() - 1);

    Path whole = folder.resolve("whole");
    assertEquals(0, Cli.run(concat(train(data, epochs, "-o", whole), how)).code());
    assertSameRun(whole, run);
  }

  /** The same history, the same detectors, bit by bit. */
  private static void assertSameRun(Path whole, Path run) throws IOException {
    assertEquals(losses(whole), losses(run));
    List<Path> kept = detectors(whole);
    assertEquals(kept, detectors(run));
    for (Path name : kept) {
      assertArrayEquals(weights(whole.resolve(name)), weights(run.resolve(name)), name.toString());
    }
  }

  private static List<Path> detectors(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      return files
          .map(Path::getFileName)
          .filter(name -> name.toString().matches("(last|best|epoch-.*)\\.zip"))
          .sorted()
          .toList();
    }
  }

  /** A limit on the size of files stands for the end of a disk. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aStateThatCannotBeWrittenLeavesTheOneBefore() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path whole = folder.resolve("whole");
    assertEquals(0, Cli.run(train(data, 3, "-o", whole)).code());
    Path run = folder.resolve("run");
    assertEquals(0, Cli.run(train(data, 1, "-o", run)).code());
    long kilobytes = Files.size(run.resolve("last.zip")) / 2 / 1024;
    byte[] last = Files.readAllBytes(run.resolve("last.zip"));

    Path said = folder.resolve("said.txt");
    List<String> java = command("train", "--resume", run, "-e", 3);
    List<String> limited = new ArrayList<>();
    limited.addAll(List.of("bash", "-c", "ulimit -f " + kilobytes + " && exec \"$@\"", "dmyt"));
    limited.addAll(java);
    assertEquals(1, start(said, limited).waitFor(), Files.readString(said));
    List<String> errors =
        Files.readAllLines(said).stream().filter(l -> l.startsWith("dmyt:")).toList();
    assertEquals(1, errors.size(), errors.toString());
    assertTrue(
        errors.get(0).endsWith("the state before is intact: go on with --resume " + run),
        errors.get(0));
    assertArrayEquals(last, Files.readAllBytes(run.resolve("last.zip")));

    assertEquals(0, start(said, java).waitFor(), Files.readString(said));
    assertSameRun(whole, run);
  }

  private void say(int code, String what, Object... arguments) {
    Cli.Result result = Cli.run(arguments);
    assertEquals(code, result.code(), result.all());
    assertTrue(result.err().contains(what), result.err());
    assertEquals(1, result.err().lines().filter(l -> l.startsWith("dmyt: ")).count());
  }

  private static void flip(Path file, double where) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long at = (long) (bytes.length() * where);
      bytes.seek(at);
      int value = bytes.read();
      bytes.seek(at);
      bytes.write(value ^ 4);
    }
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path run = folder.resolve("run");
    assertEquals(0, Cli.run(train(data, 2, "-o", run)).code());

    say(1, "holds a run already", train(data, 2, "-o", run));
    Path none = folder.resolve("none");
    say(1, "nowhere", train(folder.resolve("nowhere"), 2, "-o", none));
    assertTrue(Files.notExists(none), "a run that never began leaves nothing");
    say(2, "is not a run's folder", "train", "--resume", folder.resolve("data"));
    say(2, "label weights can't be changed", "train", "--resume", run, "--image-size", 64);
    say(2, "did you mean batch?", "train", "--config", config("bach: 4\ndataset: " + data));
    say(2, "line 2", "train", "--config", config("batch: 4\nbatch: 8"));
    say(2, "-b", "train", "--config", config("batch: many\ndataset: " + data));
    say(2, "expected text", "train", "--config", config("batch: [4]\n"));
    try (FileChannel lock = FileChannel.open(run.resolve("lock"), StandardOpenOption.WRITE)) {
      lock.lock();
      say(1, "is in use by process", "train", "--resume", run);
    }

    // A flipped bit, then a file that ends early: the state before is there still.
    flip(run.resolve("last.zip"), 0.5);
    Cli.Result recovered = Cli.run("train", "--resume", run, "-e", 3);
    assertEquals(0, recovered.code(), recovered.all());
    assertTrue(
        recovered.err().contains("resuming from the state saved before it"), recovered.err());
    assertEquals(4, losses(run).size());
    try (FileChannel file = FileChannel.open(run.resolve("last.zip"), StandardOpenOption.WRITE)) {
      file.truncate(file.size() / 3);
    }
    recovered = Cli.run("train", "--resume", run, "-e", 3);
    assertEquals(0, recovered.code(), recovered.all());
    assertTrue(recovered.err().contains("last.zip was damaged"), recovered.err());
    flip(run.resolve("last.zip"), 0.3);
    flip(run.resolve("previous.zip"), 0.4);
    say(1, "the run can't be resumed", "train", "--resume", run);

    Path other = folder.resolve("other");
    assertEquals(0, Cli.run(train(data, 1, "-o", other)).code());
    byte[] last = Files.readAllBytes(other.resolve("last.zip"));
    Files.delete(data.resolve("train/fake/00.png"));
    say(1, "other training images", "train", "--resume", other, "-e", 2);
    Files.move(data, folder.resolve("gone"));
    say(1, "data", "train", "--resume", other, "-e", 2);
    assertArrayEquals(last, Files.readAllBytes(other.resolve("last.zip")));
  }

  private Path config(String text) throws IOException {
    return Files.writeString(folder.resolve("options.yaml"), text);
  }

  @Test
  void aConfigReplaysARun() throws Exception {
    Path data = Cli.dataset(folder.resolve("data"), List.of("fake", "real"), 8);
    Path first = folder.resolve("first");
    assertEquals(0, Cli.run(train(data, 2, "-o", first)).code());
    Path again = folder.resolve("again");
    Path config = first.resolve("config.yaml");
    Cli.Result replayed = Cli.run("train", "--config", config, "-o", again);
    assertEquals(0, replayed.code(), replayed.all());
    assertEquals(losses(first), losses(again));
    assertEquals(Files.readString(config), Files.readString(again.resolve("config.yaml")));
    Path shorter = folder.resolve("shorter");
    assertEquals(0, Cli.run("train", "--config", config, "-o", shorter, "-e", 1).code());
    assertEquals(2, losses(shorter).size());
  }
}
