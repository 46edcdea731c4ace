package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.BatchOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageFile;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolderIterator;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Split;
import io.dmyt.evaluation.embedding.EmbeddingWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.dataset.DataSet;

/** {@code dmyt embed}: a network's embeddings as a matrix for other programs. */
@Parameters(commandDescription = "Write the embeddings of images to a NumPy file, with an index")
final class EmbedCommand implements Command {
  @ParametersDelegate final BatchOptions loading = new BatchOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();

  @Parameter(
      required = true,
      description =
          "FOLDER|DATASET: images at any depth; of a data set with train, valid and test the index"
              + " names split and class too")
  List<Path> inputs = new ArrayList<>();

  private Path input;

  @Parameter(
      names = {"-w", "--weights"},
      required = true,
      description = "File of the trained detector")
  Path weights;

  @Parameter(
      names = {"-o", "--output"},
      required = true,
      description = "File for the matrix, NAME.npy; the index goes to NAME.csv beside it")
  Path output;

  @Parameter(
      names = "--bad-image-limit",
      validateWith = OptionChecks.CountOrNone.class,
      description = "How many files that are no images to skip before giving up")
  int badImageLimit = 10;

  @Override
  public String name() {
    return "embed";
  }

  /** Where an image belongs. */
  private record Place(String split, String className) {}

  @Override
  public int run(Terminal terminal) throws Exception {
    if (inputs.size() != 1) {
      throw new UsageException("one folder at a time, got " + inputs.size());
    }
    input = inputs.get(0);
    if (!output.toString().endsWith(".npy")) {
      throw new UsageException("--output must end in .npy, got " + output);
    }
    Map<Path, Place> places = new HashMap<>();
    List<Path> images = images(places);
    try (Detector detector = Detector.load(weights, engine.choose(terminal))) {
      int features = detector.backbone().spec().embeddingSize();
      terminal.say(
          "detector     %s: %s, trained with %s",
          weights, detector.spec().backbone(), detector.spec().loss());
      terminal.say("embedding    %d images", images.size());
      try (EmbeddingWriter writer = new EmbeddingWriter(output, features)) {
        write(detector, images, places, writer, terminal);
        writer.commit();
        terminal.print(
            "%d embeddings of %d numbers in %s, their index in %s",
            writer.rows(), features, output, EmbeddingWriter.indexOf(output));
      }
    }
    return Main.OK;
  }

  private List<Path> images(Map<Path, Place> places) {
    List<Path> images = new ArrayList<>();
    for (Split split : Split.values()) {
      if (split.folders().stream().anyMatch(f -> Files.isDirectory(input.resolve(f)))) {
        ImageFolder folder = ImageFolders.scan(input, split).get(split);
        for (ImageFile file : folder.files()) {
          images.add(file.path());
          places.put(file.path(), new Place(split.folder(), folder.classes().get(file.label())));
        }
      }
    }
    if (images.isEmpty()) {
      if (!Files.isDirectory(input)) {
        throw new ImageDataException("There is no folder " + input);
      }
      images.addAll(ImageFolder.imagesBelow(input));
    }
    if (images.isEmpty()) {
      throw new ImageDataException("No .jpg, .jpeg or .png below " + input);
    }
    return images;
  }

  private void write(
      Detector detector,
      List<Path> images,
      Map<Path, Place> places,
      EmbeddingWriter writer,
      Terminal terminal)
      throws IOException {
    LoaderOptions options =
        LoaderOptions.evaluation(detector.spec().preprocessing())
            .withBatch(loading.batch)
            .withWorkers(loading.threads())
            .withBadImages(BadImages.skip(badImageLimit));
    Place nowhere = new Place("", "");
    try (ImageFolderIterator batches = ImageFolderIterator.unlabelled(images, options);
        ProgressLine progress = new ProgressLine(terminal, "Images", images.size())) {
      while (batches.hasNext()) {
        DataSet next = batches.next();
        float[][] rows = detector.embed(next.getFeatures()).toFloatMatrix();
        List<String> files = next.getExampleMetaData(String.class);
        for (int i = 0; i < rows.length; i++) {
          Path file = Path.of(files.get(i));
          Place place = places.getOrDefault(file, nowhere);
          writer.write(
              rows[i], place.split(), place.className(), input.relativize(file).toString());
        }
        progress.at((int) writer.rows());
      }
      Images.reportBad(terminal, batches);
    }
  }
}
