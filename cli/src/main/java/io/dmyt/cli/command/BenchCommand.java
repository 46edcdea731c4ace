package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.Version;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DetectorOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.cli.output.TextTable;
import io.dmyt.data.Preprocessing;
import io.dmyt.engine.Engine;
import io.dmyt.engine.Engines;
import io.dmyt.engine.Placement;
import io.dmyt.evaluation.EvaluationJson;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.loss.Dummies;
import io.dmyt.training.StepTimes;
import io.dmyt.training.TrainingOptions;
import io.dmyt.training.TrainingStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** {@code dmyt bench}: how long a step takes here. */
@Parameters(
    commandDescription =
        "Measure how long an inference and a training step take on this machine, and how much"
            + " memory, on random images")
final class BenchCommand implements Command {
  private static final List<String> CLASSES = List.of("fake", "real");
  private static final long SEED = 42;

  @ParametersDelegate final EngineOptions engine = new EngineOptions();

  @Parameter(
      names = {"-m", "--model"},
      description = "timm's name of the backbone")
  String model = TrainCommand.DEFAULT_MODEL;

  @Parameter(
      names = {"-b", "--batch"},
      validateWith = OptionChecks.Count.class,
      description = "Images per batch")
  int batch = 8;

  @Parameter(
      names = "--image-size",
      validateWith = OptionChecks.ImageSize.class,
      description = "Side of the images in pixels (default: the backbone's)")
  @Nullable Integer imageSize;

  @Parameter(names = "--train", description = "Also measure a training step with DmyT and AdamW")
  boolean train;

  @Parameter(
      names = "--rounds",
      validateWith = OptionChecks.Count.class,
      description = "Steps to time, after " + StepTimes.WARM_UP + " to warm up")
  int rounds = 10;

  @Parameter(names = "--layers", description = "Show for each layer what runs it, and how")
  boolean layers;

  @Parameter(names = "--json", description = "Write all measurements to this file")
  @Nullable Path json;

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    BackboneSpec backbone = DetectorOptions.backbone(model);
    int size = imageSize == null ? backbone.imageSize() : imageSize;
    DetectorSpec spec =
        new DetectorSpec(
            backbone.name(),
            CLASSES,
            "real",
            Preprocessing.imageNet(size),
            LossKind.DMYT,
            Dummies.of(CLASSES, backbone.embeddingSize()),
            null);
    Engine chosen = engine.choose(terminal);
    try (Detector detector = Detector.create(spec, SEED, chosen)) {
      terminal.say("model        %s, %d × %2$d pixels, batches of %d", model, size, batch);
      terminal.say("engine       %s", described(chosen));
      Map<String, StepTimes> times = measure(detector, size, terminal);
      List<Placement> placements = Engines.placements(detector.graph());
      terminal.say("vertices     %s", summary(chosen, placements));
      if (layers) {
        terminal.print(Engines.describe(detector.graph()));
      }
      terminal.print(table(times));
      if (json != null) {
        AtomicFile.write(json, EvaluationJson.write(results(size, chosen, times, placements)));
        terminal.say("Measurements written to %s", json);
      }
      return Main.OK;
    }
  }

  private Map<String, StepTimes> measure(Detector detector, int size, Terminal terminal)
      throws IOException {
    Nd4j.getRandom().setSeed(SEED);
    INDArray images = Nd4j.randn(DataType.FLOAT, batch, 3, size, size);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, CLASSES.size());
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % CLASSES.size(), 1);
    }
    Map<String, StepTimes> times = new LinkedHashMap<>();
    times.put("inference", time("Inference", () -> detector.features(images), terminal));
    if (train) {
      TrainingOptions options = TrainingOptions.defaults();
      try (TrainingStep step = new TrainingStep(detector.backbone(), detector.loss(), options)) {
        times.put("training", time("Training", () -> step.run(images, labels), terminal));
      }
    }
    return times;
  }

  private StepTimes time(String task, Runnable step, Terminal terminal) throws IOException {
    try (ProgressLine progress =
        new ProgressLine(terminal, task, batch * (rounds + StepTimes.WARM_UP))) {
      return StepTimes.of(step, batch, rounds, steps -> progress.at(steps * batch));
    }
  }

  private static String described(Engine engine) {
    int threads = threads(engine);
    return engine.equals(Engines.dl4j())
        ? Text.format("%s %s, %d threads", engine.name(), engine.version(), threads)
        : Text.format(
            "%s %s, %s, %d threads",
            engine.name(), engine.version(), OptionNames.of(engine.options().precision()), threads);
  }

  private static int threads(Engine engine) {
    int asked = engine.options().threads();
    return asked > 0
        ? asked
        : NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
  }

  /** "57 of 58 in oneDNN (31 fused in inference, 17 in training); in DL4J: loss". */
  private static String summary(Engine engine, List<Placement> all) {
    List<Placement> ours = all.stream().filter(Placement::accelerated).toList();
    if (ours.isEmpty()) {
      return all.size() + ", all in DL4J";
    }
    List<String> fused = new ArrayList<>();
    fused.add(count(ours, p -> fused(p.inInference())) + " fused in inference");
    if (ours.stream().anyMatch(p -> p.inTraining() != null)) {
      fused.add(count(ours, p -> fused(p.inTraining())) + " in training");
    }
    List<String> others =
        all.stream()
            .filter(p -> !p.accelerated())
            .map(p -> Text.format("%s (%s)", p.vertex(), p.as()))
            .toList();
    return Text.format(
        "%d of %d in %s (%s)%s",
        ours.size(),
        all.size(),
        engine.title(),
        String.join(", ", fused),
        others.isEmpty() ? "" : "; in DL4J: " + String.join(", ", others));
  }

  private static long count(List<Placement> placements, Predicate<Placement> which) {
    return placements.stream().filter(which).count();
  }

  private static boolean fused(@Nullable String into) {
    return into != null && !into.isEmpty();
  }

  private static String table(Map<String, StepTimes> times) {
    TextTable table = new TextTable(0, -12, 12, 12, 12, 14);
    StringBuilder text = new StringBuilder();
    text.append(table.line("step", "seconds", "fastest", "images/s", "peak memory"));
    times.forEach(
        (what, t) ->
            text.append('\n')
                .append(
                    table.line(
                        what,
                        Numbers.fixed(t.seconds(), 4),
                        Numbers.fixed(t.fastest(), 4),
                        Numbers.fixed(t.imagesPerSecond(), 2),
                        t.peakResidentBytes() == null
                            ? "unknown"
                            : (t.peakResidentBytes() >> 20) + " MB")));
    return text.toString();
  }

  private Map<String, Object> results(
      int size, Engine engine, Map<String, StepTimes> times, List<Placement> placements) {
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("dmyt", Version.current());
    results.put("model", model);
    results.put("imageSize", size);
    results.put("batch", batch);
    results.put("engine", engine.name());
    results.put("precision", OptionNames.of(engine.options().precision()));
    results.put("threads", threads(engine));
    results.putAll(times);
    results.put("vertices", placements);
    return results;
  }
}
