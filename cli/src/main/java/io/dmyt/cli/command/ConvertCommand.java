package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.DetectorSpec;
import io.dmyt.LossKind;
import io.dmyt.ModelFile;
import io.dmyt.backbone.BackboneSpec;
import io.dmyt.checkpoint.StateDict;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.DetectorOptions;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.output.Terminal;
import io.dmyt.internal.Text;
import io.dmyt.screening.PublishedDetector;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code dmyt convert}: takes weights from one format to another. */
@Parameters(
    commandDescription =
        "Convert a detector or a network's weights between formats: reads detectors,"
            + " safetensors and PyTorch files, and writes detectors (.zip) and .safetensors")
final class ConvertCommand implements Command {
  @ParametersDelegate final DetectorOptions detectorOptions = new DetectorOptions();

  @Parameter(
      description =
          "IN OUT: the file to read, in any of the formats, and the file to write, .zip or"
              + " .safetensors")
  List<Path> files = new ArrayList<>();

  @Parameter(
      names = {"-m", "--model"},
      description = "timm's name of the network (default: what the file says, or looks like)")
  @Nullable String model;

  @Parameter(
      names = "--key",
      description =
          "Which network to take if IN holds several: its key, such as student, or the prefix"
              + " of its parameters' names")
  @Nullable String key;

  @Parameter(
      names = "--classes",
      description =
          "Make a detector from weights that were trained elsewhere: its classes,"
              + " comma-separated, in the order of training")
  @Nullable List<String> classes;

  @Parameter(
      names = {"-l", "--loss"},
      converter = OptionChecks.Loss.class,
      description =
          "What the weights were trained with (default: CrossEntropy with a classifier, else DmyT)")
  @Nullable LossKind loss;

  @Parameter(
      names = "--as",
      description =
          "IN is a file of this published detector as its authors saved it (dmyt detectors lists"
              + " them), with its config.json beside it if it has one")
  @Nullable String published;

  @Override
  public String name() {
    return "convert";
  }

  @Override
  public int run(Terminal terminal) throws IOException {
    if (files.size() != 2) {
      throw new UsageException("expected two files, IN and OUT, got " + files.size());
    }
    if (classes == null && (loss != null || detectorOptions.given())) {
      throw new UsageException(
          "--real-class, --loss, --image-size and --dummies belong to --classes");
    }
    Path out = files.get(1);
    if (Files.exists(out)) {
      throw new FileAlreadyExistsException(out.toString());
    }
    if (published != null) {
      return convertPublished(published, out, terminal);
    }
    if (model != null) {
      DetectorOptions.backbone(model);
    }
    try (ModelFile in = ModelFile.open(files.get(0), model, key)) {
      ModelFile described = described(in);
      StateDict weights = described.weights();
      terminal.say("read         %s, %d tensors", weights.origin(), weights.size());
      described.write(out);
      if (in.hasFittedRule() && ModelFile.isSafeTensors(out)) {
        terminal.say(
            "left out     the %s and its calibration, which only a .zip can hold",
            in.detector().orElseThrow().loss().rule().title());
      }
      terminal.say("network      %s", described.backbone().orElseGet(() -> unknown(in)));
      terminal.say(
          "holds        %s",
          described
              .detector()
              .map(
                  d ->
                      "a detector of "
                          + String.join(", ", d.classes())
                          + ", by "
                          + d.loss().label())
              .orElse("weights only"));
      terminal.print("Written to %s", out);
      return Main.OK;
    }
  }

  private int convertPublished(String name, Path out, Terminal terminal) throws IOException {
    if (model != null || key != null || classes != null) {
      throw new UsageException("--as says all of a detector: no --model, --key or --classes");
    }
    PublishedDetector detector =
        PublishedDetector.find(name)
            .orElseThrow(
                () ->
                    new UsageException(
                        Text.format(
                            "no published detector is called %s: dmyt detectors lists them",
                            name)));
    try (ModelFile in = detector.open(files.get(0))) {
      // Said here already, for a format that could hold anything.
      in.toBackbone();
      in.write(out);
      terminal.say("read         %s, %d tensors", in.weights().origin(), in.weights().size());
      terminal.say("licence      %s", detector.entry().licence());
      terminal.print("Written to %s", out);
      return Main.OK;
    }
  }

  /** The file with what it doesn't say itself. */
  private ModelFile described(ModelFile in) throws IOException {
    if (in.detector().isPresent()) {
      if (classes != null) {
        throw new UsageException(Text.format("%s is a detector already", files.get(0)));
      }
      if (model != null && !in.detector().get().backbone().equals(model)) {
        throw new UsageException(
            Text.format(
                "--model is %s, but %s holds %s",
                model, files.get(0), in.detector().get().backbone()));
      }
      return in;
    }
    List<String> candidates = model != null ? List.of(model) : in.networks();
    if (candidates.size() == 1) {
      BackboneSpec backbone = DetectorOptions.backbone(candidates.get(0));
      ModelFile named =
          classes == null ? in.as(backbone.name()) : in.as(detector(backbone, classes, in));
      // Said here already, for a format that could hold anything.
      named.toBackbone();
      return named;
    }
    boolean needed = classes != null || !ModelFile.isSafeTensors(files.get(1));
    if (needed) {
      throw new UsageException(
          candidates.isEmpty()
              ? in.closest()
              : Text.format(
                  "%s may be of %s: say which with --model",
                  files.get(0), String.join(", ", candidates)));
    }
    return in;
  }

  /** What can be said of a network that is not known. */
  private static String unknown(ModelFile in) {
    return "unknown: "
        + (in.networks().isEmpty()
            ? in.closest()
            : Text.format("one of %s, --model says which", String.join(", ", in.networks())));
  }

  private DetectorSpec detector(BackboneSpec backbone, List<String> classes, ModelFile in)
      throws IOException {
    boolean classifier = in.hasClassifier(classes.size());
    if (!classifier && loss == null && !in.foreignHeads().isEmpty()) {
      throw new UsageException(
          Text.format(
              "%s has a head, but no linear one of %d classes: %s; --loss DmyT leaves it out",
              files.get(0), classes.size(), String.join(", ", in.foreignHeads())));
    }
    LossKind usual = classifier ? LossKind.CROSS_ENTROPY : LossKind.DMYT;
    return detectorOptions.spec(backbone, classes, loss == null ? usual : loss, null);
  }
}
