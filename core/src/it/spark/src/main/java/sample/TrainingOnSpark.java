package sample;

import static sample.OnSpark.require;

import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.ExecutionOptions;
import io.dmyt.loss.Dummies;
import io.dmyt.spark.SparkCluster;
import io.dmyt.spark.SparkRounds;
import io.dmyt.training.Checkpoints;
import io.dmyt.training.EpochResult;
import io.dmyt.training.RunKeeping;
import io.dmyt.training.StepOptions;
import io.dmyt.training.Trainer;
import io.dmyt.training.TrainingMonitor;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingRun;
import java.awt.Color;
import java.awt.Graphics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.apache.spark.launcher.JavaModuleOptions;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/**
 * Trains in rounds, and holds the weights to those of a single process: of one worker bit by bit,
 * of two with one step a round to the double batch, with an executor killed in mid-round, and with
 * the driver killed and its run resumed.
 */
public final class TrainingOnSpark {
  static final Path DATA = Path.of("training").toAbsolutePath();
  static final Engine ENGINE = Engines.best(ExecutionOptions.DEFAULT.withThreads(1));

  private static final String SMALL = "mobilenetv3_small_100";

  /** Batch norm would see half of a double batch on each worker; layer norm knows no batch. */
  static final String WITHOUT_BATCH_NORM = "convnext_atto";

  private static final TrainingOptions ADAMW = new TrainingOptions(1e-3, 2, 0.01, 1);
  static final TrainingOptions SGD =
      new TrainingOptions(1e-2, 1, 0, 1)
          .withStep(
              new StepOptions(
                  StepOptions.Optimizer.SGD, 0.9, 1, 0, 0, 0, false, StepOptions.OnNan.STOP));

  static final TrainingMonitor QUIET = new TrainingMonitor() {};

  private TrainingOnSpark() {}

  /** What a training came to. */
  private record Result(float[] weights, List<EpochResult> history) {}

  static void run(SparkSession spark, Cluster machines) throws Exception {
    draw();
    SparkCluster cluster = SparkCluster.connect(machines.url(), "rounds", 0);
    Result alone = oneWorker(cluster);
    twoWorkers(cluster);
    killed(spark, machines, cluster);
    resumed(alone, cluster);
    PoisonedTraining.run(cluster);
  }

  private static Result oneWorker(SparkCluster cluster) throws IOException {
    Result alone = train(SMALL, ADAMW, 4, null, 0, 0, null);
    Result one = train(SMALL, ADAMW, 4, cluster, 1, 3, null);
    require(Arrays.equals(alone.weights(), one.weights()), "one worker has other weights");
    for (int i = 0; i < alone.history().size(); i++) {
      EpochResult a = alone.history().get(i);
      EpochResult b = one.history().get(i);
      require(
          a.trainLoss() == b.trainLoss()
              && a.validLoss() == b.validLoss()
              && a.trainAccuracy() == b.trainAccuracy(),
          a + " in one process, " + b + " in rounds");
    }
    return alone;
  }

  private static void twoWorkers(SparkCluster cluster) throws IOException {
    Result twice = train(WITHOUT_BATCH_NORM, SGD, 8, null, 0, 0, null);
    Result two = train(WITHOUT_BATCH_NORM, SGD, 4, cluster, 2, 1, null);
    double apart = apart(twice.weights(), two.weights());
    require(apart <= 1e-5, "two workers are " + apart + " from the double batch");
    Result single = train(WITHOUT_BATCH_NORM, SGD, 4, null, 0, 0, null);
    double moved = apart(twice.weights(), single.weights());
    require(moved > 1e-4, "nothing tells one batch from a double one: " + moved);
  }

