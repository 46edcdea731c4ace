package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.OperatingPoint;
import io.dmyt.Prediction;
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
import io.dmyt.cli.output.PredictionOutput;
import io.dmyt.cli.output.PredictionTable;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.BadImageException;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.ImageSearch;
import io.dmyt.data.LeftOut;
import io.dmyt.data.LoadedSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.LoadingSteps;
import io.dmyt.data.Sample;
import io.dmyt.evaluation.explain.Explanations;
import io.dmyt.evaluation.report.DetectorFacts;
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
import org.nd4j.linalg.dataset.DataSet;

/** {@code dmyt predict}: judges the user's own files. */
@Parameters(
    commandDescription =
        "Say of images whether they are real or fake. Exit code 3 if --fail-on-fake is given and"
            + " one is fake, else 1 if a file is no image")
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
    try (Detector detector = Detector.load(weights, engine.choose(terminal))) {
      if (!detector.hasVerdict()) {
        throw new UsageException(
            "%s was trained with %s and has no %s yet: run dmyt calibrate -w %1$s -d DATASET first"
                .formatted(
                    weights,
                    detector.spec().loss().label(),
                    detector.spec().loss().rule().title()));
      }
      if (explainClass != null && !detector.spec().classes().contains(explainClass)) {
        throw new UsageException(
            "--explain-class is %s, but %s knows %s"
                .formatted(explainClass, weights, String.join(", ", detector.spec().classes())));
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
              "no image (%s) below %s".formatted(ImageSearch.endings(), input));
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
    int fakeImages = 0;
    int scored = 0;
    long started = System.nanoTime();
    try (Outputs outputs = new Outputs();
        Explanations explanations =
            explain == null
                ? null
                : new Explanations(explain, samples, detector, Optional.ofNullable(explainClass));
        ImageFolderIterator loader =
            ImageFolderIterator.unlabelled(
                samples, options(detector), LoadingSteps.PLAIN.withKeptContent(explain != null));
        ProgressLine progress =
            new ProgressLine(jsonLines ? terminal : terminal.quiet(), "Images", samples.size())) {
      outputs.open(detector, terminal);
      int badBefore = 0;
      while (hasNext(loader, samples.size())) {
        DataSet images = loader.next();
        List<Sample> batch = LoadedSample.of(images);
        List<Prediction> predictions = detector.predict(batch, images.getFeatures());
        badBefore = outputs.bad(loader.badImages(), badBefore);
        for (Prediction prediction : predictions) {
          outputs.image(prediction);
          if (videoBy != VideoRule.NONE) {
            videos.add(prediction);
          }
          fakeImages += prediction.fake() ? 1 : 0;
        }
        if (explanations != null) {
          explanations.write(batch, images.getFeatures());
        }
        scored += predictions.size();
        progress.at(scored + badBefore);
      }
      List<BadImageException> bad = loader.badImages();
      outputs.bad(bad, badBefore);
      List<VideoVerdict> verdicts =
          videos.verdicts(videoScore, detector.calibration().operatingPoint());
      outputs.finish(verdicts);
      double seconds = (System.nanoTime() - started) / 1e9;
      summary(terminal, scored, fakeImages, verdicts, bad, seconds);
      boolean fake =
          videoBy == VideoRule.NONE
              ? fakeImages > 0
              : verdicts.stream().anyMatch(VideoVerdict::fake);
      if (failOnFake && fake) {
        return Main.FAKE;
      }
      return bad.isEmpty() ? Main.OK : Main.FAILED;
    }
  }

  /** Whether there is another batch. That every file is bad is no failure here, but said later. */
  private static boolean hasNext(ImageFolderIterator images, int files) {
    return images.hasNext() && images.badImages().size() < files;
  }

  private LoaderOptions options(Detector detector) {
    LoaderOptions options =
        LoaderOptions.evaluation(detector.spec().preprocessing())
            .withBatch(loading.batch)
            .withBadImages(BadImages.skip(Integer.MAX_VALUE));
    return options.withWorkers(loading.threads());
  }

  private void summary(
      Terminal terminal,
      int scored,
      int fakes,
      List<VideoVerdict> verdicts,
      List<BadImageException> bad,
      double seconds) {
    terminal.say(
        "%d images: %d fake, %d real (%.1f images/s)",
        scored, fakes, scored - fakes, scored / seconds);
    if (!verdicts.isEmpty()) {
      long fakeVideos = verdicts.stream().filter(VideoVerdict::fake).count();
      terminal.say(
          "%d videos: %d fake, %d real (by the %s of their frames)",
          verdicts.size(), fakeVideos, verdicts.size() - fakeVideos, OptionNames.of(videoScore));
    }
    if (!bad.isEmpty()) {
      terminal.say("%d of the files are no images:", bad.size());
      bad.forEach(b -> terminal.say("  %s", b.getMessage()));
    }
  }

  /** Everything that was asked for. */
  private final class Outputs implements AutoCloseable {
    private final List<PredictionOutput> outputs = new ArrayList<>();

    void open(Detector detector, Terminal terminal) throws IOException {
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

    void image(Prediction prediction) throws IOException {
      for (PredictionOutput output : outputs) {
        output.image(prediction);
      }
    }

    /** Passes on the bad files that are new; returns how many are known now. */
    int bad(List<BadImageException> all, int known) throws IOException {
      for (BadImageException file : all.subList(known, all.size())) {
        for (PredictionOutput output : outputs) {
          output.bad(file);
        }
      }
      return all.size();
    }

    void finish(List<VideoVerdict> videos) throws IOException {
      for (PredictionOutput output : outputs) {
        for (VideoVerdict video : videos) {
          output.video(video);
        }
        output.finish();
      }
    }

    @Override
    public void close() throws IOException {
      for (PredictionOutput output : outputs) {
        output.close();
      }
    }
  }
}
