package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import io.dmyt.LossKind;
import io.dmyt.PretrainedWeights;
import io.dmyt.cli.Main;
import io.dmyt.cli.demo.DemoClips;
import io.dmyt.cli.demo.DemoPictures;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.FaceCrop;
import io.dmyt.face.FaceDetector;
import io.dmyt.internal.AtomicFile;
import io.dmyt.internal.Json;
import io.dmyt.screening.FaceDatasetWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code dmyt demo}: the whole job on a data set of its own making. */
@Parameters(
    commandDescription =
        "Make a small data set, train a detector on it with DmyT, and test it; with --video, judge two"
            + " clips as well")
final class DemoCommand implements Command {
  private static final long SEED = 2021;
  private static final int TRAIN = 96;
  private static final int VALID = 24;
  private static final int TEST = 40;
  private static final int IMAGE_SIZE = 96;
  private static final double FACE_SCALE = 1.4;

  @Parameter(
      names = {"-o", "--output"},
      description = "Folder for the pictures and the detector; made if missing")
  Path output = Path.of("dmyt-demo");

  @Parameter(
      names = "--video",
      description = "Also make a clip with a swapped face and one without, and judge both")
  boolean video;

  @Parameter(
      names = "--face-model",
      description = "With --video: file of the face detector YuNet (default: fetched once)")
  @Nullable Path faceModel;

  @Override
  public String name() {
    return "demo";
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    Path dataset = output.resolve("dataset");
    Path complete = dataset.resolve("complete.txt");
    if (Files.exists(complete)) {
      terminal.say("1. The pictures are in %s already.", dataset);
    } else if (Files.exists(dataset)) {
      throw new IllegalStateException(
          dataset + " is there, but not complete: remove it, or choose another --output");
    } else {
      terminal.say(
          "1. Drawing %d portraits, half of them with a swapped face, to %s",
          2 * (TRAIN + VALID + TEST), dataset);
      DemoPictures pictures = new DemoPictures(SEED);
      pictures.write(dataset.resolve("train"), TRAIN);
      pictures.write(dataset.resolve("valid"), VALID);
      pictures.write(dataset.resolve("test"), TEST);
      AtomicFile.write(complete, "Drawn by dmyt demo.\n");
    }
    if (video) {
      // What the portraits show of a person is what the detector is to be given of a face.
      AtomicFile.write(
          dataset.resolve(FaceDatasetWriter.CROP_FILE),
          Json.write(Map.of("crop", FaceCrop.box(FACE_SCALE))));
    }
    TrainCommand train = new TrainCommand();
    train.model = "resnet18";
    train.loss = LossKind.DMYT;
    train.how.learningRate = 1e-3;
    train.how.epochs = 5;
    train.detectorOptions.imageSize = IMAGE_SIZE;
    train.pretrained.from = PretrainedWeights.NONE;
    train.runs.output = output.resolve("detector.zip");
    train.data.dataset = dataset;

    terminal.say("");
    terminal.say("2. Training, as this does:");
    terminal.say(
        "   dmyt train -m %s -l %s --lr %s -e %d -b %d --image-size %d --pretrained none -d %s -o %s",
        train.model,
        train.loss,
        train.how.learningRate,
        train.how.epochs,
        train.data.batch,
        train.detectorOptions.imageSize,
        dataset,
        train.runs.output);
    train.run(terminal);
    TestCommand test = new TestCommand();
    test.source.weights = train.runs.output;
    test.data.dataset = dataset;
    test.report = output.resolve("report.html");
    terminal.say("");
    terminal.say("3. Testing, as this does:");
    terminal.say("   dmyt test -w %s -d %s --report %s", test.source.weights, dataset, test.report);
    test.run(terminal);
    terminal.say("");
    if (video) {
      screen(train.runs.output, terminal);
    }
    terminal.say("Look at the pictures in %s, and at %s in a browser.", dataset, test.report);
    terminal.say("Next, on your own images:");
    terminal.say(
        "   dmyt train -d FOLDER   where FOLDER/{train,valid,test}/{real,fake}/ hold them");
    terminal.say("   dmyt train --help      shows the other losses, backbones and options");
    return Main.OK;
  }

  private void screen(Path detector, Terminal terminal) throws Exception {
    PredictCommand predict = new PredictCommand();
    predict.source.weights = detector;
    predict.video.faceModel = faceModel;
    predict.report = output.resolve("videos.html");
    predict.annotate = Files.createDirectories(output.resolve("annotated"));
    Path clips = Files.createDirectories(output.resolve("clips"));
    terminal.say("4. Making two clips in %s, and judging them, as this does:", clips);
    terminal.say(
        "   dmyt predict -w %s %s --report %s --annotate %s",
        detector, clips, predict.report, predict.annotate);
    try (FaceDetector faces = predict.video.faces(terminal.quiet()).detector()) {
      DemoClips made = new DemoClips(SEED, faces);
      made.write(clips.resolve("real.mp4"), false);
      made.write(clips.resolve("swapped.mp4"), true);
    }
    predict.inputs = List.of(clips);
    predict.run(terminal);
    terminal.say("");
    terminal.say("Look at %s in a browser.", predict.report);
  }
}
