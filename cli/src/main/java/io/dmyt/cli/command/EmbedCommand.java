package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.Detector;
import io.dmyt.ModelFile;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.BatchOptions;
import io.dmyt.cli.option.EngineOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.ShardOptions;
import io.dmyt.cli.option.SparkOptions;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.WeightsOptions;
import io.dmyt.cli.output.EmbeddingMonitor;
import io.dmyt.cli.output.ShardNote;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.BadImages;
import io.dmyt.data.ImageDataException;
import io.dmyt.data.ImageFolder;
import io.dmyt.data.ImageFolders;
import io.dmyt.data.ImageSearch;
import io.dmyt.data.LabelledSample;
import io.dmyt.data.LoaderOptions;
import io.dmyt.data.Sample;
import io.dmyt.data.Split;
import io.dmyt.engine.Engine;
import io.dmyt.evaluation.embedding.Embedder;
import io.dmyt.evaluation.embedding.EmbeddingWriter;
import io.dmyt.internal.Numbers;
import io.dmyt.internal.Text;
import io.dmyt.spark.SparkCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code dmyt embed}: a network's embeddings as a matrix for other programs. */
@Parameters(commandDescription = "Write the embeddings of images to a NumPy file, with an index")
final class EmbedCommand implements Command {
  @ParametersDelegate final BatchOptions loading = new BatchOptions();
  @ParametersDelegate final WeightsOptions source = new WeightsOptions();
  @ParametersDelegate final EngineOptions engine = new EngineOptions();
  @ParametersDelegate final ShardOptions sharding = new ShardOptions();
  @ParametersDelegate final SparkOptions spark = new SparkOptions();

  @Parameter(
      required = true,
      description =
          "FOLDER|DATASET: a folder with images at any depth; for a data set with train, valid"
              + " and test the index also has split and class")
  List<Path> inputs = new ArrayList<>();

  @Parameter(
      names = {"-o", "--output"},
      required = true,
      description = "File for the matrix, NAME.npy; the index goes to NAME.csv beside it")
  Path output;

  @Parameter(
      names = "--bad-image-limit",
      validateWith = OptionChecks.CountOrNone.class,
      description = "How many files that can't be read as images to skip before giving up")
  int badImageLimit = 10;

  @Override
  public String name() {
    return "embed";
  }

  /**
   * An image to embed.
   *
   * @param split it is of; empty if of none
   * @param className of its class; empty if it isn't known
   */
  private record Entry(Sample sample, String split, String className) {}

  @Override
  public int run(Terminal terminal) throws Exception {
    if (inputs.size() != 1) {
      throw new UsageException("one folder at a time, got " + inputs.size());
    }
    Path input = inputs.get(0);
    if (!output.toString().endsWith(".npy")) {
      throw new UsageException("--output must end in .npy, got " + output);
    }
    spark.check();
    List<Entry> all = images(input, terminal);
    List<Entry> images = sharding.shard.of(all, loading.batch);
    source.fetch(terminal, false);
    ModelFile.requireSound(source.weights);
    Engine chosen = engine.choose(terminal);
    try (Detector detector = Detector.loadForInference(source.weights, chosen)) {
      int features = detector.backbone().embeddingSize();
      terminal.say(
          "detector     %s: %s, trained with %s",
          source.weights, detector.spec().backbone(), detector.spec().loss().label());
      terminal.say("embedding    %s", Numbers.count(images.size(), "image"));
      try (EmbeddingWriter writer = new EmbeddingWriter(output, features)) {
        if (!images.isEmpty()) {
          write(detector, chosen, images, input, writer, terminal);
        }
        writer.commit();
        ShardNote.mark(output, note(all, input));
        terminal.print(
            "%d embeddings of %d numbers in %s, their index in %s",
            writer.rows(), features, output, EmbeddingWriter.indexOf(output));
      }
    }
    return Main.OK;
  }

  private @Nullable ShardNote note(List<Entry> all, Path input) throws IOException {
    return sharding.shard.isWhole()
        ? null
        : ShardNote.of(
            name(),
            sharding.shard,
            all.stream().map(e -> e.sample().id().below(input)).toList(),
            Map.of("the detector", ShardNote.hash(source.weights)));
  }

  private List<Entry> images(Path input, Terminal terminal) {
    List<Entry> images = new ArrayList<>();
    for (Split split : Split.values()) {
      if (split.folders().stream().anyMatch(f -> Files.isDirectory(input.resolve(f)))) {
        ImageFolder folder = ImageFolders.scan(input, split).get(split);
        terminal.sayLeftOut(folder.leftOut());
        for (LabelledSample image : folder.samples()) {
          images.add(
              new Entry(image.sample(), split.folder(), folder.classes().get(image.label())));
        }
      }
    }
    if (images.isEmpty()) {
      if (!Files.isDirectory(input)) {
        throw new ImageDataException(input + " is not a folder: give one with images");
      }
      ImageSearch found = ImageSearch.below(input);
      terminal.sayLeftOut(found.leftOut());
      found.images().forEach(file -> images.add(new Entry(Sample.of(file), "", "")));
    }
    if (images.isEmpty()) {
      throw new ImageDataException(
          Text.format("no image (%s) below %s", ImageSearch.endings(), input));
    }
    return images;
  }

  private void write(
      Detector detector,
      Engine chosen,
      List<Entry> images,
      Path input,
      EmbeddingWriter writer,
      Terminal terminal)
      throws IOException {
    List<Sample> samples = images.stream().map(Entry::sample).toList();
    Embedder.Monitor monitor = new EmbeddingMonitor(terminal);
    Embedder.Sink sink =
        (index, sample, embedding) -> {
          Entry image = images.get(index);
          writer.write(embedding, image.split(), image.className(), sample.id().below(input));
        };
    if (spark.isGiven()) {
      try (SparkCluster cluster = spark.connect(engine)) {
        cluster.embed(
            SparkScorer.scoring(chosen, source.weights, loading.batch),
            samples,
            badImageLimit,
            monitor,
            sink);
      }
      return;
    }
    LoaderOptions options =
        LoaderOptions.evaluation(detector.spec().preprocessing())
            .withBatch(loading.batch)
            .withWorkers(loading.threads())
            .withBadImages(BadImages.skip(badImageLimit));
    new Embedder(detector, options, Optional.empty(), monitor)
        .stream("Images", samples, Optional.empty(), sink);
  }
}