  private static void killed(SparkSession spark, Cluster machines, SparkCluster cluster)
      throws IOException {
    AtomicBoolean killed = new AtomicBoolean();
    TrainingOptions once = ADAMW.withEpochs(1);
    Result calm = train(SMALL, once, 4, cluster, 2, 2, null);
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onTaskEnd(SparkListenerTaskEnd end) {
                if (killed.compareAndSet(false, true)) {
                  machines.killAnExecutor();
                }
              }
            });
    Result struck = train(SMALL, once, 4, cluster, 2, 2, null);
    require(killed.get(), "no executor was killed");
    require(Arrays.equals(calm.weights(), struck.weights()), "a killed executor changed weights");
  }

  private static double apart(float[] a, float[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      double distance = Math.abs(a[i] - b[i]);
      most = distance <= most ? most : distance; // NaN is the most.
    }
    return most;
  }

  /** A driver of its own process is killed after its first rounds, and gone on with here. */
  private static void resumed(Result expected, SparkCluster cluster) throws Exception {
    Path folder = Path.of("run").toAbsolutePath();
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx600m",
                "-Dorg.bytedeco.javacpp.maxbytes=2g",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=127.0.0.1"));
    command.addAll(
        List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), TrainingOnSpark.class.getName(),
            folder.toString()));
    Process driver =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Path.of("driver.log").toFile())
            .start();
    Path previous = folder.resolve("previous.zip");
    for (int i = 0; i < 1200 && driver.isAlive() && !Files.exists(previous); i++) {
      Thread.sleep(100);
    }
    require(driver.isAlive(), "the driver ended by itself, see driver.log");
    require(Files.exists(previous), "the driver saved nothing in time");
    driver.destroyForcibly().waitFor();
    try (TrainingRun run = TrainingRun.resume(folder)) {
      require(run.start().history().size() < ADAMW.epochs(), "the run was over already");
      Result resumed = train(SMALL, ADAMW, 4, cluster, 1, 3, run);
      require(
          Arrays.equals(expected.weights(), resumed.weights()), "a resumed run has other weights");
    }
  }

  /** The driver that is killed. */
  public static void main(String[] arguments) throws Exception {
    try (TrainingRun run = TrainingRun.create(Path.of(arguments[0]), Map.of("name", "rounds"));
        SparkCluster cluster = SparkCluster.connect("local[1]", "rounds", 0)) {
      train(SMALL, ADAMW, 4, cluster, 1, 3, run);
    }
    System.exit(0);
  }

  /**
   * Trains from the start, or goes on with a run.
   *
   * @param cluster null for a single process
   * @param run null for none
   */
  private static Result train(
      String backbone,
      TrainingOptions options,
      int batch,
      SparkCluster cluster,
      int workers,
      int steps,
      TrainingRun run)
      throws IOException {
    ImageFolder folder = ImageFolder.scan(DATA);
    Optional<Path> checkpoint = run == null ? Optional.empty() : run.checkpoint();
    LoaderOptions loading =
        LoaderOptions.training(Preprocessing.imageNet(32)).withBatch(batch).withSeed(7);
    try (Detector detector =
            checkpoint.isPresent()
                ? Detector.load(checkpoint.get(), ENGINE)
                : Detector.create(spec(backbone, folder.classes()), 1, ENGINE);
        ImageFolderIterator train =
            new ImageFolderIterator(
                folder.samples(), folder.classes(), loading, LoadingSteps.PLAIN);
        ImageFolderIterator valid =
            new ImageFolderIterator(folder, loading.withShuffle(false))) {
      if (run != null) {
        run.begin(detector, folder.fingerprint(), run.options());
        run.keep(new RunKeeping(1, Duration.ofMillis(1)));
      }
      Trainer trainer = new Trainer(detector, options);
      List<EpochResult> history;
      if (cluster == null) {
        history = trainer.fit(train, valid, e -> {}, QUIET);
      } else {
        SparkRounds.Settings settings =
            new SparkRounds.Settings(workers, steps, ENGINE.name(), "f32", "none");
        try (SparkRounds rounds = new SparkRounds(cluster, options, loading, settings)) {
          history =
              run == null
                  ? trainer.fit(
                      train,
                      valid,
                      e -> {},
                      QUIET,
                      Checkpoints.NONE,
                      rounds)
                  : trainer.fit(train, valid, run, QUIET, run, rounds);
        }
      }
      return new Result(detector.graph().params().dup().data().asFloat(), history);
    }
  }

  static DetectorSpec spec(String backbone, List<String> classes) {
    int features = backbone.equals(SMALL) ? 1024 : 320;
    return new DetectorSpec(
        backbone,
        classes,
        "real",
        Preprocessing.imageNet(32),
        LossKind.DMYT,
        Dummies.of(classes, features),
        null);
  }

  /** Pictures of two colours. */
  static void draw() throws IOException {
    Random random = new Random(3);
    for (String name : List.of("fake", "real")) {
      Path folder = Files.createDirectories(DATA.resolve(name));
      for (int i = 0; i < 24; i++) {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        Graphics graphics = image.getGraphics();
        for (int k = 0; k < 20; k++) {
          float hue = (name.equals("fake") ? 0f : 0.5f) + 0.2f * random.nextFloat();
          graphics.setColor(Color.getHSBColor(hue, 0.8f, 0.3f + 0.7f * random.nextFloat()));
          graphics.fillOval(random.nextInt(32), random.nextInt(32), 12, 12);
        }
        graphics.dispose();
        ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
      }
    }
  }
}
