package io.dmyt.cli.command;

import com.beust.jcommander.Parameter;
import com.beust.jcommander.Parameters;
import com.beust.jcommander.ParametersDelegate;
import io.dmyt.cli.Main;
import io.dmyt.cli.option.OptionChecks;
import io.dmyt.cli.option.ShardOptions;
import io.dmyt.cli.option.UsageException;
import io.dmyt.cli.option.VideoOptions;
import io.dmyt.cli.output.ProgressLine;
import io.dmyt.cli.output.ShardNote;
import io.dmyt.cli.output.Terminal;
import io.dmyt.data.FaceCrop;
import io.dmyt.data.Split;
import io.dmyt.internal.Numbers;
import io.dmyt.screening.FaceDatasetWriter;
import io.dmyt.screening.FaceDetectors;
import io.dmyt.screening.VideoDataset;
import io.dmyt.screening.VideoEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code dmyt faces}: makes a data set of faces out of videos. */
@Parameters(
    commandDescription =
        "Cut the faces out of a data set's videos, for training. FaceForensics++, Celeb-DF v2 and"
            + " DFDC are recognised; others are folders by class. A fake and what it was made from"
            + " are in one split. Videos that were done before are skipped")
final class FacesCommand implements Command {
  @ParametersDelegate final VideoOptions video = new VideoOptions();
  @ParametersDelegate final ShardOptions sharding = new ShardOptions();

  @Parameter(
      required = true,
      description = "FOLDER: the data set, with videos in folders by class, or in a known layout")
  List<Path> input;

  @Parameter(
      names = {"-o", "--output"},
      required = true,
      description = "Folder for the faces; made if missing")
  Path output;

  @Parameter(
      names = "--crop",
      description =
          "How faces are cut out: aligned (by landmarks, as DeepfakeBench) or box (as"
              + " FaceForensics++)")
  FaceCrop.Method crop = FaceCrop.Method.ALIGNED;

  @Parameter(
      names = "--scale",
      validateWith = OptionChecks.Positive.class,
      description = "Size of the crop relative to the face")
  double scale = FaceCrop.aligned().scale();

  @Parameter(
      names = "--size",
      validateWith = OptionChecks.ImageSize.class,
      description = "Side of an aligned face in pixels")
  int size = FaceCrop.aligned().size();

  @Parameter(
      names = "--threads",
      validateWith = OptionChecks.Count.class,
      description = "How many videos to read at the same time")
  int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public String name() {
    return "faces";
  }

  @Override
  public boolean computes() {
    return false;
  }

  @Override
  public int run(Terminal terminal) throws Exception {
    if (input.size() != 1) {
      throw new UsageException("one folder at a time, got " + input.size());
    }
    FaceCrop how;
    try {
      how = new FaceCrop(crop, scale, crop == FaceCrop.Method.ALIGNED ? size : 0);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    FaceDatasetWriter writer = new FaceDatasetWriter(video.selection(), how, threads);
    VideoDataset whole = VideoDataset.scan(input.get(0));
    VideoDataset dataset = new VideoDataset(whole.layout(), sharding.shard.of(whole.videos(), 1));
    terminal.say("videos       %d, layout: %s", dataset.videos().size(), dataset.layout());
    for (Split split : Split.values()) {
      terminal.say("%-12s %s", split.folder(), classes(dataset, split));
    }
    FaceDetectors.Choice first = video.faces(terminal);
    first.detector().close();
    terminal.say("faces        found by %s, cut out: %s", first.detector().name(), how);
    ShardNote note =
        sharding.shard.isWhole()
            ? null
            : ShardNote.of(
                name(),
                sharding.shard,
                whole.videos().stream().map(VideoEntry::name).toList(),
                Map.of("the face detector", first.detector().name()));
    requireSameShard(note);
    FaceDatasetWriter.Summary summary;
    try (ProgressLine progress = new ProgressLine(terminal, "Videos", dataset.videos().size())) {
      summary = writer.write(dataset, output, video::again, progress::at);
    }
    ShardNote.mark(output, note);
    terminal.print(
        "%s of %s in %s (%d done before)",
        Numbers.count(summary.faces(), "face"),
        Numbers.count(summary.videos(), "video"),
        output,
        summary.resumed());
    summary.without().forEach(v -> terminal.say("  no face found in %s", v));
    summary.bad().forEach(b -> terminal.say("  %s", b.getMessage()));
    return summary.bad().isEmpty() ? Main.OK : Main.FAILED;
  }

  /** A shard's folder is no other shard's, and no whole data set's. */
  private void requireSameShard(@Nullable ShardNote note) throws IOException {
    Path mark = ShardNote.beside(output);
    boolean finished = Files.exists(output.resolve(FaceDatasetWriter.INDEX));
    if (note == null || !finished) {
      return;
    }
    if (!Files.exists(mark) || !ShardNote.read(output).equals(note)) {
      throw new IOException(
          output + " holds a whole data set or another shard: choose another --output");
    }
  }

  private static String classes(VideoDataset dataset, Split split) {
    Map<String, Integer> counts = new TreeMap<>();
    for (VideoEntry entry : dataset.videos()) {
      if (entry.split().filter(split::equals).isPresent()) {
        counts.merge(entry.className(), 1, Integer::sum);
      }
    }
    List<String> parts =
        counts.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList();
    return parts.isEmpty() ? "nothing" : String.join(", ", parts);
  }
}
