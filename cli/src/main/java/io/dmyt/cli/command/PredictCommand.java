package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.ModelFile;
import io.dmyt.OperatingPoint;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.BatchOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.FacesMode;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.ShardOptions;
import io.dmyt.cli.option.SparkOptions;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.VideoOptions;
import io.dmyt.cli.option.VideoRule;
import io.dmyt.cli.option.VideoScoreName;
import io.dmyt.cli.option.WeightsOptions;
import io.dmyt.cli.output.PredictionCsv;
import io.dmyt.cli.output.PredictionJson;
import io.dmyt.cli.output.PredictionOutputs;
import io.dmyt.cli.output.PredictionTable;
import io.dmyt.cli.output.ScreeningCsv;
import io.dmyt.cli.output.ShardNote;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.Sample;
import io.dmyt.data.Shard;
import io.dmyt.engine.Engine;
import io.dmyt.evaluation.explain.Explanations;
import io.dmyt.evaluation.report.DetectorFacts;
import io.dmyt.metric.VideoScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code dmyt predict}: judges the user's own files. */
@Parameters(
    commandDescription =
        "Judge whether images and videos are real or fake. In a video, faces are found, followed,"
            + " cut out as the detector was trained on them, and scored. Exit code 3 if"
            + " --fail-on-fake is given and one is fake, else 1 if a file is not an image or video")
final class PredictCommand implements Command {
  @ParametersDelegate final BatchOptions loading = new BatchOptions();
  @ParametersDelegate final WeightsOptions source = new WeightsOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final VideoOptions video = new VideoOptions();
  @ParametersDelegate final ShardOptions sharding = new ShardOptions();
  @ParametersDelegate final SparkOptions spark = new SparkOptions();

  @Parameter(
      required = true,
      description =
          "FILES|FOLDERS...: images and videos, and folders that contain some at any depth")
  List<Path> inputs = new ArrayList<>();

  @Parameter(
      names = "--threshold",
      validateWith = OptionChecks.Share.class,
      description =
          "Call an image fake if its P(fake) is at least this (default: the detector's"
              + " threshold)")
  @Nullable Double threshold;

  @Parameter(
      names = "--video-by",
      description =
          "How to group frames into videos: none, by folder, or by name (the file name up to"
              + " the frame number)")
  VideoRule videoBy = VideoRule.NONE;

  @Parameter(
      names = "--video-score",
      converter = VideoScoreName.class,
      description =
          "How to score a video, or a face in it, from its frames' P(fake): mean, median, max, or"
              + " top-k, the mean of the highest fifth")
  VideoScore videoScore = VideoScore.MEAN;

  @Parameter(
      names = "--faces",
      description =
          "Whether to find and cut out faces: auto (in videos, and in pictures that are named one"
              + " by one if the detector was trained on faces of dmyt faces), on, or off")
  FacesMode faces = FacesMode.AUTO;

  @Parameter(
      names = "--report",
      description =
          "Write one page about the videos to this file: verdicts, P(fake) over time, faces, heat"
              + " maps")
  @Nullable Path report;

  @Parameter(
      names = "--annotate",
      description =
          "Write the video with boxes and scores to this file (.mp4, .mov, .mkv, .webm), or several"
              + " to this folder, each as NAME.annotated.mp4")
  @Nullable Path annotate;

  @Parameter(
      names = "--csv",
      description = "Write a row per image, or per video and face, to this file")
  @Nullable Path csv;

  @Parameter(names = "--json", description = "Write all predictions to this file")
  @Nullable Path json;

  @Parameter(
      names = "--jsonl",
      description = "Print one line of JSON per image and video, and nothing else; for pipes")
  boolean jsonLines;

  @Parameter(
      names = "--fail-on-fake",
      description =
          "Exit with code 3 if an image or a video is fake; with --video-by: if a video is")
  boolean failOnFake;

  @Parameter(
      names = "--explain",
      description =
          "For each image write a picture to this folder: the image under a heat map of the"
              + " evidence for fake (Grad-CAM)")
  @Nullable Path explain;

  @Parameter(
      names = "--explain-class",
      description = "With --explain: show the evidence for this class instead")
  @Nullable String explainClass;

