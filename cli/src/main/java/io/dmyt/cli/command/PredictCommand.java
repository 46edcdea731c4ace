package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.ModelFile;
import io.dmyt.OperatingPoint;
import io.dmyt.Prediction;
import io.dmyt.Predictor;
import io.dmyt.VideoVerdict;
import io.dmyt.VideoVerdicts;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.BatchOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.OptionNames;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.VideoRule;
import io.dmyt.cli.output.PredictionCsv;
import io.dmyt.cli.output.PredictionJson;
import io.dmyt.cli.output.PredictionOutputs;
import io.dmyt.cli.output.PredictionTable;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.BadImageException;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageSearch;
import io.dmyt.data.LeftOut;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.explain.Explanations;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.internal.Text;
import io.dmyt.metric.VideoScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code dmyt predict}: judges the user's own files. */
@Parameters(
    commandDescription =
        "Say of images whether they are real or fake. Exit code 3 if --fail-on-fake is given and"
            + " one is fake, else 1 if a file is not an image")
final class PredictCommand implements Command {
  @ParametersDelegate final BatchOptions loading = new BatchOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();

  @Parameter(
      required = true,
      description = "FILES|FOLDERS...: images, and folders that hold some at any depth")
  List<Path> inputs = new ArrayList<>();

  @Parameter(
      names = {"-w", "--weights"},
      required = true,
      description = "File of the trained detector")
  Path weights;

  @Parameter(
      names = "--threshold",
      validateWith = OptionChecks.Share.class,
      description = "P(fake) from which on an image is called fake (default: the detector's)")
  Double threshold;

  @Parameter(
      names = "--video-by",
      description =
          "What makes images the frames of a video: none, their folder, or their name up to the"
              + " frame number")
  VideoRule videoBy = VideoRule.NONE;

  @Parameter(
      names = "--video-score",
      description = "Which of mean, median and max of the frames' P(fake) decides about a video")
  VideoScore videoScore = VideoScore.MEAN;

  @Parameter(names = "--csv", description = "Write a row per image to this file")
  Path csv;

  @Parameter(names = "--json", description = "Write everything to this file")
  Path json;

  @Parameter(
      names = "--jsonl",
      description = "Print a line of JSON per image and video, and nothing else, for pipes")
  boolean jsonLines;

  @Parameter(
      names = "--fail-on-fake",
      description = "Exit with code 3 if an image is fake; with --video-by: if a video is")
  boolean failOnFake;

  @Parameter(
      names = "--explain",
      description =
          "Write a picture per image to this folder: the image, and over it what speaks for fake"
              + " (Grad-CAM)")
  Path explain;

  @Parameter(
      names = "--explain-class",
      description = "With --explain: show what speaks for this class instead")
  String explainClass;

  @Override
  public String name() {
    return "predict";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    if (explainClass != null && explain == null) {
      throw new UsageException("--explain-class needs --explain");
    }
    ImageSearch found = files();
    List<Sample> samples = videoBy.grouping().group(found.images());
    ModelFile.requireSound(weights);
    try (Detector detector = Detector.load(weights, engine.choose(terminal))) {
      if (!detector.hasVerdict()) {
        throw new UsageException(
            Text.format(
                "%s was trained with %s and has no %s yet: run dmyt calibrate -w %1$s -d DATASET first",
                weights, detector.spec().loss().label(), detector.spec().loss().rule().title()));
      }
      if (explainClass != null && !detector.spec().classes().contains(explainClass)) {
        throw new UsageException(
            Text.format(
                "--explain-class is %s, but %s knows %s",
                explainClass, weights, String.join(", ", detector.spec().classes())));
      }
      if (threshold != null) {
        detector.setCalibration(
            detector
                .calibration()
                .at(new OperatingPoint(threshold, "given", Double.NaN, Double.NaN)),
            detector.calibratedOn());
      }
      terminal.say(
          "detector     %s: %s, trained with %s",
          weights, detector.spec().backbone(), detector.spec().loss().label());
      terminal.say("verdict      %s", DetectorFacts.verdict(detector));
      terminal.sayLeftOut(found.leftOut());
      return run(detector, samples, terminal);
    }
  }