  @Override
  public String name() {
    return "predict";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    if (explainClass != null && explain == null) {
      throw new UsageException("--explain-class needs --explain");
    }
    PredictInputs found = PredictInputs.of(inputs);
    check(found);
    spark.check();
    AnnotatedFiles annotated = AnnotatedFiles.of(found.videos(), annotate);
    List<Sample> all = Shard.together(videoBy.grouping().group(found.images()));
    List<Sample> samples =
        videoBy == VideoRule.NONE
            ? sharding.shard.of(all, loading.batch)
            : sharding.shard.ofGroups(all);
    source.fetch(terminal, video.offline());
    List<Path> clips = sharding.shard.of(found.videos(), 1);
    VideoRun videos =
        new VideoRun(clips, source.weights, video, faces, videoScore, report, annotated);
    ModelFile.requireSound(source.weights);
    Engine chosen = engine.choose(terminal);
    try (Detector detector = Detector.loadForInference(source.weights, chosen)) {
      DetectorNeeds.require(detector, source.weights, explainClass);
      if (threshold != null) {
        detector.setCalibration(
            detector
                .calibration()
                .at(new OperatingPoint(threshold, "given", Double.NaN, Double.NaN)),
            detector.calibratedOn());
      }
      terminal.say(
          "detector     %s: %s, trained with %s",
          source.weights, detector.spec().backbone(), detector.spec().loss().label());
      terminal.say("verdict      %s", DetectorFacts.verdict(detector));
      terminal.sayLeftOut(found.leftOut());
      return run(
          detector,
          chosen,
          samples,
          videos,
          all.isEmpty(),
          PredictionShard.note(this, found, detector),
          terminal);
    }
  }

  private void check(PredictInputs found) {
    boolean images = !found.images().isEmpty();
    if (found.videos().isEmpty() && (report != null || annotate != null)) {
      throw new UsageException("--report and --annotate show videos, and none is given");
    }
    if (images && !found.videos().isEmpty() && csv != null) {
      throw new UsageException("--csv takes images or videos, not both: run predict for each");
    }
    if (explain != null && !images) {
      throw new UsageException("--explain shows images: for videos take --report");
    }
    if (spark.isGiven() && (explain != null || report != null || annotate != null)) {
      throw new UsageException(
          "--report, --annotate and --explain show pictures, which stay on the cluster: leave out"
              + " --spark for the files that you want to see");
    }
    // Fails if the options exclude each other: now, not after the images.
    video.selection();
  }

  private int run(
      Detector detector,
      Engine chosen,
      List<Sample> samples,
      VideoRun screening,
      boolean onlyVideos,
      @Nullable ShardNote note,
      Terminal terminal)
      throws IOException {
    try (PredictionOutputs outputs = new PredictionOutputs();
        SparkScorer cluster = spark.isGiven() ? new SparkScorer(this, chosen, detector) : null) {
      if (jsonLines && note != null) {
        terminal.out().println(note.line());
      }
      open(outputs, detector, onlyVideos, terminal);
      // A table that grows has no room for a bar.
      Terminal bars = jsonLines ? terminal : terminal.quiet();
      boolean fake = false;
      boolean bad = false;
      if (!samples.isEmpty()) {
        try (PictureFaces pictures = PictureFaces.of(faces, inputs, detector, video, terminal)) {
          ImageRun images = new ImageRun(pictures.in(samples), loading, videoBy, videoScore);
          requireAsTheyAre(pictures, screening);
          ImageRun.Scorer scorer = cluster == null ? images.here(detector) : cluster;
          ImageRun.Outcome outcome =
              images.run(detector, scorer, outputs, this::explanations, terminal, bars);
          fake = outcome.fake();
          bad = outcome.bad();
        }
      }
      if (!screening.videos().isEmpty()) {
        VideoRun.Place place = cluster == null ? VideoRun.here(detector, terminal) : cluster;
        VideoRun.Outcome outcome = screening.run(detector, place, outputs, terminal);
        fake |= outcome.fake();
        bad |= outcome.bad();
      }
      outputs.finish();
      ShardNote.mark(csv, note);
      ShardNote.mark(json, note);
      return failOnFake && fake ? Main.FAKE : bad ? Main.FAILED : Main.OK;
    }
  }

  /** Executors score whole pictures. */
  private void requireAsTheyAre(PictureFaces pictures, VideoRun screening) {
    if (spark.isGiven() && pictures.finder() != null) {
      throw new UsageException(
          "--spark scores pictures as they are: "
              + (screening.videos().isEmpty()
                  ? "add --faces off, or leave out --spark"
                  : "give the videos alone, and the pictures with --faces off or without --spark"));
    }
  }

  /** The pictures that --explain asks for; null without it. */
  private @Nullable Explanations explanations(Detector detector, List<Sample> samples) {
    return explain == null
        ? null
        : new Explanations(explain, samples, detector, Optional.ofNullable(explainClass));
  }

  /** Opens everything that was asked for. */
  private void open(
      PredictionOutputs outputs, Detector detector, boolean onlyVideos, Terminal terminal)
      throws IOException {
    outputs.add(
        jsonLines
            ? PredictionJson.lines(terminal, detector)
            : new PredictionTable(terminal, detector));
    if (csv != null) {
      outputs.add(onlyVideos ? new ScreeningCsv(csv) : new PredictionCsv(csv, detector));
    }
    if (json != null) {
      outputs.add(PredictionJson.file(json, source.weights, detector));
    }
  }
}