  /** The images that are meant, each once. */
  private ImageSearch files() throws IOException {
    Set<Path> files = new LinkedHashSet<>();
    LeftOut leftOut = LeftOut.NOTHING;
    for (Path input : inputs) {
      if (Files.isDirectory(input)) {
        ImageSearch below = ImageSearch.below(input);
        leftOut = leftOut.and(below.leftOut());
        if (below.images().isEmpty()) {
          throw new ImageDataException(
              Text.format("no image (%s) below %s", ImageSearch.endings(), input));
        }
        files.addAll(below.images());
      } else if (Files.exists(input)) {
        files.add(input);
      } else if (Files.isSymbolicLink(input)) {
        throw new ImageDataException(input + " is a link that leads nowhere");
      } else {
        throw new NoSuchFileException(input.toString());
      }
    }
    return new ImageSearch(List.copyOf(files), leftOut);
  }

  private int run(Detector detector, List<Sample> samples, Terminal terminal) throws IOException {
    VideoVerdicts videos = new VideoVerdicts();
    long started = System.nanoTime();
    try (PredictionOutputs outputs = new PredictionOutputs();
        Explanations explanations =
            explain == null
                ? null
                : new Explanations(explain, samples, detector, Optional.ofNullable(explainClass));
        ProgressLine progress =
            new ProgressLine(jsonLines ? terminal : terminal.quiet(), "Images", samples.size())) {
      open(outputs, detector, terminal);
      LoaderOptions options =
          LoaderOptions.evaluation(detector.spec().preprocessing())
              .withBatch(loading.batch)
              .withWorkers(loading.threads());
      Predictor.Summary summary =
          new Predictor(detector, options)
              .predict(
                  samples,
                  explain != null,
                  new Predictor.Output() {
                    private int done;

                    @Override
                    public void batch(
                        List<Sample> batch, INDArray images, List<Prediction> predictions)
                        throws IOException {
                      for (Prediction prediction : predictions) {
                        outputs.image(prediction);
                        if (videoBy != VideoRule.NONE) {
                          videos.add(prediction);
                        }
                      }
                      if (explanations != null) {
                        explanations.write(batch, images);
                      }
                      done += predictions.size();
                      progress.at(done);
                    }

                    @Override
                    public void bad(BadImageException sample) throws IOException {
                      outputs.bad(sample);
                      done++;
                    }
                  });
      List<VideoVerdict> verdicts =
          videos.verdicts(videoScore, detector.calibration().operatingPoint());
      for (VideoVerdict verdict : verdicts) {
        outputs.video(verdict);
      }
      outputs.finish();
      say(summary, verdicts, (System.nanoTime() - started) / 1e9, terminal);
      boolean fake =
          videoBy == VideoRule.NONE
              ? summary.fakes() > 0
              : verdicts.stream().anyMatch(VideoVerdict::fake);
      if (failOnFake && fake) {
        return Main.FAKE;
      }
      return summary.bad().isEmpty() ? Main.OK : Main.FAILED;
    }
  }

  /** Opens everything that was asked for. */
  private void open(PredictionOutputs outputs, Detector detector, Terminal terminal)
      throws IOException {
    outputs.add(
        jsonLines
            ? PredictionJson.lines(terminal, detector)
            : new PredictionTable(terminal, detector));
    if (csv != null) {
      outputs.add(new PredictionCsv(csv, detector));
    }
    if (json != null) {
      outputs.add(PredictionJson.file(json, weights, detector));
    }
  }

  private void say(
      Predictor.Summary summary, List<VideoVerdict> verdicts, double seconds, Terminal terminal) {
    terminal.say(
        "%d images: %d fake, %d real (%.1f images/s)",
        summary.scored(),
        summary.fakes(),
        summary.scored() - summary.fakes(),
        summary.scored() / seconds);
    if (!verdicts.isEmpty()) {
      long fakeVideos = verdicts.stream().filter(VideoVerdict::fake).count();
      terminal.say(
          "%d videos: %d fake, %d real (by the %s of their frames)",
          verdicts.size(), fakeVideos, verdicts.size() - fakeVideos, OptionNames.of(videoScore));
    }
    if (!summary.bad().isEmpty()) {
      terminal.say("%d of the files are not images:", summary.bad().size());
      summary.bad().forEach(b -> terminal.say("  %s", b.getMessage()));
    }
  }
}
